#include "services/notification/identity.h"

#include <string>

#include "common/idempotency/hash.h"

namespace mamori::notification {
namespace {

constexpr size_t kIdBytes = 16;

}  // namespace

id::Id NotificationId(std::string_view event_id, std::string_view route) {
  return idempotency::Hash({"notification", event_id, route}, kIdBytes);
}

id::Id DeliveryId(std::string_view notification_id, int step, mamori::v1::DeliveryChannel channel,
                  std::string_view receiver) {
  const std::string step_text = std::to_string(step);
  const std::string channel_text = std::to_string(static_cast<int>(channel));
  return idempotency::Hash({"delivery", notification_id, step_text, channel_text, receiver},
                           kIdBytes);
}

}  // namespace mamori::notification
