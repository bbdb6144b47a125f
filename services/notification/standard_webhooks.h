// The Standard Webhooks specification: what is signed, how, and what a secret looks like.
#ifndef MAMORI_SERVICES_NOTIFICATION_STANDARD_WEBHOOKS_H_
#define MAMORI_SERVICES_NOTIFICATION_STANDARD_WEBHOOKS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mamori::notification {

// Key bytes of a secret we make; the specification asks for 24 to 64.
inline constexpr size_t kWebhookKeyBytes = 32;

// "whsec_" and base64 of random bytes from the kernel.
std::string NewWebhookSecret();

// The key of such a secret. INVALID_ARGUMENT without the prefix, when it is not base64, or not 24
// to 64 bytes.
absl::StatusOr<std::string> WebhookKey(std::string_view secret);

// The header fields webhook-id, webhook-timestamp and webhook-signature.
struct WebhookHeaders {
  std::string id;
  std::string timestamp;  // Unix seconds
  std::string signature;  // "v1,<base64 of HMAC-SHA256>" per key, separated by a space
};

// Signs "id.timestamp.body" with every key, so that during a rotation either of two verifies.
WebhookHeaders SignWebhook(const std::vector<std::string>& keys, std::string_view id,
                           absl::Time time, std::string_view body);

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_STANDARD_WEBHOOKS_H_
