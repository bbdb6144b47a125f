// The keys to which clients seal what the application that carries it is not to see. Each tenant
// has its own, derived from the configured secrets, and another one every 90 days.
#ifndef MAMORI_SERVICES_INTAKE_SEALING_KEYS_H_
#define MAMORI_SERVICES_INTAKE_SEALING_KEYS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/keyed_hash.h"
#include "common/time/clock.h"

namespace mamori::intake {

// For how long a key is published, and afterwards opens.
inline constexpr absl::Duration kSealingPeriod = absl::Hours(90 * 24);

// INVALID_ARGUMENT (SEALING), the same whatever was wrong.
absl::Status NotSealed();

// Thread safe.
class SealingKeys {
 public:
  // Keys of the first are published; none: nothing can be sealed.
  SealingKeys(std::vector<crypto::KeyedHash> secrets, const time::Clock& clock)
      : secrets_(std::move(secrets)), clock_(clock) {}

  struct PublishedKey {
    std::string key;         // X25519, 32 bytes
    absl::Time expire_time;  // until then it opens
  };
  // FAILED_PRECONDITION without secrets.
  absl::StatusOr<PublishedKey> Published(std::string_view tenant) const;
  // What was sealed to a key of the tenant that has not expired (receipt::SealTo), without its
  // padding. NotSealed.
  absl::StatusOr<std::string> Open(std::string_view tenant, std::string_view sealed) const;

 private:
  // Periods since 1970.
  int64_t Period() const;

  const std::vector<crypto::KeyedHash> secrets_;
  const time::Clock& clock_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SEALING_KEYS_H_
