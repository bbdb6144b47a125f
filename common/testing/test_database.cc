#include "common/testing/test_database.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/db/connection.h"
#include "common/db/schema.h"
#include "common/id/id.h"

namespace mamori::testing {
namespace {

[[noreturn]] void Fail(const std::string& text) {
  std::fprintf(stderr, "\nFAILED: %s\n", text.c_str());
  std::exit(1);
}

void Check(const absl::Status& status, const std::string& what) {
  if (!status.ok()) Fail(absl::StrCat(what, ": ", status.ToString()));
}

db::PoolOptions FromEnvironment() {
  const char* text = std::getenv("MAMORI_TEST_DB");
  if (text == nullptr || *text == '\0') {
    Fail(
        "MAMORI_TEST_DB is not set. Start a server with `tests/mariadb start DIR`, then run the "
        "test with "
        "`env $(cat DIR/env)`; tests/run does both.");
  }
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits(':', 3));
  db::PoolOptions options;
  if (parts.size() != 4 || !absl::SimpleAtoi(parts[1], &options.port)) {
    Fail("MAMORI_TEST_DB: want host:port:user:password");
  }
  options.host = parts[0];
  options.user = parts[2];
  options.password = parts[3];
  return options;
}

// On a connection of its own that names no schema, so that it works before and after there is one.
void RunOnServer(db::PoolOptions options, const std::string& sql) {
  options.schema.clear();
  auto connection =
      db::Connection::Open(options, options.host, options.port, absl::Seconds(10), nullptr);
  Check(connection.status(), "cannot connect to the server in MAMORI_TEST_DB");
  Check((*connection)->Run(sql), sql);
}

void Drop(const db::PoolOptions& options, const std::string& schema) {
  RunOnServer(options, absl::StrCat("DROP DATABASE IF EXISTS ", schema));
}

// Migrated schemas without a row, by the directory of their migrations: to make one takes as long
// as fifty tests. Dropped when the program ends.
class EmptySchemas {
 public:
  // What the connector makes with its first connection has to be there longer than this.
  EmptySchemas() { RunOnServer(FromEnvironment(), "DO 0"); }
  ~EmptySchemas() {
    for (const auto& [directory, schema] : schemas_) Drop(FromEnvironment(), schema);
  }
  // Empty when there is none.
  std::string Take(const std::string& directory) {
    const std::lock_guard lock(mu_);
    auto found = schemas_.extract(directory);
    return found.empty() ? std::string() : found.mapped();
  }
  void Give(const std::string& directory, const std::string& schema) {
    const std::lock_guard lock(mu_);
    schemas_.emplace(directory, schema);
  }

 private:
  std::mutex mu_;
  std::multimap<std::string, std::string> schemas_;
};

EmptySchemas& Schemas() {
  static EmptySchemas schemas;
  return schemas;
}

}  // namespace

std::string SourceRoot() { return MAMORI_SOURCE_ROOT; }

TestDatabase::TestDatabase(const std::string& migrations_directory)
    : options_(FromEnvironment()), migrations_(migrations_directory) {
  const std::string empty = migrations_.empty() ? std::string() : Schemas().Take(migrations_);
  options_.schema =
      empty.empty() ? absl::StrCat("test_", id::ToText(id::RandomIdSource().NewId())) : empty;
  if (empty.empty()) {
    RunOnServer(options_,
                absl::StrCat("CREATE DATABASE ", options_.schema, " CHARACTER SET utf8mb4"));
  }
  options_.max_connections = 16;
  pool_ = db::Pool::Create(options_);
  transactor_ = std::make_unique<db::Transactor>(*pool_, clock_, sleeper_);
  if (migrations_.empty() || !empty.empty()) return;
  const std::string directory = migrations_directory[0] == '/'
                                    ? migrations_directory
                                    : absl::StrCat(SourceRoot(), "/", migrations_directory);
  const auto migrations = db::ReadMigrations(directory);
  Check(migrations.status(), directory);
  Check(db::ApplyMigrations(*pool_, *migrations, clock_).status(), directory);
}

TestDatabase::~TestDatabase() {
  transactor_.reset();
  pool_.reset();
  if (migrations_.empty() || altered_) {
    Drop(options_, options_.schema);
    return;
  }
  Empty();
  Schemas().Give(migrations_, options_.schema);
}

void TestDatabase::Empty() {
  auto connection =
      db::Connection::Open(options_, options_.host, options_.port, absl::Seconds(10), nullptr);
  Check(connection.status(), "connect");
  const auto tables = (*connection)
                          ->Query(
                              "SELECT table_name FROM information_schema.tables"
                              " WHERE table_schema = ? AND table_name <> 'schema_migration'",
                              db::Params().Add(options_.schema));
  Check(tables.status(), "list tables");
  for (const db::Row& table : *tables) {
    const std::string sql = absl::StrCat("DELETE FROM ", table.GetBytes(0));
    Check((*connection)->Execute(sql, {}).status(), sql);
  }
}

void TestDatabase::Run(const std::string& sql) {
  altered_ = true;
  auto connection = pool_->Acquire(absl::InfiniteFuture());
  Check(connection.status(), "acquire");
  Check((*connection)->Run(sql), sql);
}

int64_t TestDatabase::Execute(const std::string& sql, const db::Params& params) {
  auto connection = pool_->Acquire(absl::InfiniteFuture());
  Check(connection.status(), "acquire");
  const auto found = (*connection)->Execute(sql, params);
  Check(found.status(), sql);
  return *found;
}

db::Rows TestDatabase::Query(const std::string& sql, const db::Params& params) {
  auto connection = pool_->Acquire(absl::InfiniteFuture());
  Check(connection.status(), "acquire");
  auto rows = (*connection)->Query(sql, params);
  Check(rows.status(), sql);
  return *std::move(rows);
}

int64_t TestDatabase::Number(const std::string& sql, const db::Params& params) {
  const db::Rows rows = Query(sql, params);
  if (rows.empty()) Fail(absl::StrCat("no row: ", sql));
  return rows[0].GetInt64(0);
}

}  // namespace mamori::testing
