// Ed25519: what was signed by whoever has the key, believed by everybody who has the public one.
#ifndef MAMORI_COMMON_CRYPTO_SIGNING_KEY_H_
#define MAMORI_COMMON_CRYPTO_SIGNING_KEY_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/key_arena.h"

namespace mamori::crypto {

inline constexpr size_t kPublicKeyBytes = 32;
inline constexpr size_t kSignatureBytes = 64;

class SigningKey {
 public:
  // From a seed of 32 bytes; the key itself takes 64 more of the arena.
  static absl::StatusOr<SigningKey> FromSeed(const Key& seed, KeyArena& arena);

  // `purpose` keeps a signature from being taken for one of another kind.
  std::string Sign(std::string_view purpose, std::string_view message) const;
  const std::string& public_key() const { return public_key_; }

 private:
  SigningKey(Key key, std::string public_key)
      : key_(std::move(key)), public_key_(std::move(public_key)) {}
  Key key_;
  std::string public_key_;
};

bool VerifySignature(std::string_view public_key, std::string_view purpose,
                     std::string_view message, std::string_view signature);

}  // namespace mamori::crypto

#endif  // MAMORI_COMMON_CRYPTO_SIGNING_KEY_H_
