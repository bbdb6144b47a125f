// Hands triage's events to notification.
#ifndef MAMORI_SERVICES_TRIAGE_NOTIFICATION_PUBLISHER_H_
#define MAMORI_SERVICES_TRIAGE_NOTIFICATION_PUBLISHER_H_

#include <memory>

#include "common/outbox/relay.h"
#include "mamori/notification/v1/notification_service.grpc.pb.h"

namespace mamori::triage {

outbox::Publisher MakeNotificationPublisher(
    std::shared_ptr<notification::v1::NotificationService::StubInterface> notification);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_NOTIFICATION_PUBLISHER_H_
