// BLAKE2b over length-prefixed parts: ("ab", "c") and ("a", "bc") differ.
#ifndef MAMORI_COMMON_IDEMPOTENCY_HASH_H_
#define MAMORI_COMMON_IDEMPOTENCY_HASH_H_

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace mamori::idempotency {

// `bytes` bytes, 16 to 64.
std::string Hash(std::initializer_list<std::string_view> parts, size_t bytes = 32);

}  // namespace mamori::idempotency

#endif  // MAMORI_COMMON_IDEMPOTENCY_HASH_H_
