// Webhook secrets at rest: sealed with XSalsa20-Poly1305 under the key of webhook.secret_key_file,
// so that a copy of the database signs nothing.
#ifndef MAMORI_SERVICES_NOTIFICATION_SECRET_BOX_H_
#define MAMORI_SERVICES_NOTIFICATION_SECRET_BOX_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/key_arena.h"

namespace mamori::notification {

class SecretBox {
 public:
  explicit SecretBox(crypto::Key key) : key_(std::move(key)) {}
  // For tests. INVALID_ARGUMENT unless `hex_key` is 64 hex digits.
  static absl::StatusOr<SecretBox> FromHex(std::string_view hex_key);

  // A fresh nonce, then the sealed bytes.
  std::string Seal(std::string_view plain) const;
  // DATA_LOSS when it was sealed with another key or altered.
  absl::StatusOr<std::string> Open(std::string_view sealed) const;

 private:
  crypto::Key key_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_SECRET_BOX_H_
