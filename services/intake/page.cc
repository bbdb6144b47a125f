#include "services/intake/page.h"

#include <algorithm>
#include <cstdint>

#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::intake {
namespace {

constexpr int kDefaultSize = 50;
constexpr int kMaxSize = 1000;
constexpr size_t kMicrosBytes = 8;
constexpr size_t kIdBytes = 16;

}  // namespace

int PageSize(int asked) { return asked == 0 ? kDefaultSize : std::min(asked, kMaxSize); }

absl::StatusOr<Position> FromPageToken(const idempotency::PageTokens& tokens,
                                       const idempotency::TokenBinding& binding,
                                       const std::string& token) {
  Position position;
  if (token.empty()) return position;
  ASSIGN_OR_RETURN(const std::string bytes, tokens.Open(binding, token));
  if (bytes.size() != kMicrosBytes + kIdBytes) return status::PageTokenInvalid();
  uint64_t micros = 0;
  for (size_t i = 0; i < kMicrosBytes; ++i) {
    micros = micros << 8 | static_cast<unsigned char>(bytes[i]);
  }
  position.create_micros = static_cast<int64_t>(micros);
  position.id = bytes.substr(kMicrosBytes);
  return position;
}

std::string ToPageToken(const idempotency::PageTokens& tokens,
                        const idempotency::TokenBinding& binding, const Position& position) {
  std::string bytes;
  const uint64_t micros = static_cast<uint64_t>(position.create_micros);
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(micros >> shift & 0xff));
  }
  return tokens.Seal(binding, bytes + position.id);
}

}  // namespace mamori::intake
