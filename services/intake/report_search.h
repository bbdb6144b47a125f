// Looks for words in reports that the caller may read.
#ifndef MAMORI_SERVICES_INTAKE_REPORT_SEARCH_H_
#define MAMORI_SERVICES_INTAKE_REPORT_SEARCH_H_

#include "absl/status/statusor.h"
#include "common/audit/reads.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/text/search_request.h"
#include "common/time/clock.h"
#include "mamori/intake/v1/search_service.pb.h"
#include "services/intake/reports.h"

namespace mamori::intake {

class ReportSearch {
 public:
  // Null `reads` records nothing, for tests.
  ReportSearch(Reports& reports, const idempotency::PageTokens& tokens, const time::Clock& clock,
               audit::ReadLog* reads, text::SearchBudget budget)
      : reports_(reports), tokens_(tokens), clock_(clock), reads_(reads), budget_(budget) {}

  absl::StatusOr<v1::SearchReportsResponse> Search(const server::CallContext& call,
                                                   const v1::SearchReportsRequest& request);

 private:
  Reports& reports_;
  const idempotency::PageTokens& tokens_;
  const time::Clock& clock_;
  audit::ReadLog* const reads_;
  const text::SearchBudget budget_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORT_SEARCH_H_
