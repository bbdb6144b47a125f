// What people do with measures.
#ifndef MAMORI_SERVICES_TRIAGE_MEASURES_H_
#define MAMORI_SERVICES_TRIAGE_MEASURES_H_

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "mamori/triage/v1/measure_service.pb.h"
#include "services/triage/casework.h"
#include "services/triage/report_ownership.h"

namespace mamori::triage {

class Measures {
 public:
  // Without `ownership` nobody is asked whose report it is: for tests of the rest.
  explicit Measures(Casework& casework, ReportOwnership* ownership = nullptr)
      : casework_(casework), ownership_(ownership) {}

  using MeasureOr = absl::StatusOr<v1::Measure>;
  MeasureOr Propose(const server::CallContext& call, const v1::ProposeMeasureRequest& request);
  MeasureOr Revise(const server::CallContext& call, const v1::ReviseMeasureRequest& request);
  MeasureOr Get(const server::CallContext& call, const v1::GetMeasureRequest& request);
  absl::StatusOr<v1::ListMeasuresResponse> List(const server::CallContext& call,
                                                const v1::ListMeasuresRequest& request);
  // PERMISSION_DENIED also for who reported what the case is of; UNAVAILABLE when intake cannot be
  // asked whether they did.
  MeasureOr Approve(const server::CallContext& call, const v1::ApproveMeasureRequest& request);
  MeasureOr Revoke(const server::CallContext& call, const v1::RevokeApprovalRequest& request);
  MeasureOr Refer(const server::CallContext& call, const v1::ReferMeasureRequest& request);
  MeasureOr Reject(const server::CallContext& call, const v1::RejectMeasureRequest& request);
  MeasureOr RecordOutcome(const server::CallContext& call,
                          const v1::RecordMeasureOutcomeRequest& request);
  MeasureOr AssessEffect(const server::CallContext& call,
                         const v1::AssessMeasureEffectRequest& request);

 private:
  // Changes `measure`, which is as stored; may change the case by `work`.
  using Effect =
      absl::FunctionRef<absl::Status(Work& work, const WorkRow& row, v1::Measure& measure)>;
  // A verb on one measure that is neither rejected nor carried out.
  template <typename Request>
  MeasureOr DoOpen(const server::CallContext& call, const Request& request, authz::Action action,
                   Effect effect);
  // A verb on one measure, as it may be.
  template <typename Request>
  MeasureOr Do(const server::CallContext& call, const Request& request, authz::Action action,
               Effect effect);

  Casework& casework_;
  ReportOwnership* const ownership_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_MEASURES_H_
