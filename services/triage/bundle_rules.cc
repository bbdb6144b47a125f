#include "services/triage/bundle_rules.h"

#include "services/triage/work_checks.h"

namespace mamori::triage {
namespace {

constexpr size_t kMaxPurpose = 1 << 10;

}  // namespace

absl::Status Validate(const v1::ExportEvidenceBundleRequest& request) {
  status::Violations violations;
  CheckWorkName(violations, "", request.name());
  CheckSize(violations, "purpose", request.purpose(), 1, kMaxPurpose);
  return violations.Status();
}

}  // namespace mamori::triage
