// What people do with acts that nobody may do alone.
#ifndef MAMORI_SERVICES_TRIAGE_TWO_PERSON_H_
#define MAMORI_SERVICES_TRIAGE_TWO_PERSON_H_

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/two_person_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/act_store.h"

namespace mamori::triage {

class TwoPerson {
 public:
  struct Dependencies {
    ActStore& store;
    const AccessGate& gate;
    const mamori::v1::TwoPersonPolicy policy;
    const mamori::v1::RetentionPolicy retention;
    const time::Clock& clock;
    id::IdSource& ids;
    // Called after events may have been written.
    std::function<void()> committed;
    const idempotency::PageTokens& tokens;
    const mamori::v1::UnsealingPolicy unsealing = {};
  };
  explicit TwoPerson(Dependencies dependencies) : d_(std::move(dependencies)) {}

  using ActOr = absl::StatusOr<v1::TwoPersonAct>;
  ActOr Request(const server::CallContext& call, const v1::RequestActRequest& request);
  ActOr Approve(const server::CallContext& call, const v1::ApproveActRequest& request);
  ActOr Withdraw(const server::CallContext& call, const v1::WithdrawActRequest& request);
  ActOr Get(const server::CallContext& call, const v1::GetActRequest& request);
  absl::StatusOr<v1::ListActsResponse> List(const server::CallContext& call,
                                            const v1::ListActsRequest& request);

  absl::StatusOr<mamori::v1::CaseAccess> RemoveExclusion(const server::CallContext& call,
                                                         const v1::RemoveExclusionRequest& request);
  absl::StatusOr<v1::UseIdentityActResponse> UseIdentity(const server::CallContext& call,
                                                         const v1::UseIdentityActRequest& request);

 private:
  // Whether the caller may take part in acts about it.
  absl::Status Check(const server::CallContext& call, const ActResource& resource) const;
  // The act, for one who may; as for one that does not exist otherwise.
  ActOr Admit(const server::CallContext& call, const id::Id& act_id) const;
  absl::StatusOr<NewAct> Make(const server::CallContext& call, const v1::TwoPersonAct& asked,
                              const ActResource& resource, const ActTime& time) const;
  // Whether it could be done now, so that nobody is asked for what cannot be.
  absl::Status CheckPossible(const v1::TwoPersonAct& asked, const ActResource& resource,
                             absl::Time now) const;

  const Dependencies d_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TWO_PERSON_H_
