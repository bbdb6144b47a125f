// Pages of the lists of deadlines.
#ifndef MAMORI_SERVICES_TRIAGE_DEADLINE_PAGE_H_
#define MAMORI_SERVICES_TRIAGE_DEADLINE_PAGE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/idempotency/page_token.h"
#include "services/triage/deadline_store.h"

namespace mamori::triage {

// Name the query that a page token belongs to.
std::string DigestOf(const QueueFilter& filter);
std::string DigestOfCase(std::string_view tenant, const id::Id& case_id, v1::DeadlineState state);

QueuePosition PositionOf(const DeadlineRow& row);
// In the order of due times: whether it comes after the position.
bool IsAfter(const DeadlineRow& row, const QueuePosition& position);

// Nothing for an empty token, which begins at the first. PageTokenInvalid().
absl::StatusOr<std::optional<QueuePosition>> FromQueueToken(
    const idempotency::PageTokens& tokens, const idempotency::TokenBinding& binding,
    const std::string& token);
std::string ToQueueToken(const idempotency::PageTokens& tokens,
                         const idempotency::TokenBinding& binding, int rank,
                         const DeadlineRow& last);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DEADLINE_PAGE_H_
