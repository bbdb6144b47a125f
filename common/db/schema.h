// Migrations: one file, one DDL statement, forward only (conventions 8). Applied by `mamorictl
// migrate`.
#ifndef MAMORI_COMMON_DB_SCHEMA_H_
#define MAMORI_COMMON_DB_SCHEMA_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/pool.h"
#include "common/time/clock.h"

namespace mamori::db {

struct Migration {
  int version = 0;   // from the file name: 0001_create_report.sql
  std::string name;  // "create_report"
  std::string sql;
  std::string checksum;  // lower-case hex SHA-256 (or BLAKE2b-256) of the file's bytes
};

// Reads `directory`/NNNN_name.sql in order. INVALID_ARGUMENT names the file that is misnamed, out
// of order, doubled, empty or holds more than one statement.
absl::StatusOr<std::vector<Migration>> ReadMigrations(const std::string& directory);

// Applies what is missing, each recorded in table `schema_migration` with version, checksum and
// time. Safe to run from several places at once (GET_LOCK). FAILED_PRECONDITION names the file when
// a recorded one was edited, is missing here, or a new file sorts before an applied one. Returns
// the versions applied now.
absl::StatusOr<std::vector<int>> ApplyMigrations(Pool& pool,
                                                 const std::vector<Migration>& migrations,
                                                 const time::Clock& clock);

// FAILED_PRECONDITION when the schema is below `minimum_version`: a service refuses to start then.
// Any other error says that nobody knows.
absl::Status CheckSchemaVersion(Pool& pool, int minimum_version);

}  // namespace mamori::db

#endif  // MAMORI_COMMON_DB_SCHEMA_H_
