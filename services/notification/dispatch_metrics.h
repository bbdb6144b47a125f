// What the dispatcher counts.
#ifndef MAMORI_SERVICES_NOTIFICATION_DISPATCH_METRICS_H_
#define MAMORI_SERVICES_NOTIFICATION_DISPATCH_METRICS_H_

#include "absl/time/time.h"
#include "common/telemetry/telemetry.h"
#include "mamori/v1/notification.pb.h"
#include "services/notification/transport.h"

namespace mamori::notification {

bool IsDeadLetter(mamori::v1::DeliveryState state);
void CountDeadLetter(telemetry::Telemetry& telemetry, mamori::v1::DeliveryChannel channel,
                     mamori::v1::DeliveryState state, double by);
// Receivers who may not be told.
void CountSuppressed(telemetry::Telemetry& telemetry, mamori::v1::DeliveryChannel channel,
                     double by);
// An attempt that ended; `age` is the delivery's.
void CountAttempt(telemetry::Telemetry& telemetry, mamori::v1::DeliveryChannel channel,
                  Verdict verdict, absl::Duration age);

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_DISPATCH_METRICS_H_
