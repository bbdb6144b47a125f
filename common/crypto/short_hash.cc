#include "common/crypto/short_hash.h"

#include <sodium.h>

#include <algorithm>
#include <string>

namespace mamori::crypto {
namespace {

static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == 8);

}  // namespace

ShortHash::ShortHash(const KeyedHash& key, std::string_view purpose, std::string_view scope) {
  std::string tag = key.Tag({"short hash", purpose, scope});
  std::copy_n(tag.begin(), key_.size(), key_.begin());
  sodium_memzero(tag.data(), tag.size());
}

ShortHash::~ShortHash() { sodium_memzero(key_.data(), key_.size()); }

uint64_t ShortHash::Of(uint64_t number) const {
  unsigned char in[8];
  for (int i = 0; i < 8; ++i) in[i] = static_cast<unsigned char>(number >> (8 * i));
  unsigned char out[crypto_shorthash_BYTES];
  crypto_shorthash(out, in, sizeof(in), key_.data());
  uint64_t hash = 0;
  for (int i = 0; i < 8; ++i) hash |= static_cast<uint64_t>(out[i]) << (8 * i);
  return hash;
}

}  // namespace mamori::crypto
