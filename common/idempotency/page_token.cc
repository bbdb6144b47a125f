#include "common/idempotency/page_token.h"

#include <sodium.h>

#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "common/idempotency/hash.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::idempotency {
namespace {

constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr size_t kExpiryBytes = 8;
constexpr size_t kBindingBytes = 32;
// Longer ones are none of ours, and are not even decoded.
constexpr size_t kLongest = 1024;
static_assert(crypto::kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text, size_t from = 0) {
  return reinterpret_cast<unsigned char*>(text.data()) + from;
}

// Authenticated along with what is sealed, and in no token.
std::string BindingOf(const TokenBinding& binding) {
  return Hash({"token", binding.tenant, binding.person, binding.filter}, kBindingBytes);
}

std::string ExpiryOf(absl::Time time) {
  const uint64_t seconds = static_cast<uint64_t>(absl::ToUnixSeconds(time));
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(seconds >> shift & 0xff));
  }
  return bytes;
}

}  // namespace

absl::StatusOr<PageTokens> PageTokens::FromFile(const std::string& file, crypto::KeyArena& arena,
                                                const time::Clock& clock) {
  ASSIGN_OR_RETURN(crypto::Key key, arena.Read(file));
  return PageTokens(std::move(key), clock);
}

std::string PageTokens::Seal(const TokenBinding& binding, std::string_view position,
                             absl::Duration lifetime) const {
  const std::string bound = BindingOf(binding);
  const std::string plain = ExpiryOf(clock_.Now() + lifetime) + std::string(position);
  std::string sealed(kNonceBytes + plain.size() + kTagBytes, '\0');
  randombytes_buf(sealed.data(), kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(Bytes(sealed, kNonceBytes), nullptr, Bytes(plain),
                                             plain.size(), Bytes(bound), bound.size(), nullptr,
                                             Bytes(sealed), key_.data());
  return absl::WebSafeBase64Escape(absl::string_view(sealed.data(), sealed.size()));
}

absl::StatusOr<std::string> PageTokens::Open(const TokenBinding& binding,
                                             std::string_view token) const {
  std::string sealed;
  if (token.size() > kLongest ||
      !absl::WebSafeBase64Unescape(absl::string_view(token.data(), token.size()), &sealed) ||
      sealed.size() < kNonceBytes + kExpiryBytes + kTagBytes) {
    return status::PageTokenInvalid();
  }
  const std::string bound = BindingOf(binding);
  std::string plain(sealed.size() - kNonceBytes - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          Bytes(plain), nullptr, nullptr, Bytes(sealed, kNonceBytes), sealed.size() - kNonceBytes,
          Bytes(bound), bound.size(), Bytes(sealed), key_.data()) != 0) {
    return status::PageTokenInvalid();
  }
  // Big endian: compared as it stands.
  if (plain.substr(0, kExpiryBytes) <= ExpiryOf(clock_.Now())) return status::PageTokenInvalid();
  return plain.substr(kExpiryBytes);
}

}  // namespace mamori::idempotency
