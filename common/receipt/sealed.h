// What a client seals so that the application that carries it sees neither its words nor their
// number. Pure but for the randomness of a seal.
#ifndef MAMORI_COMMON_RECEIPT_SEALED_H_
#define MAMORI_COMMON_RECEIPT_SEALED_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mamori::receipt {

// With one byte 0x80 and zeros up to the next of 4, 16, 64, 256 and 512 KiB. INVALID_ARGUMENT for
// more than fits into the largest.
absl::StatusOr<std::string> Pad(std::string_view plain);
// INVALID_ARGUMENT for anything but what Pad gives.
absl::StatusOr<std::string> Unpad(std::string_view padded);

// Pads, and seals to an X25519 key of 32 bytes (libsodium's crypto_box_seal). INVALID_ARGUMENT.
absl::StatusOr<std::string> SealTo(std::string_view public_key, std::string_view plain);

}  // namespace mamori::receipt

#endif  // MAMORI_COMMON_RECEIPT_SEALED_H_
