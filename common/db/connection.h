// One pinned session with the server. Used by one thread at a time; every method answers with an
// absl::Status.
#ifndef MAMORI_COMMON_DB_CONNECTION_H_
#define MAMORI_COMMON_DB_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/pool.h"
#include "common/db/sql_error.h"
#include "common/db/tx.h"

namespace mamori::db {

// Takes a connection back. The pool is one; a test may be another.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual void Return(std::unique_ptr<Connection> connection) = 0;
};

class Connection {
 public:
  // Opens and pins a session at host:port (platform-facts 6, 8); user, schema, TLS and time-outs
  // are from `options`. `deadline_in` shortens the connect time-out (whole seconds, at least one:
  // the driver knows no less).
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const PoolOptions& options,
                                                          const std::string& host, int port,
                                                          absl::Duration deadline_in,
                                                          ConnectionOwner* owner);
  ~Connection();

  absl::Status Begin();
  // A failure here is classified as SqlPhase::kCommit; the connection is closed when the outcome is
  // unknown.
  absl::Status Commit();
  // A connection that cannot roll back is broken: closing it makes the server do so.
  absl::Status Rollback();

  // Prepared once per connection and text; of the texts used last, 256 stay prepared.
  absl::StatusOr<int64_t> Execute(const std::string& sql, const Params& params);
  absl::StatusOr<Rows> Query(const std::string& sql, const Params& params);
  // Unprepared and without a result: SET and DDL.
  absl::Status Run(const std::string& sql);

  // A broken connection is closed instead of reused.
  bool broken() const { return broken_; }
  void MarkBroken() { broken_ = true; }
  ConnectionOwner* owner() const { return owner_; }

 private:
  struct Session;
  explicit Connection(ConnectionOwner* owner);
  absl::Status Pin(absl::Duration statement_timeout);
  absl::Status RunInPhase(const std::string& sql, SqlPhase phase);
  // Runs `call` and turns whatever it throws into a status.
  template <typename F>
  absl::Status Guard(SqlPhase phase, F&& call);
  absl::Status Failed(int number, SqlPhase phase);

  std::unique_ptr<Session> session_;
  ConnectionOwner* owner_;
  bool broken_ = false;
};

}  // namespace mamori::db

#endif  // MAMORI_COMMON_DB_CONNECTION_H_
