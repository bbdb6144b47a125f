// The numbers by which mails and webhooks are sent.
#ifndef MAMORI_SERVICES_NOTIFICATION_SENDER_SETTINGS_H_
#define MAMORI_SERVICES_NOTIFICATION_SENDER_SETTINGS_H_

#include "absl/status/status.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::notification {

// INVALID_ARGUMENT names the field by which nothing would leave, or nothing would end: no senders,
// no time for an attempt, none between two looks.
absl::Status CheckSenders(const config::v1::NotificationConfig& config);

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_SENDER_SETTINGS_H_
