#include "services/triage/desk_rules.h"

#include "services/triage/work_checks.h"

namespace mamori::triage {
namespace {

using status::Violations;

Violations CheckList(const v1::WorkFilter& filter, int page_size) {
  Violations violations;
  CheckSize(violations, "filter.owner", filter.owner(), 0, kMaxPersonBytes);
  if (filter.mine() && !filter.owner().empty()) {
    violations.Add("filter.mine", "does not go with filter.owner");
  }
  if (page_size < 0) violations.Add("page_size", "is negative, want 0 to 1000");
  return violations;
}

}  // namespace

absl::Status Validate(const v1::ListOpenTasksRequest& request) {
  return CheckList(request.filter(), request.page_size()).Status();
}

absl::Status Validate(const v1::ListOpenPreventionRequest& request) {
  Violations violations = CheckList(request.filter(), request.page_size());
  if (!v1::PreventionStage_IsValid(request.stage())) violations.Add("stage", "is no stage");
  return violations.Status();
}

}  // namespace mamori::triage
