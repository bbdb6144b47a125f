// RetentionStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_RETENTION_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_RETENTION_STORE_H_

#include "common/db/transaction.h"
#include "common/sealing/eraser.h"
#include "common/time/clock.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_content.h"
#include "services/triage/retention_store.h"
#include "services/triage/time_marks.h"

namespace mamori::triage {

class SqlRetentionStore final : public RetentionStore {
 public:
  SqlRetentionStore(db::Transactor& transactor, const time::Clock& clock, const AccessSeal& seal,
                    const sealing::Sealer& sealer, sealing::Eraser& eraser, const TimeMarks& marks,
                    id::IdSource& ids)
      : transactor_(transactor),
        clock_(clock),
        seal_(seal),
        content_(sealer),
        eraser_(eraser),
        marks_(marks),
        ids_(ids) {}

  absl::StatusOr<std::vector<RetainedCase>> ListClosed(std::string_view tenant, absl::Time before,
                                                       const std::optional<CasePosition>& position,
                                                       int limit, absl::Time deadline) override;
  absl::StatusOr<RetainedCase> Read(std::string_view tenant, const id::Id& case_id,
                                    absl::Time deadline) override;
  absl::StatusOr<v1::Disposition> Dispose(const CallKey& call, std::string_view tenant,
                                          const id::Id& case_id, const id::Id& act_id,
                                          const std::string& person, Decide decide) override;
  absl::StatusOr<v1::Disposition> GetDisposition(std::string_view tenant, const id::Id& case_id,
                                                 absl::Time deadline) override;

  // What was derived from cases whose keys are erased goes again, where a restore has brought it
  // back. Before anything is served, after Eraser.Replay has made their list whole.
  absl::Status ForgetErased();

 private:
  // Everything that was written into the case or worked out of its reports, in the transaction.
  // Sets the counts of the certificate.
  absl::Status Erase(db::Tx& tx, const CaseRow& row, const std::vector<id::Id>& reports,
                     v1::Disposition& certificate) const;
  // Tells intake of them, in the transaction.
  absl::Status TellIntake(db::Tx& tx, const CaseRow& row, const std::vector<id::Id>& reports) const;

  db::Transactor& transactor_;
  const time::Clock& clock_;
  const AccessSeal& seal_;
  const CaseContent content_;
  sealing::Eraser& eraser_;
  const TimeMarks& marks_;
  id::IdSource& ids_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_RETENTION_STORE_H_
