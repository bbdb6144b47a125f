// Tells whether bytes were written by someone who has the key: BLAKE2b-256 with a key.
#ifndef MAMORI_COMMON_CRYPTO_KEYED_HASH_H_
#define MAMORI_COMMON_CRYPTO_KEYED_HASH_H_

#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/key_arena.h"

namespace mamori::crypto {

inline constexpr size_t kTagBytes = 32;

class KeyedHash {
 public:
  explicit KeyedHash(Key key) : key_(std::move(key)) {}
  // For tests and tools. INVALID_ARGUMENT unless `hex_key` is 64 hex digits.
  static absl::StatusOr<KeyedHash> FromHex(std::string_view hex_key);
  // For tools, which run for moments: outside any arena. As KeyArena::Read.
  static absl::StatusOr<KeyedHash> FromFile(const std::string& file);
  // As KeyArena::Read.
  static absl::StatusOr<KeyedHash> FromFile(const std::string& file, KeyArena& arena);

  // kTagBytes bytes. Each part goes in with its length: parts cannot run into one another.
  std::string Tag(std::initializer_list<std::string_view> parts) const;
  // Takes the same time wherever the tags differ.
  bool Verify(std::initializer_list<std::string_view> parts, std::string_view tag) const;

 private:
  Key key_;
};

}  // namespace mamori::crypto

#endif  // MAMORI_COMMON_CRYPTO_KEYED_HASH_H_
