// Actions against recurrence.
#ifndef MAMORI_SERVICES_TRIAGE_PREVENTIONS_H_
#define MAMORI_SERVICES_TRIAGE_PREVENTIONS_H_

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "mamori/triage/v1/prevention_service.pb.h"
#include "services/triage/casework.h"

namespace mamori::triage {

class Preventions {
 public:
  explicit Preventions(Casework& casework) : casework_(casework) {}

  using ActionOr = absl::StatusOr<v1::PreventionAction>;
  ActionOr Plan(const server::CallContext& call, const v1::PlanPreventionRequest& request);
  ActionOr Complete(const server::CallContext& call, const v1::CompletePreventionRequest& request);
  ActionOr Review(const server::CallContext& call, const v1::ReviewPreventionRequest& request);
  absl::StatusOr<v1::ListPreventionResponse> List(const server::CallContext& call,
                                                  const v1::ListPreventionRequest& request);

 private:
  using Effect = absl::FunctionRef<absl::Status(Work& work, v1::PreventionAction& action)>;
  template <typename Request>
  ActionOr Do(const server::CallContext& call, const Request& request, Effect effect);

  Casework& casework_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_PREVENTIONS_H_
