#include "services/notification/standard_webhooks.h"

#include <sodium.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace mamori::notification {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr size_t kLeastKey = 24;
constexpr size_t kMostKey = 64;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string Hmac(std::string_view key, std::string_view text) {
  crypto_auth_hmacsha256_state state;
  std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_init(&state, Bytes(key), key.size());
  crypto_auth_hmacsha256_update(&state, Bytes(text), text.size());
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(mac.data()));
  sodium_memzero(&state, sizeof(state));
  return mac;
}

}  // namespace

std::string NewWebhookSecret() {
  std::string key(kWebhookKeyBytes, '\0');
  randombytes_buf(key.data(), key.size());
  std::string secret = absl::StrCat("whsec_", absl::Base64Escape(key));
  sodium_memzero(key.data(), key.size());
  return secret;
}

absl::StatusOr<std::string> WebhookKey(std::string_view secret) {
  if (secret.substr(0, kPrefix.size()) != kPrefix) {
    return absl::InvalidArgumentError("a webhook secret without its prefix");
  }
  secret.remove_prefix(kPrefix.size());
  std::string key;
  if (!absl::Base64Unescape(absl::string_view(secret.data(), secret.size()), &key) ||
      key.size() < kLeastKey || key.size() > kMostKey) {
    return absl::InvalidArgumentError("a webhook secret that is not 24 to 64 bytes in base64");
  }
  // A copy: GCC 12 takes the move of the short-string buffer for an overrun.
  return std::string(key.data(), key.size());
}

WebhookHeaders SignWebhook(const std::vector<std::string>& keys, std::string_view id,
                           absl::Time time, std::string_view body) {
  WebhookHeaders headers;
  headers.id = std::string(id);
  headers.timestamp = absl::StrCat(absl::ToUnixSeconds(time));
  const std::string text = absl::StrCat(headers.id, ".", headers.timestamp, ".",
                                        absl::string_view(body.data(), body.size()));
  for (const std::string& key : keys) {
    absl::StrAppend(&headers.signature, headers.signature.empty() ? "" : " ", "v1,",
                    absl::Base64Escape(Hmac(key, text)));
  }
  return headers;
}

}  // namespace mamori::notification
