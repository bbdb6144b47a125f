// The inside of the notification binary: everything made once and put together.
#ifndef MAMORI_SERVICES_NOTIFICATION_NOTIFICATION_APP_H_
#define MAMORI_SERVICES_NOTIFICATION_NOTIFICATION_APP_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/server/service_main.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::notification {

// INVALID_ARGUMENT names the field that is wrong or missing, in the configuration or in the policy
// file.
absl::Status CheckConfig(const config::v1::NotificationConfig& config);

// NOT_FOUND, FAILED_PRECONDITION or INVALID_ARGUMENT for a secret's file, besides CheckConfig.
absl::StatusOr<std::unique_ptr<server::App>> MakeNotificationApp(
    const config::v1::NotificationConfig& config, server::Runtime& runtime);

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_NOTIFICATION_APP_H_
