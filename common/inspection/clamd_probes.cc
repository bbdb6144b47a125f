#include "common/inspection/clamd_probes.h"

#include <zlib.h>

#include <cstdint>
#include <string_view>

namespace mamori::inspection {
namespace {

constexpr int kLevels = 102;

std::string Little(uint32_t value, int bytes) {
  std::string all;
  for (int i = 0; i < bytes; ++i) all += static_cast<char>(value >> (8 * i));
  return all;
}

std::string Checksum(std::string_view bytes) {
  return Little(static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(bytes.data()),
                                            static_cast<uInt>(bytes.size()))),
                4);
}

// One stored block.
std::string Gzip(const std::string& bytes) {
  using std::string_literals::operator""s;
  const auto size = static_cast<uint32_t>(bytes.size());
  return "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"s + "\x01" + Little(size, 2) + Little(~size, 2) +
         bytes + Checksum(bytes) + Little(size, 4);
}

}  // namespace

std::string EncryptedProbe() {
  constexpr uint32_t kEncrypted = 1, kStored = 0, kVersion = 20, kDate = 0x21;
  const std::string name = "a", member(20, '\x11');
  // From "version needed" to the lengths, which both headers share.
  const std::string common = Little(kVersion, 2) + Little(kEncrypted, 2) + Little(kStored, 2) +
                             Little(0, 2) + Little(kDate, 2) + Checksum("12345678") +
                             Little(20, 4) + Little(8, 4) + Little(1, 2) + Little(0, 2);
  const std::string local = "PK\3\4" + common + name + member;
  const std::string central =
      "PK\1\2" + Little(kVersion, 2) + common + std::string(14, '\0') + name;
  return local + central + "PK\5\6" + Little(0, 4) + Little(1, 2) + Little(1, 2) +
         Little(static_cast<uint32_t>(central.size()), 4) +
         Little(static_cast<uint32_t>(local.size()), 4) + Little(0, 2);
}

std::string DeepProbe() {
  std::string bytes = "mamori";
  for (int i = 0; i < kLevels; ++i) bytes = Gzip(bytes);
  return bytes;
}

}  // namespace mamori::inspection
