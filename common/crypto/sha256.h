// SHA-256 of bytes that come one part after the other.
#ifndef MAMORI_COMMON_CRYPTO_SHA256_H_
#define MAMORI_COMMON_CRYPTO_SHA256_H_

#include <sodium.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace mamori::crypto {

inline constexpr size_t kSha256Bytes = 32;

class Sha256 {
 public:
  Sha256() { crypto_hash_sha256_init(&state_); }
  // It remembers the end of what was hashed.
  ~Sha256() { sodium_memzero(&state_, sizeof(state_)); }
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Add(std::string_view bytes) {
    crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()),
                              bytes.size());
  }
  // kSha256Bytes bytes; nothing can be added afterwards.
  std::string Finish() {
    std::string digest(kSha256Bytes, '\0');
    crypto_hash_sha256_final(&state_, reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
  }
  // Of bytes that are all there.
  static std::string Of(std::string_view bytes) {
    Sha256 hash;
    hash.Add(bytes);
    return hash.Finish();
  }

 private:
  crypto_hash_sha256_state state_;
};

}  // namespace mamori::crypto

#endif  // MAMORI_COMMON_CRYPTO_SHA256_H_
