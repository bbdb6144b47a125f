// The receipts in a MySQL-compatible database.
#ifndef MAMORI_SERVICES_INTAKE_SQL_RECEIPT_STORE_H_
#define MAMORI_SERVICES_INTAKE_SQL_RECEIPT_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "common/telemetry/telemetry.h"
#include "services/intake/intake_store.h"
#include "services/intake/receipt_keys.h"
#include "services/intake/receipt_store.h"

namespace mamori::intake {

// Writes the receipts of those `reports` that have one, in the transaction that writes the reports.
absl::Status InsertReceipts(db::Tx& tx, const std::vector<const NewReport*>& reports);

class SqlReceiptStore final : public ReceiptStore {
 public:
  SqlReceiptStore(db::Transactor& transactor, const ReceiptKeys& keys,
                  const audit::Journal& journal, telemetry::Telemetry& telemetry);

  absl::StatusOr<ReceiptRow> Find(const std::string& tenant, const std::string& receipt_hash,
                                  absl::Time deadline) override;
  absl::Status Rotate(const std::string& tenant, const std::string& old_hash,
                      const std::string& new_hash, absl::Time deadline) override;

 private:
  // With `sql`, by hash and tenant; nullopt for none, and for one that is not believed.
  absl::StatusOr<std::optional<ReceiptRow>> Read(db::Tx& tx, const char* sql,
                                                 const std::string& tenant,
                                                 const std::string& receipt_hash);
  absl::Status Replace(db::Tx& tx, const ReceiptRow& old, const std::string& new_hash);

  db::Transactor& transactor_;
  const ReceiptKeys& keys_;
  const audit::Journal& journal_;
  telemetry::Telemetry& telemetry_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SQL_RECEIPT_STORE_H_
