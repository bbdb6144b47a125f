// WorkStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_WORK_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_WORK_STORE_H_

#include "common/db/transaction.h"
#include "common/time/clock.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_content.h"
#include "services/triage/time_marks.h"
#include "services/triage/work_store.h"

namespace mamori::triage {

class SqlWorkStore final : public WorkStore {
 public:
  SqlWorkStore(db::Transactor& transactor, const time::Clock& clock, const AccessSeal& seal,
               const sealing::Sealer& sealer, const TimeMarks& marks)
      : transactor_(transactor), clock_(clock), seal_(seal), content_(sealer), marks_(marks) {}

  absl::StatusOr<std::string> Change(const CallKey& call, std::string_view tenant,
                                     const id::Id& case_id, Decide decide) override;
  absl::StatusOr<CaseFile> Read(std::string_view tenant, const id::Id& case_id, Admit admit,
                                absl::Time deadline) override;

 private:
  db::Transactor& transactor_;
  const time::Clock& clock_;
  const AccessSeal& seal_;
  const CaseContent content_;
  const TimeMarks& marks_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_WORK_STORE_H_
