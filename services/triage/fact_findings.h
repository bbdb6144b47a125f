// Statements, findings and what the inquiry came to.
#ifndef MAMORI_SERVICES_TRIAGE_FACT_FINDINGS_H_
#define MAMORI_SERVICES_TRIAGE_FACT_FINDINGS_H_

#include "absl/status/statusor.h"
#include "mamori/triage/v1/fact_finding_service.pb.h"
#include "services/triage/casework.h"

namespace mamori::triage {

class FactFindings {
 public:
  explicit FactFindings(Casework& casework) : casework_(casework) {}

  absl::StatusOr<v1::Statement> RecordStatement(const server::CallContext& call,
                                                const v1::RecordStatementRequest& request);
  absl::StatusOr<v1::Finding> RecordFinding(const server::CallContext& call,
                                            const v1::RecordFindingRequest& request);
  absl::StatusOr<v1::Finding> ReviseFinding(const server::CallContext& call,
                                            const v1::ReviseFindingRequest& request);
  absl::StatusOr<v1::FactFinding> Conclude(const server::CallContext& call,
                                           const v1::ConcludeFactFindingRequest& request);
  absl::StatusOr<v1::FactFinding> Get(const server::CallContext& call,
                                      const v1::GetFactFindingRequest& request);

 private:
  Casework& casework_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_FACT_FINDINGS_H_
