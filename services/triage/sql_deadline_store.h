// DeadlineStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_DEADLINE_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_DEADLINE_STORE_H_

#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/time/clock.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_content.h"
#include "services/triage/deadline_store.h"

namespace mamori::triage {

class SqlDeadlineStore final : public DeadlineStore {
 public:
  SqlDeadlineStore(db::Transactor& transactor, const time::Clock& clock, id::IdSource& ids,
                   const AccessSeal& seal, const sealing::Sealer& sealer)
      : transactor_(transactor), clock_(clock), ids_(ids), seal_(seal), content_(sealer) {}

  absl::StatusOr<v1::Deadline> Change(const CallKey& call, std::string_view tenant,
                                      const id::Id& case_id, Decide decide) override;
  absl::StatusOr<std::vector<DeadlineRow>> ListOfCase(std::string_view tenant,
                                                      const id::Id& case_id,
                                                      absl::Time deadline) override;
  absl::StatusOr<std::vector<QueueEntry>> ListQueue(const QueueFilter& filter,
                                                    const std::optional<QueuePosition>& position,
                                                    int limit, absl::Time deadline) override;
  absl::StatusOr<int> FireDue(absl::Time now, absl::Time retry_time, int limit,
                              FireCase fire) override;
  absl::StatusOr<bool> PostponeFirst(absl::Time now, absl::Time retry_time) override;
  absl::StatusOr<Undone> Audit(absl::Time planned_before, absl::Time now, int limit) override;

 private:
  db::Transactor& transactor_;
  const time::Clock& clock_;
  id::IdSource& ids_;
  const AccessSeal& seal_;
  const CaseContent content_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_DEADLINE_STORE_H_
