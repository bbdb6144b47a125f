#include "common/db/transaction.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/db/connection.h"
#include "common/db/sql_error.h"
#include "common/id/id.h"

namespace mamori::db {
namespace {

constexpr absl::Duration kFirstDelay = absl::Milliseconds(2);
constexpr absl::Duration kLongestDelay = absl::Milliseconds(250);
// A caller without a deadline is not rerun for ever: a worker must come back to see that it shall
// stop.
constexpr absl::Duration kRerunWithoutDeadline = absl::Seconds(30);

class OpenTransaction final : public Tx {
 public:
  OpenTransaction(Connection& connection, const time::Clock& clock,
                  const TransactionOptions& options)
      : connection_(connection),
        clock_(clock),
        deadline_(options.deadline),
        read_only_(options.read_only) {}

  // A body that throws leaves a transaction open: closing the connection ends it.
  ~OpenTransaction() override {
    if (!ended_) connection_.MarkBroken();
  }

  absl::StatusOr<int64_t> Execute(const std::string& sql, const Params& params) override {
    if (read_only_) return absl::InternalError(absl::StrCat("a write in a reading body: ", sql));
    if (absl::Status status = MayStart(); !status.ok()) return status;
    return Noting(connection_.Execute(sql, params));
  }

  absl::StatusOr<Rows> Query(const std::string& sql, const Params& params) override {
    if (absl::Status status = MayStart(); !status.ok()) return status;
    return Noting(connection_.Query(sql, params));
  }

  absl::Status Commit() {
    if (absl::Status status = MayStart(); !status.ok()) return Rollback(status);
    const absl::Status status = connection_.Commit();
    if (!status.ok()) return Rollback(status);
    ended_ = true;
    return status;
  }

  // Of a reading body: nothing was begun, so nothing has to be ended.
  absl::Status EndReading(absl::Status status) {
    ended_ = true;
    return status;
  }

  // Ends the transaction and returns `why`: how the rollback went is the connection's business.
  absl::Status Rollback(absl::Status why) {
    ended_ = true;
    if (!connection_.broken()) (void)connection_.Rollback();
    return why;
  }

 private:
  // After an error that ended or may have halved the transaction nothing more is sent, and it
  // cannot be committed, also when the body overlooks the error (1205 leaves the transaction open:
  // platform-facts 2).
  absl::Status MayStart() {
    if (dead_.ok() && clock_.Now() >= deadline_) {
      dead_ = absl::DeadlineExceededError("no time left for another statement");
    }
    return dead_;
  }

  template <typename T>
  absl::StatusOr<T> Noting(absl::StatusOr<T> result) {
    if (IsRerunnable(result.status()) ||
        result.status().code() == absl::StatusCode::kDeadlineExceeded) {
      dead_ = result.status();
    }
    return result;
  }

  Connection& connection_;
  const time::Clock& clock_;
  const absl::Time deadline_;
  const bool read_only_;
  absl::Status dead_;
  bool ended_ = false;
};

absl::Status RunOnce(Connection& connection, const time::Clock& clock,
                     const TransactionOptions& options, absl::FunctionRef<absl::Status(Tx&)> body) {
  OpenTransaction transaction(connection, clock, options);
  if (options.read_only) return transaction.EndReading(body(transaction));
  if (absl::Status status = connection.Begin(); !status.ok()) {
    return transaction.EndReading(std::move(status));
  }
  absl::Status status = body(transaction);
  if (!status.ok()) return transaction.Rollback(std::move(status));
  return transaction.Commit();
}

}  // namespace

absl::Status Transactor::Run(const TransactionOptions& options,
                             absl::FunctionRef<absl::Status(Tx&)> body) {
  const absl::Time rerun_until = std::min(options.deadline, clock_.Now() + kRerunWithoutDeadline);
  id::RandomIdSource random;
  absl::Duration delay = kFirstDelay;
  // Once a COMMIT is in doubt it stays so until a run succeeds or its body decides: a later failure
  // to connect must not look as if nothing had been committed.
  absl::Status doubt;
  const auto give_up = [&doubt](absl::Status status) { return doubt.ok() ? status : doubt; };
  while (true) {
    const absl::Duration left = options.deadline - clock_.Now();
    if (left <= absl::ZeroDuration()) {
      return give_up(absl::DeadlineExceededError("no time left for the transaction"));
    }
    absl::Status status;
    {
      // The pool waits by the real clock, whatever clock the caller's deadline is told by.
      auto connection = pool_.Acquire(time::SystemClock().Now() + left);
      if (!connection.ok()) return give_up(connection.status());
      status = RunOnce(**connection, clock_, options, body);
    }
    if (IsCommitUnknown(status)) doubt = status;
    const bool rerun =
        IsCommitUnknown(status) ? options.settles_unknown_commit : IsRerunnable(status);
    if (!rerun) return status;
    const absl::Duration pause = std::max(absl::Microseconds(100), delay * random.NewFraction());
    if (clock_.Now() + pause >= rerun_until) return give_up(status);
    sleeper_.Sleep(pause);
    delay = std::min(2 * delay, kLongestDelay);
  }
}

}  // namespace mamori::db
