// ActorStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_ACTOR_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_ACTOR_STORE_H_

#include <string>
#include <vector>

#include "common/db/transaction.h"
#include "common/time/clock.h"
#include "services/triage/access_seal.h"
#include "services/triage/actor_store.h"
#include "services/triage/case_content.h"

namespace mamori::triage {

class SqlActorStore final : public ActorStore {
 public:
  SqlActorStore(db::Transactor& transactor, const time::Clock& clock, const AccessSeal& seal,
                const sealing::Sealer& sealer)
      : transactor_(transactor), clock_(clock), seal_(seal), content_(sealer) {}

  absl::StatusOr<std::vector<MentionRow>> ListOfCase(std::string_view tenant, const id::Id& case_id,
                                                     const std::optional<MentionPosition>& after,
                                                     int limit, absl::Time deadline) override;
  absl::StatusOr<std::vector<MentionRow>> ListOfActors(std::string_view tenant,
                                                       const std::vector<id::Id>& actors,
                                                       const id::Id& case_id,
                                                       const std::optional<MentionPosition>& after,
                                                       int limit, absl::Time deadline) override;
  absl::StatusOr<std::vector<MentionRow>> ListNewest(std::string_view tenant,
                                                     const std::optional<MentionPosition>& after,
                                                     int limit, absl::Time deadline) override;
  absl::StatusOr<std::vector<JoinRow>> FindJoins(std::string_view tenant,
                                                 const std::vector<id::Id>& actors,
                                                 absl::Time deadline) override;
  absl::StatusOr<JoinRow> GetJoin(std::string_view tenant, const id::Id& join_id,
                                  absl::Time deadline) override;
  absl::StatusOr<v1::ActorJoin> Join(const CallKey& call, std::string_view tenant,
                                     const Joining& joining, DecideJoin decide) override;
  absl::StatusOr<v1::ActorJoin> Split(const CallKey& call, std::string_view tenant,
                                      const id::Id& case_id, const id::Id& join_id,
                                      std::string_view person, absl::Time now,
                                      DecideSplit decide) override;

 private:
  absl::StatusOr<std::vector<MentionRow>> List(const std::string& sql, const db::Params& params,
                                               absl::Time deadline);

  db::Transactor& transactor_;
  const time::Clock& clock_;
  const AccessSeal& seal_;
  const CaseContent content_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_ACTOR_STORE_H_
