// Pages of lists: size, token, and the bytes that one answer may hold.
#ifndef MAMORI_SERVICES_INTAKE_PAGE_H_
#define MAMORI_SERVICES_INTAKE_PAGE_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/idempotency/page_token.h"
#include "services/intake/intake_store.h"

namespace mamori::intake {

// Answers end here and go on with the next page or call: clients take 4 MiB at most by default.
inline constexpr size_t kMaxAnswerBytes = 3 * 1024 * 1024;
// Rows read at once, so that no answer needs much more memory than it holds.
inline constexpr int kRowsPerRead = 200;

// 0 means 50; at most 1,000.
int PageSize(int asked);

// Empty begins at the newest. PageTokenInvalid().
absl::StatusOr<Position> FromPageToken(const idempotency::PageTokens& tokens,
                                       const idempotency::TokenBinding& binding,
                                       const std::string& token);
std::string ToPageToken(const idempotency::PageTokens& tokens,
                        const idempotency::TokenBinding& binding, const Position& position);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_PAGE_H_
