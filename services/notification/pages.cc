#include "services/notification/pages.h"

#include <limits>

#include "common/idempotency/hash.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::notification {
namespace {

constexpr size_t kTimeBytes = 8;
constexpr size_t kIdBytes = 16;

}  // namespace

std::string PageFilter(std::initializer_list<std::string_view> parts) {
  return idempotency::Hash(parts);
}

absl::StatusOr<PagePosition> ReadPageToken(const idempotency::PageTokens& tokens,
                                           const idempotency::TokenBinding& binding,
                                           std::string_view token) {
  PagePosition position;
  if (token.empty()) {
    position.create_time = db::FromMicros(std::numeric_limits<int64_t>::max() / 2);
    position.id = std::string(kIdBytes, '\xFF');
    return position;
  }
  ASSIGN_OR_RETURN(const std::string bytes, tokens.Open(binding, token));
  if (bytes.size() != kTimeBytes + kIdBytes) return status::PageTokenInvalid();
  uint64_t micros = 0;
  for (size_t i = 0; i < kTimeBytes; ++i) {
    micros = micros << 8 | static_cast<unsigned char>(bytes[i]);
  }
  position.create_time = db::FromMicros(static_cast<int64_t>(micros));
  position.id = bytes.substr(kTimeBytes);
  return position;
}

std::string WritePageToken(const idempotency::PageTokens& tokens,
                           const idempotency::TokenBinding& binding, const PagePosition& last) {
  const uint64_t micros = static_cast<uint64_t>(db::ToMicros(last.create_time));
  std::string bytes;
  for (size_t i = 0; i < kTimeBytes; ++i) {
    bytes += static_cast<char>(micros >> (8 * (kTimeBytes - 1 - i)) & 0xFF);
  }
  return tokens.Seal(binding, bytes + last.id);
}

void AddPosition(const PagePosition& position, db::Params& params) {
  params.Add(position.create_time).Add(position.create_time).Add(std::string_view(position.id));
}

}  // namespace mamori::notification
