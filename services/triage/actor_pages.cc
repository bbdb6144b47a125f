#include "services/triage/actor_pages.h"

#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/big_endian.h"

namespace mamori::triage {
namespace {

constexpr size_t kIdBytes = 16;

}  // namespace

std::string ToPageToken(const idempotency::PageTokens& tokens,
                        const idempotency::TokenBinding& binding, const MentionRow& last) {
  return tokens.Seal(
      binding, ToBigEndian(absl::ToUnixMicros(last.create_time)) + last.report_id + last.actor);
}

absl::StatusOr<std::optional<MentionPosition>> MentionsAfter(
    const idempotency::PageTokens& tokens, const idempotency::TokenBinding& binding,
    const std::string& token) {
  if (token.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string bytes, tokens.Open(binding, token));
  if (bytes.size() != kBigEndianBytes + 2 * kIdBytes) return status::PageTokenInvalid();
  return MentionPosition{.create_micros = FromBigEndian(bytes),
                         .report_id = bytes.substr(kBigEndianBytes, kIdBytes),
                         .actor = bytes.substr(kBigEndianBytes + kIdBytes)};
}

}  // namespace mamori::triage
