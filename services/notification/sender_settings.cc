#include "services/notification/sender_settings.h"

#include "common/config/options.h"
#include "common/status/macros.h"

namespace mamori::notification {

using config::CheckCount;
using config::CheckPositive;

absl::Status CheckSenders(const config::v1::NotificationConfig& config) {
  const config::v1::Smtp& smtp = config.smtp();
  RETURN_IF_ERROR(CheckCount("smtp.max_connections", smtp.max_connections()));
  RETURN_IF_ERROR(CheckPositive("smtp.timeout", smtp.has_timeout(), smtp.timeout()));
  const config::v1::Webhook& webhook = config.webhook();
  RETURN_IF_ERROR(CheckCount("webhook.max_connections", webhook.max_connections()));
  RETURN_IF_ERROR(CheckPositive("webhook.timeout", webhook.has_timeout(), webhook.timeout()));
  RETURN_IF_ERROR(CheckCount("webhook.circuit_failures", webhook.circuit_failures()));
  RETURN_IF_ERROR(
      CheckPositive("webhook.circuit_wait", webhook.has_circuit_wait(), webhook.circuit_wait()));
  const config::v1::Dispatcher& dispatcher = config.dispatcher();
  const int batch = dispatcher.batch();
  if (batch != 0 && (batch < 3 || batch > 1024)) {
    return absl::InvalidArgumentError("dispatcher.batch: want 3 to 1024");
  }
  RETURN_IF_ERROR(CheckPositive("dispatcher.lease", dispatcher.has_lease(), dispatcher.lease()));
  return CheckPositive("dispatcher.poll_interval", dispatcher.has_poll_interval(),
                       dispatcher.poll_interval());
}

}  // namespace mamori::notification
