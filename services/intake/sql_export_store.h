// Tells the audit of a report that it was taken into an evidence bundle.
#ifndef MAMORI_SERVICES_INTAKE_SQL_EXPORT_STORE_H_
#define MAMORI_SERVICES_INTAKE_SQL_EXPORT_STORE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/audit/journal.h"
#include "common/db/transaction.h"

namespace mamori::intake {

// Thread safe.
class SqlExportStore {
 public:
  SqlExportStore(db::Transactor& transactor, const audit::Journal& journal)
      : transactor_(transactor), journal_(journal) {}

  // Goes on with the chain of the report, also of one that was disposed of. NOT_FOUND where the
  // audit knows no such report.
  absl::Status Record(const audit::Entry& entry, absl::Time deadline);

 private:
  db::Transactor& transactor_;
  const audit::Journal& journal_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SQL_EXPORT_STORE_H_
