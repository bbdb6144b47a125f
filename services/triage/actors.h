// Who stands in which cases, as people may see it, and what they say about it.
#ifndef MAMORI_SERVICES_TRIAGE_ACTORS_H_
#define MAMORI_SERVICES_TRIAGE_ACTORS_H_

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/actor_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/access_store.h"
#include "services/triage/actor_store.h"
#include "services/triage/case_change.h"
#include "services/triage/case_store.h"
#include "services/triage/viewer_filter.h"

namespace mamori::triage {

class Actors {
 public:
  struct Dependencies {
    ActorStore& store;
    CaseStore& cases;
    AccessStore& records;
    const AccessGate& gate;
    const time::Clock& clock;
    id::IdSource& ids;
    // Called after a case may have changed.
    std::function<void()> committed;
    const idempotency::PageTokens& tokens;
  };
  explicit Actors(Dependencies dependencies) : d_(std::move(dependencies)) {}

  absl::StatusOr<v1::ListActorsResponse> List(const server::CallContext& call,
                                              const v1::ListActorsRequest& request);
  absl::StatusOr<v1::ListActorCandidatesResponse> ListCandidates(
      const server::CallContext& call, const v1::ListActorCandidatesRequest& request);
  absl::StatusOr<v1::ActorJoin> Join(const server::CallContext& call,
                                     const v1::JoinActorsRequest& request);
  absl::StatusOr<v1::ActorJoin> Split(const server::CallContext& call,
                                      const v1::SplitActorsRequest& request);
  absl::StatusOr<v1::ListUnseenLinksResponse> ListUnseen(const server::CallContext& call,
                                                         const v1::ListUnseenLinksRequest& request);

 private:
  // An actor that leads to other cases, and the case's own actor that it is.
  struct Lead {
    id::Id own;
    bool joined = false;
  };
  using Leads = std::map<id::Id, Lead>;

  absl::Status Admit(const server::CallContext& call, const id::Id& case_id, authz::Action action);
  absl::Status CheckWork(const server::CallContext& call, const CaseRow& row) const;
  ChangeContext ContextOf(const server::CallContext& call) const;
  // Those that stand and that the viewer may see: both reports.
  absl::StatusOr<std::vector<JoinRow>> VisibleJoins(const server::CallContext& call,
                                                    const ViewerFilter& filter,
                                                    const std::vector<id::Id>& actors);
  absl::StatusOr<Leads> LeadsOf(const server::CallContext& call, const ViewerFilter& filter,
                                const id::Id& case_id);
  void AddLinks(const ViewerFilter& filter, const AccessStore::Records& records,
                const MentionRow& mention, const std::vector<MentionRow>& others, int room,
                v1::ListUnseenLinksResponse& response) const;

  const Dependencies d_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ACTORS_H_
