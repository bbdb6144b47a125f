// Bounded pool of pinned sessions (platform-facts 6, 7, 8). Thread safe; one connection is one
// thread's at a time.
#ifndef MAMORI_COMMON_DB_POOL_H_
#define MAMORI_COMMON_DB_POOL_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mamori::db {

struct PoolOptions {
  std::string host;  // with port; several as "a:1,b:2" are tried in order from a random start
  int port = 0;      // used where `host` names none
  std::string user;
  std::string password;
  std::string schema;  // database name
  std::string
      tls_ca_file;  // empty: no TLS (tests only); otherwise the server is verified against it
  int max_connections = 8;
  absl::Duration connect_timeout = absl::Seconds(3);
  absl::Duration statement_timeout =
      absl::Seconds(5);  // max_statement_time; the read time-out is above it
};

class Connection;

class Pool {
 public:
  // Opens nothing yet: a service starts without its database and becomes ready when it is there.
  static std::unique_ptr<Pool> Create(PoolOptions options);
  virtual ~Pool() = default;

  // A connection by `deadline`: UNAVAILABLE when the server cannot be reached, RESOURCE_EXHAUSTED
  // when all are busy until then. Returned to the pool on destruction; a broken one is closed
  // instead.
  virtual absl::StatusOr<std::unique_ptr<Connection, void (*)(Connection*)>> Acquire(
      absl::Time deadline) = 0;

  // Readiness: one `SELECT 1` on a pooled connection within `timeout`.
  virtual absl::Status Ping(absl::Duration timeout) = 0;
};

}  // namespace mamori::db

#endif  // MAMORI_COMMON_DB_POOL_H_
