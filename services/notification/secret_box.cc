#include "services/notification/secret_box.h"

#include <sodium.h>

namespace mamori::notification {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

absl::StatusOr<SecretBox> SecretBox::FromHex(std::string_view hex_key) {
  std::string key(crypto_secretbox_KEYBYTES, '\0');
  size_t size = 0;
  const char* end = nullptr;
  if (hex_key.size() != 2 * key.size() ||
      sodium_hex2bin(Bytes(key), key.size(), hex_key.data(), hex_key.size(), nullptr, &size,
                     &end) != 0 ||
      size != key.size()) {
    return absl::InvalidArgumentError("the webhook secret key is not 64 hex digits");
  }
  return SecretBox(std::move(key));
}

std::string SecretBox::Seal(std::string_view plain) const {
  std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size(), '\0');
  randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(Bytes(sealed) + crypto_secretbox_NONCEBYTES, Bytes(plain), plain.size(),
                        Bytes(sealed), Bytes(std::string_view(key_)));
  return sealed;
}

absl::StatusOr<std::string> SecretBox::Open(std::string_view sealed) const {
  constexpr size_t kHead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (sealed.size() < kHead) return absl::DataLossError("a sealed secret that is too short");
  std::string plain(sealed.size() - kHead, '\0');
  const std::string_view box = sealed.substr(crypto_secretbox_NONCEBYTES);
  if (crypto_secretbox_open_easy(Bytes(plain), Bytes(box), box.size(), Bytes(sealed),
                                 Bytes(std::string_view(key_))) != 0) {
    return absl::DataLossError("a sealed secret that this key does not open");
  }
  return plain;
}

}  // namespace mamori::notification
