// A number as eight bytes, the most significant first: inside opaque tokens.
#ifndef MAMORI_SERVICES_TRIAGE_BIG_ENDIAN_H_
#define MAMORI_SERVICES_TRIAGE_BIG_ENDIAN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mamori::triage {

inline constexpr size_t kBigEndianBytes = 8;

inline std::string ToBigEndian(int64_t number) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(static_cast<uint64_t>(number) >> shift & 0xff));
  }
  return bytes;
}

// Of the first eight bytes.
inline int64_t FromBigEndian(std::string_view bytes) {
  uint64_t number = 0;
  for (char byte : bytes.substr(0, kBigEndianBytes)) {
    number = number << 8 | static_cast<unsigned char>(byte);
  }
  return static_cast<int64_t>(number);
}

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_BIG_ENDIAN_H_
