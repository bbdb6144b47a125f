// What requests must look like, as the proto comments say. Pure.
#ifndef MAMORI_SERVICES_NOTIFICATION_VALIDATE_H_
#define MAMORI_SERVICES_NOTIFICATION_VALIDATE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "mamori/notification/v1/notification_service.pb.h"
#include "services/notification/address.h"

namespace mamori::notification {

inline constexpr int kMaxEvents = 500;
inline constexpr int kDefaultPage = 50;
inline constexpr int kMaxPage = 1000;

// Only the number of events: each event is judged by itself.
absl::Status Validate(const v1::IngestEventsRequest& request);
// One event: ids, tenant, source "triage", sequence, company, policy digest.
absl::Status ValidateEvent(const mamori::v1::Event& event);

absl::Status Validate(const v1::ListNotificationsRequest& request);
absl::Status Validate(const v1::ListDeliveriesRequest& request);
absl::Status Validate(const v1::ListDeadLettersRequest& request);
absl::Status Validate(const v1::RetryDeliveryRequest& request);
absl::Status Validate(const v1::AcknowledgeNotificationRequest& request);
absl::Status Validate(const v1::CreateWebhookEndpointRequest& request,
                      const AddressPolicy& addresses);
absl::Status Validate(const v1::GetWebhookEndpointRequest& request);
absl::Status Validate(const v1::ListWebhookEndpointsRequest& request);
absl::Status Validate(const v1::UpdateWebhookEndpointRequest& request,
                      const AddressPolicy& addresses);
absl::Status Validate(const v1::DeleteWebhookEndpointRequest& request);
absl::Status Validate(const v1::RotateWebhookSecretRequest& request);

// What is wrong with a webhook URL; empty when nothing is.
std::string UrlFault(std::string_view url, const AddressPolicy& addresses);

// The size of a page that is asked for.
inline int PageSize(int asked) { return asked == 0 ? kDefaultPage : asked; }

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_VALIDATE_H_
