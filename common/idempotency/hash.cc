#include "common/idempotency/hash.h"

#include <sodium.h>

#include <cstdint>

namespace mamori::idempotency {

std::string Hash(std::initializer_list<std::string_view> parts, size_t bytes) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, bytes);
  for (std::string_view part : parts) {
    unsigned char length[8];
    uint64_t size = part.size();
    for (unsigned char& byte : length) {
      byte = static_cast<unsigned char>(size & 0xff);
      size >>= 8;
    }
    crypto_generichash_update(&state, length, sizeof(length));
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                              part.size());
  }
  std::string digest(bytes, '\0');
  crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(digest.data()), bytes);
  return digest;
}

}  // namespace mamori::idempotency
