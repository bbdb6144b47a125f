// SHA-256, as tokens, certificates and statements name each other by it.
#ifndef MAMORI_COMMON_AUTHN_HASH_H_
#define MAMORI_COMMON_AUTHN_HASH_H_

#include <string>
#include <string_view>

namespace mamori::authn {

// 32 bytes.
std::string Sha256(std::string_view bytes);

}  // namespace mamori::authn

#endif  // MAMORI_COMMON_AUTHN_HASH_H_
