// How whoever is said to have acted is heard.
#ifndef MAMORI_SERVICES_TRIAGE_HEARINGS_H_
#define MAMORI_SERVICES_TRIAGE_HEARINGS_H_

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "mamori/triage/v1/hearing_service.pb.h"
#include "services/triage/casework.h"
#include "services/triage/hearing_rules.h"

namespace mamori::triage {

class Hearings {
 public:
  explicit Hearings(Casework& casework) : casework_(casework) {}

  using HearingOr = absl::StatusOr<v1::Hearing>;
  HearingOr Notify(const server::CallContext& call, const v1::NotifyAccusedRequest& request);
  HearingOr RecordStatement(const server::CallContext& call,
                            const v1::RecordAccusedStatementRequest& request);
  HearingOr RecordObjection(const server::CallContext& call,
                            const v1::RecordObjectionRequest& request);
  HearingOr DecideObjection(const server::CallContext& call,
                            const v1::DecideObjectionRequest& request);
  HearingOr Waive(const server::CallContext& call, const v1::WaiveHearingRequest& request);
  absl::StatusOr<v1::ListHearingsResponse> List(const server::CallContext& call,
                                                const v1::ListHearingsRequest& request);

 private:
  // A step of a hearing that is there. `step` changes it.
  using Step = absl::FunctionRef<absl::Status(Work& work, v1::Hearing& hearing)>;
  template <typename Request>
  HearingOr Do(const server::CallContext& call, const Request& request, WorkVerb verb, Step step);

  Casework& casework_;
};

// What the rules look at, from the case's file. DATA_LOSS.
absl::StatusOr<HearingFacts> HearingFactsOf(const CaseView& view);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_HEARINGS_H_
