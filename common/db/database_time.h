// The database's clock, for times that replicas go by together: each replica's own may be wrong.
#ifndef MAMORI_COMMON_DB_DATABASE_TIME_H_
#define MAMORI_COMMON_DB_DATABASE_TIME_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/tx.h"

// An expression of a statement: when it began, in microseconds since the Unix epoch. It is the same
// in all rows of the statement and a bound for an index (SYSDATE is neither), knows no session's
// time zone, and a statement that waited for a lock finds it in the past: a lease is never longer
// than its holder believes. On Galera it is the clock of the node that is asked.
#define MAMORI_DATABASE_NOW "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))"

namespace mamori::db {

// The same, for what cannot be said in one statement: one round trip.
absl::StatusOr<absl::Time> DatabaseNow(Tx& tx);

}  // namespace mamori::db

#endif  // MAMORI_COMMON_DB_DATABASE_TIME_H_
