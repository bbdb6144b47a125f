#include "common/crypto/keyed_hash.h"

#include <sodium.h>

#include <cstdint>

#include "common/config/textproto.h"
#include "common/status/macros.h"

namespace mamori::crypto {
namespace {

constexpr size_t kKeyBytes = crypto_generichash_KEYBYTES;
static_assert(kKeyBytes == 32 && kTagBytes == crypto_generichash_BYTES);

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

absl::StatusOr<KeyedHash> KeyedHash::FromHex(std::string_view hex_key) {
  std::string key(kKeyBytes, '\0');
  size_t size = 0;
  const char* end = nullptr;
  if (hex_key.size() != 2 * kKeyBytes ||
      sodium_hex2bin(reinterpret_cast<unsigned char*>(key.data()), key.size(), hex_key.data(),
                     hex_key.size(), nullptr, &size, &end) != 0 ||
      size != kKeyBytes) {
    return absl::InvalidArgumentError("the key is not 64 hex digits");
  }
  return KeyedHash(std::move(key));
}

absl::StatusOr<KeyedHash> KeyedHash::FromFile(const std::string& file) {
  ASSIGN_OR_RETURN(const std::string text, config::ReadSecret(file));
  absl::StatusOr<KeyedHash> hash = FromHex(text);
  if (!hash.ok()) return absl::InvalidArgumentError(file + ": want a key of 64 hex digits");
  return hash;
}

std::string KeyedHash::Tag(std::initializer_list<std::string_view> parts) const {
  crypto_generichash_state state;
  crypto_generichash_init(&state, Bytes(key_), key_.size(), kTagBytes);
  for (const std::string_view part : parts) {
    unsigned char size[8];
    for (int i = 0; i < 8; ++i) size[i] = static_cast<unsigned char>(part.size() >> (8 * i));
    crypto_generichash_update(&state, size, sizeof(size));
    crypto_generichash_update(&state, Bytes(part), part.size());
  }
  std::string tag(kTagBytes, '\0');
  crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(tag.data()), kTagBytes);
  return tag;
}

bool KeyedHash::Verify(std::initializer_list<std::string_view> parts, std::string_view tag) const {
  return tag.size() == kTagBytes && sodium_memcmp(tag.data(), Tag(parts).data(), kTagBytes) == 0;
}

}  // namespace mamori::crypto
