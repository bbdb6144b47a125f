// Pages of the list of cases.
#ifndef MAMORI_SERVICES_TRIAGE_PAGE_H_
#define MAMORI_SERVICES_TRIAGE_PAGE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/idempotency/page_token.h"
#include "mamori/triage/v1/triage_service.pb.h"
#include "services/triage/case_store.h"

namespace mamori::triage {

CaseFilter FilterOf(const std::string& tenant, const v1::ListCasesRequest& request);

// Names the query that a page token belongs to.
std::string DigestOf(const CaseFilter& filter);

// 0 means 50; at most 1,000.
int PageSize(int asked);

// Nothing for an empty token, which begins at the newest. PageTokenInvalid().
absl::StatusOr<std::optional<CasePosition>> FromPageToken(const idempotency::PageTokens& tokens,
                                                          const idempotency::TokenBinding& binding,
                                                          const std::string& token);
std::string ToPageToken(const idempotency::PageTokens& tokens,
                        const idempotency::TokenBinding& binding, const CaseRow& last);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_PAGE_H_
