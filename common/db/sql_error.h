// The one place that knows what a MySQL or MariaDB error number means for the caller.
#ifndef MAMORI_COMMON_DB_SQL_ERROR_H_
#define MAMORI_COMMON_DB_SQL_ERROR_H_

#include "absl/status/status.h"

namespace mamori::db {

// The same lost connection is harmless while a body runs and undecidable once COMMIT was sent.
enum class SqlPhase { kStatement, kCommit };

struct SqlErrorKind {
  absl::StatusCode code;
  bool rerun;           // running the whole body again may help, and is safe
  bool new_connection;  // this connection may not be used again
  bool commit_unknown;  // COMMIT was sent and may or may not have taken effect
  const char* text;     // fixed words: the server's own may hold the values of fields
};

// The error table (platform-facts 5). Pure. 0 stands for a failure inside the driver without a
// number.
SqlErrorKind ClassifySqlError(int number, SqlPhase phase);

// "database error NNNN: fixed words", with the number (and whether COMMIT's outcome is unknown) as
// payload.
absl::Status SqlErrorStatus(int number, SqlPhase phase);

// The number behind `status`; 0 when no driver error made it (then no rerun either).
int SqlErrorNumber(const absl::Status& status);

// True when the driver made `status` and its kind may be rerun. Never for an unknown COMMIT.
bool IsRerunnable(const absl::Status& status);

}  // namespace mamori::db

#endif  // MAMORI_COMMON_DB_SQL_ERROR_H_
