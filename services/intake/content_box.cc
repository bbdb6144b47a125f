#include "services/intake/content_box.h"

#include <sodium.h>

#include "common/idempotency/hash.h"

namespace mamori::intake {
namespace {

constexpr size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(crypto::kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

std::string ContentBox::Seal(std::initializer_list<std::string_view> where,
                             std::string_view plain) const {
  const std::string place = idempotency::Hash(where);
  std::string sealed(kNonce + plain.size() + kTag, '\0');
  randombytes_buf(sealed.data(), kNonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(Bytes(sealed) + kNonce, nullptr, Bytes(plain),
                                             plain.size(), Bytes(place), place.size(), nullptr,
                                             Bytes(sealed), key_.data());
  return sealed;
}

absl::StatusOr<std::string> ContentBox::Open(std::initializer_list<std::string_view> where,
                                             std::string_view sealed) const {
  if (sealed.size() < kNonce + kTag) return absl::DataLossError("sealed content is too short");
  const std::string place = idempotency::Hash(where);
  std::string plain(sealed.size() - kNonce - kTag, '\0');
  const std::string_view box = sealed.substr(kNonce);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(Bytes(plain), nullptr, nullptr, Bytes(box),
                                                 box.size(), Bytes(place), place.size(),
                                                 Bytes(sealed), key_.data()) != 0) {
    return absl::DataLossError("sealed content that this key does not open here");
  }
  return plain;
}

}  // namespace mamori::intake
