// The secret that an anonymous reporter keeps in the place of an identity, as
// proto/mamori/intake/v1/ reporter_service.proto describes it. Pure.
#ifndef MAMORI_COMMON_RECEIPT_RECEIPT_H_
#define MAMORI_COMMON_RECEIPT_RECEIPT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mamori::receipt {

// Of which 130 bits are used.
inline constexpr size_t kRandomBytes = 17;
inline constexpr size_t kCharacters = 30;

// The receipt of `random`, kRandomBytes bytes of the kernel's generator.
std::string Make(std::string_view random);
// What a person typed, as kCharacters upper-case characters. INVALID_ARGUMENT, which never says
// what was typed, for anything that is no receipt; one character mistyped always is none.
absl::StatusOr<std::string> Parse(std::string_view text);
// "XXXXX-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX", for people to copy.
std::string Grouped(std::string_view receipt);

}  // namespace mamori::receipt

#endif  // MAMORI_COMMON_RECEIPT_RECEIPT_H_
