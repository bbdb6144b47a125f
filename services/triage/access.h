// What people do with the access to a case, and what other services ask about it.
#ifndef MAMORI_SERVICES_TRIAGE_ACCESS_H_
#define MAMORI_SERVICES_TRIAGE_ACCESS_H_

#include <functional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/triage_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/access_store.h"
#include "services/triage/case_store.h"

namespace mamori::triage {

class Access {
 public:
  struct Dependencies {
    CaseStore& cases;
    AccessStore& records;
    const AccessGate& gate;
    const time::Clock& clock;
    id::IdSource& ids;
    // Called after events may have been written.
    std::function<void()> committed;
  };
  explicit Access(Dependencies dependencies) : d_(std::move(dependencies)) {}

  using AccessOr = absl::StatusOr<mamori::v1::CaseAccess>;
  AccessOr Get(const server::CallContext& call, const v1::GetAccessRequest& request);
  AccessOr Exclude(const server::CallContext& call, const v1::ExcludePersonRequest& request);
  AccessOr AddMember(const server::CallContext& call, const v1::AddMemberRequest& request);
  AccessOr RemoveMember(const server::CallContext& call, const v1::RemoveMemberRequest& request);
  AccessOr Match(const server::CallContext& call, const v1::MatchActorRequest& request);

  // For services. Each question is decided on its own.
  absl::StatusOr<v1::CheckAccessResponse> CheckAll(const server::CallContext& call,
                                                   const v1::CheckAccessRequest& request);

 private:
  using Effect = absl::FunctionRef<absl::Status(mamori::v1::CaseAccess& access, absl::Time now)>;
  template <typename Request>
  AccessOr Do(const server::CallContext& call, const Request& request, Effect effect);

  const Dependencies d_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ACCESS_H_
