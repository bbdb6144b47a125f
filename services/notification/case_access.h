// Decides whether somebody may see a case or be told of it: the one place where notification asks.
// Triage owns the answer.
#ifndef MAMORI_SERVICES_NOTIFICATION_CASE_ACCESS_H_
#define MAMORI_SERVICES_NOTIFICATION_CASE_ACCESS_H_

#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/client/access_checker.h"
#include "common/id/id.h"
#include "common/server/caller.h"
#include "mamori/v1/policy.pb.h"
#include "services/notification/dispatch_store.h"

namespace mamori::notification {

class CaseAccess {
 public:
  enum class Use {
    kRead,
    kReadAccess,  // who may see the case: what was not sent to somebody tells of that
  };
  using Asked = std::pair<id::Id, Use>;

  // `policy` is that in force, which says who reads where.
  CaseAccess(client::AccessChecker& checker, mamori::v1::AccessPolicy policy)
      : checker_(checker), policy_(std::move(policy)) {}

  // What of `asked` the person of the call may; nothing for nobody. UNAVAILABLE when it cannot be
  // known: then nobody may.
  absl::StatusOr<std::set<Asked>> Admitted(const server::CallContext& call,
                                           const std::set<Asked>& asked) const;

  // For each claim whether its receiver may be told now: everyone who reads there may. Asked right
  // before sending; the answer is good for client::kKeepAllowed. UNAVAILABLE as above.
  absl::StatusOr<std::vector<bool>> MayBeTold(const std::vector<Claim>& claims,
                                              absl::Time deadline) const;

 private:
  client::AccessChecker& checker_;
  const mamori::v1::AccessPolicy policy_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_CASE_ACCESS_H_
