// What data subjects ask of a case, and what becomes of it.
#ifndef MAMORI_SERVICES_TRIAGE_DISCLOSURES_H_
#define MAMORI_SERVICES_TRIAGE_DISCLOSURES_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "mamori/triage/v1/disclosure_service.pb.h"
#include "services/triage/casework.h"

namespace mamori::triage {

class Disclosures {
 public:
  explicit Disclosures(Casework& casework) : casework_(casework) {}

  using DisclosureOr = absl::StatusOr<v1::DisclosureRequest>;
  DisclosureOr Receive(const server::CallContext& call,
                       const v1::ReceiveDisclosureRequestRequest& request);
  DisclosureOr CheckIdentity(const server::CallContext& call,
                             const v1::CheckRequesterIdentityRequest& request);
  DisclosureOr Decide(const server::CallContext& call, const v1::DecideDisclosureRequest& request);
  DisclosureOr Answer(const server::CallContext& call, const v1::AnswerDisclosureRequest& request);
  // Records in the case what `disclosure` asks over all cases, which names the request and who
  // checked its asker; once for each request and case. Starts the clock.
  DisclosureOr Gather(const server::CallContext& call,
                      const v1::ReceiveDisclosureRequestRequest& request);
  // One that is there, for those who may work on the case.
  DisclosureOr Get(const server::CallContext& call, const std::string& name);
  absl::StatusOr<v1::ListDisclosuresResponse> List(const server::CallContext& call,
                                                   const v1::ListDisclosuresRequest& request);

 private:
  // A step of a request that is there. `step` changes it.
  using Step = absl::FunctionRef<absl::Status(Work& work, v1::DisclosureRequest& disclosure)>;
  template <typename Request>
  DisclosureOr Do(const server::CallContext& call, const Request& request, Step step);

  Casework& casework_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DISCLOSURES_H_
