#include "common/testing/test_database.h"

#include <cstdio>
#include <cstdlib>
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

}  // namespace

std::string SourceRoot() { return MAMORI_SOURCE_ROOT; }

TestDatabase::TestDatabase(const std::string& migrations_directory) : options_(FromEnvironment()) {
  const std::string name = absl::StrCat("test_", id::ToText(id::RandomIdSource().NewId()));
  RunOnServer(options_, absl::StrCat("CREATE DATABASE ", name, " CHARACTER SET utf8mb4"));
  options_.schema = name;
  options_.max_connections = 16;
  pool_ = db::Pool::Create(options_);
  transactor_ = std::make_unique<db::Transactor>(*pool_, clock_, sleeper_);
  if (migrations_directory.empty()) return;
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
  RunOnServer(options_, absl::StrCat("DROP DATABASE IF EXISTS ", options_.schema));
}

void TestDatabase::Run(const std::string& sql) {
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
