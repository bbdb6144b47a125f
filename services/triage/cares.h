// Care for whom it happened to, and protection of whoever reported.
#ifndef MAMORI_SERVICES_TRIAGE_CARES_H_
#define MAMORI_SERVICES_TRIAGE_CARES_H_

#include "absl/status/statusor.h"
#include "mamori/triage/v1/care_service.pb.h"
#include "services/triage/casework.h"

namespace mamori::triage {

class Cares {
 public:
  explicit Cares(Casework& casework) : casework_(casework) {}

  absl::StatusOr<v1::Care> Record(const server::CallContext& call,
                                  const v1::RecordCareRequest& request);
  absl::StatusOr<v1::DetrimentRisk> AssessRisk(const server::CallContext& call,
                                               const v1::AssessDetrimentRiskRequest& request);
  absl::StatusOr<v1::CareFile> Get(const server::CallContext& call,
                                   const v1::GetCareRequest& request);
  absl::StatusOr<v1::Timeline> Timeline(const server::CallContext& call,
                                        const v1::GetTimelineRequest& request);
  absl::StatusOr<v1::RetaliationReceipt> ReportRetaliation(
      const server::CallContext& call, const v1::ReportRetaliationRequest& request);

 private:
  Casework& casework_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CARES_H_
