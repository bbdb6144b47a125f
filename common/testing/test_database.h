// A database of its own for each `db`-labelled test, on the server that MAMORI_TEST_DB names
// (host:port:user:password; tests/mariadb starts one and prints it). Without the variable the test
// fails: a test that skips itself proves nothing.
#ifndef MAMORI_COMMON_TESTING_TEST_DATABASE_H_
#define MAMORI_COMMON_TESTING_TEST_DATABASE_H_

#include <memory>
#include <string>

#include "common/db/pool.h"
#include "common/db/transaction.h"
#include "common/db/tx.h"
#include "common/time/clock.h"

namespace mamori::testing {

class TestDatabase {
 public:
  // Creates a schema with a random name and applies the migrations of `migrations_directory`, which
  // is relative to the root of the source tree ("deploy/db/migrations/intake") or absolute; empty:
  // none. What an earlier one of this program has emptied is taken again. Terminates the test
  // program with a clear text when there is no server or a migration fails.
  explicit TestDatabase(const std::string& migrations_directory = "");
  // Closes its own pool, and empties the schema or drops it.
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  // For a pool of one's own (another replica, a short time-out, a grantee's user).
  const db::PoolOptions& options() const { return options_; }
  db::Pool& pool() { return *pool_; }
  // Over pool(), with the system's clock and sleeper.
  db::Transactor& transactor() { return *transactor_; }

  // One statement in its own transaction, with the given values; terminates when it fails. `Run` is
  // also for DDL; a schema for which it was called is not used again.
  void Run(const std::string& sql);
  int64_t Execute(const std::string& sql, const db::Params& params = {});
  db::Rows Query(const std::string& sql, const db::Params& params = {});
  // The first column of the first row, as a number: for SELECT COUNT(*).
  int64_t Number(const std::string& sql, const db::Params& params = {});

 private:
  void Empty();

  db::PoolOptions options_;
  const std::string migrations_;
  bool altered_ = false;
  time::SystemClock clock_;
  time::SystemSleeper sleeper_;
  std::unique_ptr<db::Pool> pool_;
  std::unique_ptr<db::Transactor> transactor_;
};

// The root of the source tree, for test data.
std::string SourceRoot();

}  // namespace mamori::testing

#endif  // MAMORI_COMMON_TESTING_TEST_DATABASE_H_
