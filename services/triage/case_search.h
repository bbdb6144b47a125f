// Looks for words in what was written into the cases that the caller may see.
#ifndef MAMORI_SERVICES_TRIAGE_CASE_SEARCH_H_
#define MAMORI_SERVICES_TRIAGE_CASE_SEARCH_H_

#include <cstddef>
#include <map>
#include <optional>

#include "absl/status/statusor.h"
#include "common/audit/reads.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/text/search_request.h"
#include "common/text/text_search.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/search_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/case_store.h"
#include "services/triage/work_store.h"

namespace mamori::triage {

class CaseSearch {
 public:
  struct Dependencies {
    CaseStore& cases;
    WorkStore& work;
    const AccessGate& gate;
    const idempotency::PageTokens& tokens;
    const time::Clock& clock;
    audit::ReadLog* reads = nullptr;  // null records nothing, for tests
  };
  CaseSearch(Dependencies dependencies, text::SearchBudget budget)
      : d_(dependencies), budget_(budget) {}

  absl::StatusOr<v1::SearchCasesResponse> Search(const server::CallContext& call,
                                                 const v1::SearchCasesRequest& request);

 private:
  // One call.
  struct Run {
    const server::CallContext& call;
    const text::TextSearch& search;
    const int page_size;  // matches
    v1::SearchCasesResponse response = {};
    std::map<id::Id, bool> opened = {};  // with whether they are anonymous
    size_t bytes = 0;
  };
  // False where the caller may not see it after all.
  absl::StatusOr<bool> MaySee(const server::CallContext& call, const CaseRow& row) const;
  absl::Status Look(const CaseRow& row, Run& run);

  const Dependencies d_;
  const text::SearchBudget budget_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CASE_SEARCH_H_
