// Numbers for many small things: SipHash-2-4 under a key. For tables of hashes, not for proofs.
#ifndef MAMORI_COMMON_CRYPTO_SHORT_HASH_H_
#define MAMORI_COMMON_CRYPTO_SHORT_HASH_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "common/crypto/keyed_hash.h"

namespace mamori::crypto {

class ShortHash {
 public:
  // Another function for each `purpose` and `scope`, a tenant for example; made from the key and
  // nothing else. What it holds of the key is wiped with it.
  ShortHash(const KeyedHash& key, std::string_view purpose, std::string_view scope);
  ~ShortHash();
  ShortHash(const ShortHash&) = delete;
  ShortHash& operator=(const ShortHash&) = delete;

  uint64_t Of(uint64_t number) const;

 private:
  std::array<unsigned char, 16> key_;
};

}  // namespace mamori::crypto

#endif  // MAMORI_COMMON_CRYPTO_SHORT_HASH_H_
