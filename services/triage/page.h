// Pages of the list of cases.
#ifndef MAMORI_SERVICES_TRIAGE_PAGE_H_
#define MAMORI_SERVICES_TRIAGE_PAGE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "mamori/triage/v1/triage_service.pb.h"
#include "services/triage/case_store.h"

namespace mamori::triage {

CaseFilter FilterOf(const std::string& tenant, const v1::ListCasesRequest& request);

// Names the query that a page token belongs to.
std::string DigestOf(const CaseFilter& filter);

// 0 means 50; at most 1,000.
int PageSize(int asked);

// Nothing for an empty token, which begins at the newest. PageTokenInvalid().
absl::StatusOr<std::optional<CasePosition>> FromPageToken(const std::string& token,
                                                          std::string_view digest);
std::string ToPageToken(const CaseRow& last, std::string_view digest);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_PAGE_H_
