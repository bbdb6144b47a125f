// Keyset pages, newest first: after (create_time, id).
#ifndef MAMORI_SERVICES_NOTIFICATION_PAGES_H_
#define MAMORI_SERVICES_NOTIFICATION_PAGES_H_

#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/tx.h"
#include "common/idempotency/page_token.h"

namespace mamori::notification {

struct PagePosition {
  absl::Time create_time;
  std::string id;  // 16 bytes
};

// Names the query that a token belongs to.
std::string PageFilter(std::initializer_list<std::string_view> parts);

// The position of `token`; before everything when it is empty. PageTokenInvalid().
absl::StatusOr<PagePosition> ReadPageToken(const idempotency::PageTokens& tokens,
                                           const idempotency::TokenBinding& binding,
                                           std::string_view token);
std::string WritePageToken(const idempotency::PageTokens& tokens,
                           const idempotency::TokenBinding& binding, const PagePosition& last);

// Adds the three values of "create_time <= ? AND (create_time < ? OR id < ?)".
void AddPosition(const PagePosition& position, db::Params& params);

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_PAGES_H_
