// The assessment of a report that nobody has submitted.
#ifndef MAMORI_SERVICES_TRIAGE_ANALYZE_H_
#define MAMORI_SERVICES_TRIAGE_ANALYZE_H_

#include <string>

#include "absl/status/statusor.h"
#include "mamori/triage/v1/triage_service.pb.h"
#include "services/triage/assessors.h"
#include "services/triage/opinions.h"

namespace mamori::triage {

// Thread safe.
class Analyze {
 public:
  Analyze(Assessors& assessors, Opinions& opinions) : assessors_(assessors), opinions_(opinions) {}

  // Under the policy and the tenant's model in force. Stores nothing, and leaves `assess_time`
  // unset: the same request gets the same answer.
  absl::StatusOr<mamori::v1::Assessment> Run(const std::string& tenant,
                                             const v1::AnalyzeReportRequest& request);

 private:
  Assessors& assessors_;
  Opinions& opinions_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ANALYZE_H_
