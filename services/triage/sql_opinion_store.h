// OpinionStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_OPINION_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_OPINION_STORE_H_

#include "common/db/transaction.h"
#include "common/time/clock.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_content.h"
#include "services/triage/opinion_store.h"
#include "services/triage/time_marks.h"

namespace mamori::triage {

// What an act of kind TRAIN_OPINION is about: its version is the sequence of the model in force.
// NOT_FOUND for a policy version that is not stored.
absl::StatusOr<ActResource> SelectOpinionResource(db::Tx& tx, std::string_view tenant,
                                                  const std::string& resource, bool for_update);

class SqlOpinionStore final : public OpinionStore {
 public:
  SqlOpinionStore(db::Transactor& transactor, const time::Clock& clock, const AccessSeal& seal,
                  const sealing::Sealer& sealer, const TimeMarks& marks)
      : transactor_(transactor), clock_(clock), seal_(seal), content_(sealer), marks_(marks) {}

  absl::StatusOr<std::optional<OpinionRow>> Newest(std::string_view tenant,
                                                   std::string_view policy_digest,
                                                   absl::Time deadline) override;
  absl::StatusOr<OpinionRow> Get(std::string_view tenant, std::string_view version,
                                 absl::Time deadline) override;
  absl::StatusOr<std::map<id::Id, std::string>> VersionsOf(std::string_view tenant,
                                                           const std::vector<id::Id>& report_ids,
                                                           absl::Time deadline) override;
  absl::StatusOr<std::vector<id::Id>> ListJudged(std::string_view tenant, const id::Id& after,
                                                 int limit, absl::Time deadline) override;
  absl::StatusOr<v1::Opinion> Add(const CallKey& call, const ActCaller& caller,
                                  std::string_view tenant, std::string_view policy_digest,
                                  const id::Id& act_id, const std::string& person,
                                  Train train) override;

 private:
  db::Transactor& transactor_;
  const time::Clock& clock_;
  const AccessSeal& seal_;
  const CaseContent content_;
  const TimeMarks& marks_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_OPINION_STORE_H_
