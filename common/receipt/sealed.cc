#include "common/receipt/sealed.h"

#include <sodium.h>

namespace mamori::receipt {
namespace {

constexpr size_t kClasses[] = {4 << 10, 16 << 10, 64 << 10, 256 << 10, 512 << 10};
constexpr char kMark = '\x80';

absl::Status NotPadded() { return absl::InvalidArgumentError("not padded to a size class"); }

}  // namespace

absl::StatusOr<std::string> Pad(std::string_view plain) {
  for (const size_t size : kClasses) {
    if (plain.size() >= size) continue;
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
  const absl::StatusOr<std::string> again = Pad(padded.substr(0, mark));
  if (!again.ok() || again->size() != padded.size()) return NotPadded();
  return std::string(padded.substr(0, mark));
}

absl::StatusOr<std::string> SealTo(std::string_view public_key, std::string_view plain) {
  if (public_key.size() != crypto_box_PUBLICKEYBYTES) {
    return absl::InvalidArgumentError("not an X25519 key");
  }
  absl::StatusOr<std::string> padded = Pad(plain);
  if (!padded.ok()) return padded.status();
  std::string sealed(padded->size() + crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal(reinterpret_cast<unsigned char*>(sealed.data()),
                      reinterpret_cast<const unsigned char*>(padded->data()), padded->size(),
                      reinterpret_cast<const unsigned char*>(public_key.data())) != 0) {
    return absl::InvalidArgumentError("not an X25519 key");
  }
  return sealed;
}

}  // namespace mamori::receipt
