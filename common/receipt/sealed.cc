#include "common/receipt/sealed.h"

#include <sodium.h>

#include <algorithm>
#include <iterator>

namespace mamori::receipt {
namespace {

constexpr size_t kClasses[] = {4 << 10, 16 << 10, 64 << 10, 256 << 10, kMostPaddedBytes};
static_assert(kMostSealedBytes == kMostPaddedBytes + crypto_box_SEALBYTES);
constexpr char kMark = '\x80';

absl::Status NotPadded() { return absl::InvalidArgumentError("not padded to a size class"); }

}  // namespace

absl::StatusOr<std::string> Pad(std::string_view plain, size_t least) {
  for (const size_t size : kClasses) {
    if (plain.size() >= size || size < least) continue;
    std::string padded(plain);
    padded += kMark;
    padded.resize(size, '\0');
    return padded;
  }
  return absl::InvalidArgumentError("too large to be sealed");
}

absl::StatusOr<std::string> Unpad(std::string_view padded) {
  const size_t mark = padded.find_last_not_of('\0');
  if (mark == std::string_view::npos || padded[mark] != kMark) return NotPadded();
  const bool is_class =
      std::find(std::begin(kClasses), std::end(kClasses), padded.size()) != std::end(kClasses);
  if (!is_class) return NotPadded();
  return std::string(padded.substr(0, mark));
}

bool IsSealingKey(std::string_view public_key) {
  if (public_key.size() != crypto_box_PUBLICKEYBYTES) return false;
  // Any secret does: with one of the few points of low order all of them lead to zero.
  constexpr unsigned char kAny[crypto_scalarmult_SCALARBYTES] = {1};
  unsigned char shared[crypto_scalarmult_BYTES];
  return crypto_scalarmult(shared, kAny,
                           reinterpret_cast<const unsigned char*>(public_key.data())) == 0;
}

absl::StatusOr<std::string> SealTo(std::string_view public_key, std::string_view plain,
                                   size_t least) {
  if (!IsSealingKey(public_key)) return absl::InvalidArgumentError("not an X25519 key");
  absl::StatusOr<std::string> padded = Pad(plain, least);
  if (!padded.ok()) return padded.status();
  std::string sealed(padded->size() + crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal(reinterpret_cast<unsigned char*>(sealed.data()),
                      reinterpret_cast<const unsigned char*>(padded->data()), padded->size(),
                      reinterpret_cast<const unsigned char*>(public_key.data())) != 0) {
    return absl::InvalidArgumentError("not an X25519 key");
  }
  return sealed;
}

ReplyKey::ReplyKey()
    : public_key_(crypto_box_PUBLICKEYBYTES, '\0'), secret_key_(crypto_box_SECRETKEYBYTES, '\0') {
  crypto_box_keypair(reinterpret_cast<unsigned char*>(public_key_.data()),
                     reinterpret_cast<unsigned char*>(secret_key_.data()));
}

ReplyKey::~ReplyKey() { sodium_memzero(secret_key_.data(), secret_key_.size()); }

absl::StatusOr<std::string> ReplyKey::Open(std::string_view sealed) const {
  if (sealed.size() < crypto_box_SEALBYTES) return absl::InvalidArgumentError("not sealed");
  std::string padded(sealed.size() - crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal_open(reinterpret_cast<unsigned char*>(padded.data()),
                           reinterpret_cast<const unsigned char*>(sealed.data()), sealed.size(),
                           reinterpret_cast<const unsigned char*>(public_key_.data()),
                           reinterpret_cast<const unsigned char*>(secret_key_.data())) != 0) {
    return absl::InvalidArgumentError("not sealed to this key");
  }
  return Unpad(padded);
}

}  // namespace mamori::receipt
