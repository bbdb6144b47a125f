#include "services/notification/secret_box.h"

#include <sodium.h>

#include "common/status/macros.h"

namespace mamori::notification {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

static_assert(crypto::kKeyBytes == crypto_secretbox_KEYBYTES);

absl::StatusOr<SecretBox> SecretBox::FromHex(std::string_view hex_key) {
  ASSIGN_OR_RETURN(crypto::Key key, crypto::Key::FromHex(hex_key));
  return SecretBox(std::move(key));
}

std::string SecretBox::Seal(std::string_view plain) const {
  std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size(), '\0');
  randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(Bytes(sealed) + crypto_secretbox_NONCEBYTES, Bytes(plain), plain.size(),
                        Bytes(sealed), key_.data());
  return sealed;
}

absl::StatusOr<std::string> SecretBox::Open(std::string_view sealed) const {
  constexpr size_t kHead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (sealed.size() < kHead) return absl::DataLossError("a sealed secret that is too short");
  std::string plain(sealed.size() - kHead, '\0');
  const std::string_view box = sealed.substr(crypto_secretbox_NONCEBYTES);
  if (crypto_secretbox_open_easy(Bytes(plain), Bytes(box), box.size(), Bytes(sealed),
                                 key_.data()) != 0) {
    return absl::DataLossError("a sealed secret that this key does not open");
  }
  return plain;
}

}  // namespace mamori::notification
