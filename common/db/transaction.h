// The transaction runner: a transaction is a function that may run many times.
#ifndef MAMORI_COMMON_DB_TRANSACTION_H_
#define MAMORI_COMMON_DB_TRANSACTION_H_

#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/pool.h"
#include "common/db/tx.h"
#include "common/time/clock.h"

namespace mamori::db {

struct TransactionOptions {
  // No statement starts and no rerun begins after it. Callers pass their RPC's deadline.
  absl::Time deadline = absl::InfiniteFuture();
  // Reads only: a write is refused. Each statement sees what was committed when it began, as it
  // would inside a READ COMMITTED transaction too, so none is begun and a read is one round trip
  // instead of three.
  bool read_only = false;
  // The body finds out by itself whether an earlier run committed (request id, inbox key, fencing
  // token), so it is rerun also when the outcome of COMMIT is unknown. Otherwise that is returned
  // as UNAVAILABLE for which IsCommitUnknown() is true.
  bool settles_unknown_commit = false;
};

// True when COMMIT was sent and its answer was lost.
bool IsCommitUnknown(const absl::Status& status);

// Runs `body` in one READ COMMITTED transaction until it commits, fails for good, or the deadline
// passes.
//
// Rerun (after ROLLBACK, with full jitter from 2 ms to 250 ms): ABORTED from the driver (1213,
// 1205, 1020) and UNAVAILABLE on a new connection. Whatever else the body returns rolls back and is
// returned unchanged. A status that the body makes itself is never rerun, whatever its code. When
// the time for reruns is over (the deadline; 30 s where there is none) the last error is returned,
// and a doubt about a COMMIT rather than it. After an error that is rerun, and after the deadline,
// no further statement is sent and nothing is committed, also when the body overlooks it. A
// connection that cannot be opened is not waited for: UNAVAILABLE at once. The body changes nothing
// outside `Tx&` except through its result, which is taken from its last run.
class Transactor {
 public:
  Transactor(Pool& pool, const time::Clock& clock, time::Sleeper& sleeper)
      : pool_(pool), clock_(clock), sleeper_(sleeper) {}

  absl::Status Run(const TransactionOptions& options, absl::FunctionRef<absl::Status(Tx&)> body);

  template <typename T>
  absl::StatusOr<T> Run(const TransactionOptions& options,
                        absl::FunctionRef<absl::StatusOr<T>(Tx&)> body) {
    std::optional<T> result;
    absl::Status status = Run(options, [&](Tx& tx) -> absl::Status {
      absl::StatusOr<T> one = body(tx);
      if (!one.ok()) return one.status();
      result = *std::move(one);
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
    return *std::move(result);
  }

 private:
  Pool& pool_;
  const time::Clock& clock_;
  time::Sleeper& sleeper_;
};

}  // namespace mamori::db

#endif  // MAMORI_COMMON_DB_TRANSACTION_H_
