// Reporters in a MySQL-compatible database.
#ifndef MAMORI_SERVICES_INTAKE_SQL_REPORTER_STORE_H_
#define MAMORI_SERVICES_INTAKE_SQL_REPORTER_STORE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "common/telemetry/telemetry.h"
#include "services/intake/intake_store.h"
#include "services/intake/reporter_store.h"

namespace mamori::intake {

// Writes the identities of those `reports` that have some, in the transaction that writes the
// reports.
absl::Status InsertIdentities(db::Tx& tx, const std::vector<const NewReport*>& reports);

class SqlReporterStore final : public ReporterStore {
 public:
  SqlReporterStore(db::Transactor& transactor, const ReporterKeys& keys,
                   const audit::Journal& journal, telemetry::Telemetry& telemetry);

  absl::StatusOr<ReporterRole> RoleOf(const std::string& tenant, const std::string& report_id,
                                      const std::string& person, absl::Time deadline) override;
  absl::StatusOr<ReporterDecisions> FindDecisions(const std::string& tenant,
                                                  const std::vector<std::string>& report_ids,
                                                  absl::Time deadline) override;
  absl::StatusOr<SharingRow> Share(const ReporterAct& act, SharingRow row,
                                   absl::Time deadline) override;
  absl::Status Withdraw(const ReporterAct& act, const mamori::v1::Event& event,
                        absl::Time deadline) override;

 private:
  absl::StatusOr<db::Rows> Read(absl::Time deadline, const std::string& sql,
                                const db::Params& params);
  absl::StatusOr<ReporterDecisions> Select(db::Tx& tx, const std::string& tenant,
                                           const std::vector<std::string>& report_ids);
  absl::StatusOr<SharingRow> ShareIn(db::Tx& tx, const ReporterAct& act, const SharingRow& wanted);
  absl::Status WithdrawIn(db::Tx& tx, const ReporterAct& act, const mamori::v1::Event& event);
  void Refuse(const char* what);

  db::Transactor& transactor_;
  const ReporterKeys& keys_;
  const audit::Journal& journal_;
  telemetry::Telemetry& telemetry_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SQL_REPORTER_STORE_H_
