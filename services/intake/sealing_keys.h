// The keys to which clients seal what the application that carries it is not to see. Each tenant
// has its own, derived from the configured secrets.
#ifndef MAMORI_SERVICES_INTAKE_SEALING_KEYS_H_
#define MAMORI_SERVICES_INTAKE_SEALING_KEYS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/keyed_hash.h"

namespace mamori::intake {

// Thread safe.
class SealingKeys {
 public:
  // The first is the one that is published; none: nothing can be sealed.
  explicit SealingKeys(std::vector<crypto::KeyedHash> secrets) : secrets_(std::move(secrets)) {}

  // X25519, 32 bytes. FAILED_PRECONDITION without secrets.
  absl::StatusOr<std::string> PublicKey(std::string_view tenant) const;
  // What was sealed to one of the tenant's keys (receipt::SealTo), without its padding.
  // INVALID_ARGUMENT (SEALING).
  absl::StatusOr<std::string> Open(std::string_view tenant, std::string_view sealed) const;

 private:
  const std::vector<crypto::KeyedHash> secrets_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SEALING_KEYS_H_
