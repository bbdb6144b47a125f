// Consent in a MySQL-compatible database.
#ifndef MAMORI_SERVICES_INTAKE_SQL_CONSENT_STORE_H_
#define MAMORI_SERVICES_INTAKE_SQL_CONSENT_STORE_H_

#include <string>

#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "common/telemetry/telemetry.h"
#include "services/intake/consent_store.h"
#include "services/intake/reporter_keys.h"

namespace mamori::intake {

class SqlConsentStore final : public ConsentStore {
 public:
  SqlConsentStore(db::Transactor& transactor, const ReporterKeys& keys,
                  const audit::Journal& journal, telemetry::Telemetry& telemetry);

  absl::StatusOr<ConsentRow> FindConsent(const std::string& tenant, const std::string& report_id,
                                         absl::Time deadline) override;
  absl::StatusOr<ConsentRow> Decide(const ReporterAct& act, bool given,
                                    const mamori::v1::Event& event, absl::Time deadline) override;

 private:
  absl::StatusOr<ConsentRow> Newest(db::Tx& tx, const std::string& tenant,
                                    const std::string& report_id);
  absl::StatusOr<ConsentRow> DecideIn(db::Tx& tx, const ReporterAct& act, bool given,
                                      const mamori::v1::Event& event);

  db::Transactor& transactor_;
  const ReporterKeys& keys_;
  const audit::Journal& journal_;
  telemetry::Telemetry& telemetry_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SQL_CONSENT_STORE_H_
