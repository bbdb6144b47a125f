#include "common/crypto/keyed_hash.h"

#include <sodium.h>

#include <cstdint>

#include "common/status/macros.h"

namespace mamori::crypto {
namespace {

static_assert(kKeyBytes == crypto_generichash_KEYBYTES && kTagBytes == crypto_generichash_BYTES);

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

absl::StatusOr<KeyedHash> KeyedHash::FromHex(std::string_view hex_key) {
  ASSIGN_OR_RETURN(Key key, Key::FromHex(hex_key));
  return KeyedHash(std::move(key));
}

absl::StatusOr<KeyedHash> KeyedHash::FromFile(const std::string& file) {
  ASSIGN_OR_RETURN(Key key, Key::FromFile(file));
  return KeyedHash(std::move(key));
}

absl::StatusOr<KeyedHash> KeyedHash::FromFile(const std::string& file, KeyArena& arena) {
  ASSIGN_OR_RETURN(Key key, arena.Read(file));
  return KeyedHash(std::move(key));
}

std::string KeyedHash::Tag(std::initializer_list<std::string_view> parts) const {
  crypto_generichash_state state;
  crypto_generichash_init(&state, key_.data(), key_.size(), kTagBytes);
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
