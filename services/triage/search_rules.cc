#include "services/triage/search_rules.h"

#include "common/text/text_search.h"
#include "services/triage/work_checks.h"

namespace mamori::triage {
namespace {

// 200 characters of four bytes.
constexpr size_t kMaxQuery = 800;

}  // namespace

absl::Status Validate(const v1::SearchCasesRequest& request) {
  status::Violations violations;
  CheckSize(violations, "query", request.query(), 1, kMaxQuery);
  if (request.query().size() <= kMaxQuery && !text::TextSearch::Of(request.query())) {
    violations.Add("query", "has neither letter nor digit");
  }
  if (request.page_size() < 0) violations.Add("page_size", "is negative, want 0 to 100");
  return violations.Status();
}

}  // namespace mamori::triage
