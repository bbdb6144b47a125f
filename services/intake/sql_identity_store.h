// Identities in a MySQL-compatible database.
#ifndef MAMORI_SERVICES_INTAKE_SQL_IDENTITY_STORE_H_
#define MAMORI_SERVICES_INTAKE_SQL_IDENTITY_STORE_H_

#include <optional>
#include <string>

#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "services/intake/identity_store.h"
#include "services/intake/reporter_keys.h"

namespace mamori::intake {

class SqlIdentityStore final : public IdentityStore {
 public:
  SqlIdentityStore(db::Transactor& transactor, const ReporterKeys& keys,
                   const audit::Journal& journal)
      : transactor_(transactor), keys_(keys), journal_(journal) {}

  absl::StatusOr<std::string> FindIdentity(const std::string& tenant, const std::string& report_id,
                                           absl::Time deadline) override;
  absl::StatusOr<std::optional<IdentityReading>> FindReading(const std::string& tenant,
                                                             const std::string& act_id,
                                                             absl::Time deadline) override;
  absl::Status Record(const IdentityReading& reading, const audit::Who& who, bool by_day,
                      const std::optional<NewMessage>& message, absl::Time deadline) override;

 private:
  absl::Status RecordIn(db::Tx& tx, const IdentityReading& reading, const audit::Who& who,
                        bool by_day, const std::optional<NewMessage>& message);

  db::Transactor& transactor_;
  const ReporterKeys& keys_;
  const audit::Journal& journal_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SQL_IDENTITY_STORE_H_
