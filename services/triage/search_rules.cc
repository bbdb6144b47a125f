#include "services/triage/search_rules.h"

#include <string>
#include <string_view>

#include "common/text/search_request.h"
#include "services/triage/work_checks.h"

namespace mamori::triage {

absl::Status Validate(const v1::SearchCasesRequest& request) {
  status::Violations violations;
  const std::string_view wrong = text::WrongWithQuery(request.query());
  if (!wrong.empty()) violations.Add("query", std::string(wrong));
  if (request.page_size() < 0) violations.Add("page_size", "is negative, want 0 to 100");
  return violations.Status();
}

}  // namespace mamori::triage
