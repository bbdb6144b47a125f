#include "common/db/schema.h"

#include <sodium.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/db/connection.h"
#include "common/db/sql_error.h"

namespace mamori::db {
namespace {

constexpr int kTableMissing = 1146;
constexpr int kLockAttempts = 600;  // of one second each

constexpr char kCreateTable[] =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    "version INT NOT NULL PRIMARY KEY, name VARBINARY(128) NOT NULL, checksum VARBINARY(64) NOT "
    "NULL, "
    "apply_time BIGINT NOT NULL, done TINYINT NOT NULL)";
constexpr char kSelectApplied[] =
    "SELECT version, name, checksum, done FROM schema_migration ORDER BY version";
constexpr char kInsertBegun[] =
    "INSERT INTO schema_migration (version, name, checksum, apply_time, done) VALUES (?, ?, ?, ?, "
    "0)";
constexpr char kDeleteBegun[] = "DELETE FROM schema_migration WHERE version = ? AND done = 0";
constexpr char kUpdateDone[] =
    "UPDATE schema_migration SET done = 1, apply_time = ? WHERE version = ?";
constexpr char kSelectVersion[] =
    "SELECT COALESCE(MAX(version), 0) FROM schema_migration WHERE done = 1";
// Locks are the server's, not the schema's: the name carries the schema.
constexpr char kLock[] = "SELECT GET_LOCK(CONCAT('migrate.', LEFT(SHA2(DATABASE(), 256), 40)), 1)";
constexpr char kUnlock[] =
    "SELECT RELEASE_LOCK(CONCAT('migrate.', LEFT(SHA2(DATABASE(), 256), 40)))";

struct Applied {
  std::string name;
  std::string checksum;
  bool done;
};

std::string FileName(int version, const std::string& name) {
  return absl::StrFormat("%04d_%s.sql", version, name);
}

std::string Checksum(const std::string& bytes) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

// NNNN_name.sql with a name of lower-case letters, digits and underscores.
bool ParseFileName(const std::string& file, Migration& migration) {
  if (file.size() < 10 || file[4] != '_' || !absl::EndsWith(file, ".sql")) return false;
  const std::string digits = file.substr(0, 4);
  const auto is_digit = [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); };
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) return false;
  migration.name = file.substr(5, file.size() - 9);
  const auto is_name = [&](char c) { return (c >= 'a' && c <= 'z') || c == '_' || is_digit(c); };
  return std::all_of(migration.name.begin(), migration.name.end(), is_name) &&
         absl::SimpleAtoi(digits, &migration.version) && migration.version > 0;
}

// The number of statements, seen as a server would: quotes and comments hide a semicolon.
int CountStatements(const std::string& sql) {
  int count = 0;
  bool in_statement = false;
  for (size_t i = 0; i < sql.size(); ++i) {
    const char c = sql[i];
    const char next = i + 1 < sql.size() ? sql[i + 1] : '\0';
    if (c == '#' || (c == '-' && next == '-')) {
      i = std::min(sql.find('\n', i), sql.size());
    } else if (c == '/' && next == '*') {
      i = std::min(sql.find("*/", i + 2), sql.size() - 1) + 1;
    } else if (c == '\'' || c == '"' || c == '`') {
      in_statement = true;
      for (++i; i < sql.size() && sql[i] != c; ++i) {
        if (sql[i] == '\\' && c != '`') ++i;
      }
    } else if (c == ';') {
      count += in_statement;
      in_statement = false;
    } else if (!absl::ascii_isspace(static_cast<unsigned char>(c))) {
      in_statement = true;
    }
  }
  return count + in_statement;
}

// What DDL answers when its effect is already there. It is atomic by itself but not together with
// its record: after a crash between the two the file is run again and says one of these.
bool IsAlreadyInEffect(int number) {
  switch (number) {
    case 1050:  // table exists
    case 1060:  // column exists
    case 1061:  // index exists
    case 1091:  // nothing to drop
    case 1051:  // unknown table, at DROP
    case 1359:  // trigger exists
    case 1826:  // constraint exists
      return true;
    default:
      return false;
  }
}

absl::StatusOr<std::map<int, Applied>> ReadApplied(Connection& connection) {
  absl::StatusOr<Rows> rows = connection.Query(kSelectApplied, {});
  if (!rows.ok()) return rows.status();
  std::map<int, Applied> applied;
  for (const Row& row : *rows) {
    applied[static_cast<int>(row.GetInt64(0))] = {row.GetBytes(1), row.GetBytes(2),
                                                  row.GetInt64(3) != 0};
  }
  return applied;
}

// What was applied must be a beginning of `migrations`, unchanged.
absl::Status CheckHistory(const std::vector<Migration>& migrations,
                          const std::map<int, Applied>& applied) {
  std::set<int> known;
  for (const Migration& migration : migrations) {
    known.insert(migration.version);
    const std::string file = FileName(migration.version, migration.name);
    const auto found = applied.find(migration.version);
    if (found == applied.end()) {
      if (!applied.empty() && migration.version < applied.rbegin()->first) {
        return absl::FailedPreconditionError(
            absl::StrCat(file, " is new but sorts before an applied migration"));
      }
    } else if (found->second.checksum != migration.checksum) {
      return absl::FailedPreconditionError(absl::StrCat(file, " was edited after it was applied"));
    }
  }
  for (const auto& [version, one] : applied) {
    if (known.count(version) == 0) {
      return absl::FailedPreconditionError(
          absl::StrCat(FileName(version, one.name), " was applied but is missing here"));
    }
  }
  return absl::OkStatus();
}

absl::Status ApplyOne(Connection& connection, const Migration& migration, bool begun_before,
                      const time::Clock& clock) {
  if (!begun_before) {
    const auto begun = connection.Execute(kInsertBegun, Params()
                                                            .Add(migration.version)
                                                            .Add(migration.name)
                                                            .Add(migration.checksum)
                                                            .Add(clock.Now()));
    if (!begun.ok()) return begun.status();
  }
  const absl::Status ran = connection.Run(migration.sql);
  if (!ran.ok() && !(begun_before && IsAlreadyInEffect(SqlErrorNumber(ran)))) {
    // Refused, it had no effect, and its file may be mended. With a lost connection nobody knows:
    // the record of the beginning stays.
    if (!connection.broken()) {
      (void)connection.Execute(kDeleteBegun, Params().Add(migration.version));
    }
    return absl::Status(
        ran.code(), absl::StrCat(FileName(migration.version, migration.name), ": ", ran.message()));
  }
  return connection.Execute(kUpdateDone, Params().Add(clock.Now()).Add(migration.version)).status();
}

absl::Status Lock(Connection& connection) {
  for (int attempt = 0; attempt < kLockAttempts; ++attempt) {
    const absl::StatusOr<Rows> rows = connection.Query(kLock, {});
    if (!rows.ok()) return rows.status();
    if (!rows->at(0).IsNull(0) && rows->at(0).GetInt64(0) == 1) return absl::OkStatus();
  }
  return absl::UnavailableError("another migration is still running");
}

absl::StatusOr<std::vector<int>> ApplyLocked(Connection& connection,
                                             const std::vector<Migration>& migrations,
                                             const time::Clock& clock) {
  if (absl::Status created = connection.Run(kCreateTable); !created.ok()) return created;
  const absl::StatusOr<std::map<int, Applied>> applied = ReadApplied(connection);
  if (!applied.ok()) return applied.status();
  if (absl::Status history = CheckHistory(migrations, *applied); !history.ok()) return history;
  std::vector<int> versions;
  for (const Migration& migration : migrations) {
    const auto found = applied->find(migration.version);
    const bool begun_before = found != applied->end();
    if (begun_before && found->second.done) continue;
    if (absl::Status one = ApplyOne(connection, migration, begun_before, clock); !one.ok())
      return one;
    versions.push_back(migration.version);
  }
  return versions;
}

}  // namespace

absl::StatusOr<std::vector<Migration>> ReadMigrations(const std::string& directory) {
  std::error_code error;
  std::filesystem::directory_iterator entries(directory, error);
  if (error) return absl::InvalidArgumentError(absl::StrCat("cannot read ", directory));
  std::map<int, Migration> by_version;
  for (const auto& entry : entries) {
    const std::string file = entry.path().filename().string();
    const auto bad = [&file](absl::string_view why) {
      return absl::InvalidArgumentError(absl::StrCat(file, ": ", why));
    };
    if (file == "README.md" || file[0] == '.') continue;
    Migration migration;
    if (!ParseFileName(file, migration)) return bad("want NNNN_lower_case_name.sql");
    std::ifstream in(entry.path(), std::ios::binary);
    if (!in) return bad("cannot be read");
    migration.sql.assign(std::istreambuf_iterator<char>(in), {});
    const int statements = CountStatements(migration.sql);
    if (statements != 1) return bad(absl::StrCat(statements, " statements, want 1"));
    migration.checksum = Checksum(migration.sql);
    const int version = migration.version;
    if (!by_version.emplace(version, std::move(migration)).second) {
      return bad("another file has this version");
    }
  }
  std::vector<Migration> migrations;
  for (auto& [version, migration] : by_version) migrations.push_back(std::move(migration));
  return migrations;
}

absl::StatusOr<std::vector<int>> ApplyMigrations(Pool& pool,
                                                 const std::vector<Migration>& migrations,
                                                 const time::Clock& clock) {
  for (size_t i = 1; i < migrations.size(); ++i) {
    if (migrations[i].version <= migrations[i - 1].version) {
      return absl::InvalidArgumentError(
          absl::StrCat(FileName(migrations[i].version, migrations[i].name), " is out of order"));
    }
  }
  auto connection = pool.Acquire(absl::InfiniteFuture());
  if (!connection.ok()) return connection.status();
  if (absl::Status locked = Lock(**connection); !locked.ok()) return locked;
  absl::StatusOr<std::vector<int>> versions = ApplyLocked(**connection, migrations, clock);
  // A lost connection has already lost the lock.
  if (!(*connection)->Query(kUnlock, {}).ok()) (*connection)->MarkBroken();
  return versions;
}

absl::Status CheckSchemaVersion(Pool& pool, int minimum_version) {
  auto connection = pool.Acquire(time::SystemClock().Now() + absl::Seconds(10));
  if (!connection.ok()) return connection.status();
  const absl::StatusOr<Rows> rows = (*connection)->Query(kSelectVersion, {});
  if (!rows.ok() && SqlErrorNumber(rows.status()) != kTableMissing) return rows.status();
  const int64_t version = rows.ok() ? rows->at(0).GetInt64(0) : 0;
  if (version >= minimum_version) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("schema version ", version, ", want at least ", minimum_version,
                   ": apply the migrations first (mamorictl migrate)"));
}

}  // namespace mamori::db
