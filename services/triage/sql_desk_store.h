// DeskStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_DESK_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_DESK_STORE_H_

#include "common/db/transaction.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_content.h"
#include "services/triage/desk_store.h"

namespace mamori::triage {

class SqlDeskStore final : public DeskStore {
 public:
  SqlDeskStore(db::Transactor& transactor, const AccessSeal& seal, const sealing::Sealer& sealer)
      : transactor_(transactor), seal_(seal), content_(sealer) {}

  absl::StatusOr<std::vector<WorkListEntry>> List(const WorkListFilter& filter,
                                                  const std::optional<WorkListPosition>& position,
                                                  int limit, absl::Time deadline) override;
  absl::Status Open(std::vector<WorkListEntry>& entries, absl::Time deadline) override;

 private:
  db::Transactor& transactor_;
  const AccessSeal& seal_;
  const CaseContent content_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_DESK_STORE_H_
