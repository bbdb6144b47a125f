// What a client seals so that the application that carries it sees neither its words nor their
// number. Pure but for the randomness of a seal.
#ifndef MAMORI_COMMON_RECEIPT_SEALED_H_
#define MAMORI_COMMON_RECEIPT_SEALED_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mamori::receipt {

// The largest class.
inline constexpr size_t kMostPaddedBytes = 512 << 10;

// With one byte 0x80 and zeros up to the next of 4, 16, 64, 256 and 512 KiB that is no smaller than
// `least`. INVALID_ARGUMENT for more than fits into the largest.
absl::StatusOr<std::string> Pad(std::string_view plain, size_t least = 0);
// INVALID_ARGUMENT for anything but what Pad gives.
absl::StatusOr<std::string> Unpad(std::string_view padded);

// What is sealed in the largest class.
inline constexpr size_t kMostSealedBytes = kMostPaddedBytes + 48;

// Whether something can be sealed to it: an X25519 key of 32 bytes that leads to a secret.
bool IsSealingKey(std::string_view public_key);
// Pads, and seals to an X25519 key of 32 bytes (libsodium's crypto_box_seal). INVALID_ARGUMENT.
absl::StatusOr<std::string> SealTo(std::string_view public_key, std::string_view plain,
                                   size_t least = 0);

// A key of a client's own for the answers to what it sealed. Copied nowhere.
class ReplyKey {
 public:
  ReplyKey();
  ~ReplyKey();
  ReplyKey(const ReplyKey&) = delete;
  ReplyKey& operator=(const ReplyKey&) = delete;

  const std::string& public_key() const { return public_key_; }
  // INVALID_ARGUMENT for what SealTo did not make for this key.
  absl::StatusOr<std::string> Open(std::string_view sealed) const;

 private:
  std::string public_key_;
  std::string secret_key_;
};

}  // namespace mamori::receipt

#endif  // MAMORI_COMMON_RECEIPT_SEALED_H_
