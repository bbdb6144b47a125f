#include "services/triage/analyze.h"

#include "common/status/macros.h"
#include "services/triage/validate.h"

namespace mamori::triage {

absl::StatusOr<mamori::v1::Assessment> Analyze::Run(const std::string& tenant,
                                                    const v1::AnalyzeReportRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const auto assessor, assessors_.Current());
  ASSIGN_OR_RETURN(const auto opinion, opinions_.InForce(tenant, assessor));
  return assessor->Assess(request.report(), opinion.get());
}

}  // namespace mamori::triage
