// Pages of lists of mentions.
#ifndef MAMORI_SERVICES_TRIAGE_ACTOR_PAGES_H_
#define MAMORI_SERVICES_TRIAGE_ACTOR_PAGES_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/idempotency/page_token.h"
#include "services/triage/actor_store.h"

namespace mamori::triage {

inline MentionPosition PositionOf(const MentionRow& row) {
  return {.create_micros = absl::ToUnixMicros(row.create_time),
          .report_id = row.report_id,
          .actor = row.actor};
}
std::string ToPageToken(const idempotency::PageTokens& tokens,
                        const idempotency::TokenBinding& binding, const MentionRow& last);
// Nothing for an empty token, which begins at the first. PageTokenInvalid().
absl::StatusOr<std::optional<MentionPosition>> MentionsAfter(
    const idempotency::PageTokens& tokens, const idempotency::TokenBinding& binding,
    const std::string& token);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ACTOR_PAGES_H_
