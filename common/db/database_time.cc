#include "common/db/database_time.h"

#include "common/status/macros.h"

namespace mamori::db {

absl::StatusOr<absl::Time> DatabaseNow(Tx& tx) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query("SELECT " MAMORI_DATABASE_NOW, {}));
  if (rows.size() != 1) return absl::InternalError("a time without a row");
  return rows[0].GetTime(0);
}

}  // namespace mamori::db
