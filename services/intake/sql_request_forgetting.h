// How a store of rows that keep a request's key forgets them, whatever the table.
#ifndef MAMORI_SERVICES_INTAKE_SQL_REQUEST_FORGETTING_H_
#define MAMORI_SERVICES_INTAKE_SQL_REQUEST_FORGETTING_H_

#include "common/db/transaction.h"

namespace mamori::intake {

// `sql` takes the time now and how many rows at most. Returns how many there were.
inline absl::StatusOr<int64_t> ForgetRequestsBy(db::Transactor& transactor, const char* sql,
                                                absl::Time now, int limit, absl::Time deadline) {
  return transactor.Run<int64_t>(
      {.deadline = deadline, .settles_unknown_commit = true},
      [&](db::Tx& tx) { return tx.Execute(sql, db::Params().Add(now).Add(limit)); });
}

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SQL_REQUEST_FORGETTING_H_
