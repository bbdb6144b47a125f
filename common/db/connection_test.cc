// The session and its statements, on a real server.
#include "common/db/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/test_database.h"

namespace mamori::db {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string AllBytes() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  return bytes;
}

class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() {
    database_.Run(
        "CREATE TABLE t (id INT NOT NULL PRIMARY KEY, s BIGINT, u BIGINT UNSIGNED, b BINARY(16), "
        "v VARBINARY(300), l LONGBLOB, c VARCHAR(8) CHARACTER SET utf8mb4)");
    connection_ = Open();
  }

  std::unique_ptr<Connection> Open() {
    const PoolOptions& options = database_.options();
    auto connection =
        Connection::Open(options, options.host, options.port, absl::Seconds(5), nullptr);
    EXPECT_TRUE(connection.ok()) << connection.status();
    return *std::move(connection);
  }

  std::string Variable(const std::string& name) {
    const auto rows =
        connection_->Query(absl::StrCat("SELECT CAST(@@SESSION.", name, " AS CHAR)"), {});
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows->at(0).GetBytes(0);
  }

  // The two dialects name some variables differently.
  bool IsMariaDb() {
    return database_.Query("SELECT VERSION()").at(0).GetBytes(0).find("MariaDB") !=
           std::string::npos;
  }

  testing::TestDatabase database_;
  std::unique_ptr<Connection> connection_;
};

constexpr char kInsert[] = "INSERT INTO t (id, s, u, b, v, l, c) VALUES (?, ?, ?, ?, ?, ?, ?)";
constexpr char kSelect[] = "SELECT s, u, b, v, l, c FROM t WHERE id = ?";

TEST_F(ConnectionTest, BytesAndNumbersComeBackUnchanged) {
  const std::string id("\x00\xff\xfe\x80 '\"\\\n\r\x1a%_;\x00", 16);
  const std::string all = AllBytes();
  const std::string large =
      std::string(400'000, '\xff') + AllBytes();  // above the driver's own chunk
  const auto inserted = connection_->Execute(kInsert, Params()
                                                          .Add(1)
                                                          .Add(std::numeric_limits<int64_t>::min())
                                                          .Add(std::numeric_limits<uint64_t>::max())
                                                          .Add(id)
                                                          .AddView(all)
                                                          .Add(large)
                                                          .Add("日本語🙂"));
  ASSERT_TRUE(inserted.ok()) << inserted.status();
  EXPECT_EQ(*inserted, 1);
  const auto rows = connection_->Query(kSelect, Params().Add(1));
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 1u);
  const Row& row = rows->at(0);
  EXPECT_EQ(row.GetInt64(0), std::numeric_limits<int64_t>::min());
  EXPECT_DEATH((void)row.GetInt64(1), "int64");  // above what GetInt64 can tell
  EXPECT_TRUE(row.GetBytes(2) == id);
  EXPECT_TRUE(row.GetBytes(3) == AllBytes());
  EXPECT_TRUE(row.GetBytes(4) == large);
  EXPECT_EQ(row.GetBytes(5), "日本語🙂");
  // In a WHERE as well.
  EXPECT_EQ(connection_
                ->Query("SELECT 1 FROM t WHERE b = ? AND v = ? AND u = ?",
                        Params().Add(id).Add(AllBytes()).Add(std::numeric_limits<uint64_t>::max()))
                ->size(),
            1u);
}

TEST_F(ConnectionTest, OneStatementTakesChangingKinds) {
  const std::string id(16, 'x');
  ASSERT_TRUE(connection_
                  ->Execute(kInsert, Params()
                                         .Add(1)
                                         .Add(-1)
                                         .Add(uint64_t{1} << 63)
                                         .Add(id)
                                         .Add("")
                                         .Add(std::string(300'000, 'a'))
                                         .Add("c"))
                  .ok());
  ASSERT_TRUE(
      connection_
          ->Execute(kInsert,
                    Params().Add(2).AddNull().AddNull().AddNull().AddNull().AddNull().AddNull())
          .ok());
  ASSERT_TRUE(
      connection_
          ->Execute(kInsert,
                    Params().Add(3).Add(uint64_t{3}).Add(4).Add(id).Add("v").Add("").Add("d"))
          .ok());
  const auto one = connection_->Query(kSelect, Params().Add(1));
  EXPECT_EQ(one->at(0).GetInt64(0), -1);
  EXPECT_EQ(one->at(0).GetBytes(3), "");
  EXPECT_EQ(one->at(0).GetBytes(4).size(), 300'000u);
  const auto two = connection_->Query(kSelect, Params().Add(2));
  for (size_t i = 0; i < 6; ++i) EXPECT_TRUE(two->at(0).IsNull(i)) << i;
  const auto three = connection_->Query(kSelect, Params().Add(3));
  EXPECT_EQ(three->at(0).GetInt64(0), 3);
  EXPECT_EQ(three->at(0).GetInt64(1), 4);
  EXPECT_EQ(three->at(0).GetBytes(4), "");
}

// A long one is sent apart from its statement, from where it lies.
TEST_F(ConnectionTest, ALongValueLeavesNothingWithItsStatement) {
  const std::string sql = "INSERT INTO t (id, v, l) VALUES (?, ?, ?)";
  const auto insert = [&](int id, const std::string& text, size_t size) {
    const std::string value(size, static_cast<char>('a' + id));
    return connection_->Execute(sql, Params().Add(id).Add(text).AddView(value));
  };
  ASSERT_TRUE(insert(1, "one", 300'000).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(insert(1, "again", 1'000'000).status()));
  ASSERT_TRUE(insert(2, "two", 3).ok());
  ASSERT_TRUE(insert(3, "", 1'000'000).ok());
  ASSERT_TRUE(insert(4, "four", 0).ok());
  EXPECT_FALSE(connection_->Execute(sql, Params().Add(5).Add("five")).ok());
  const auto rows =
      connection_->Query("SELECT LENGTH(l), LEFT(l, 1), RIGHT(l, 1), v FROM t ORDER BY id", {});
  ASSERT_TRUE(rows.ok()) << rows.status();
  const std::vector<std::pair<int64_t, std::string>> want = {
      {300'000, "one"}, {3, "two"}, {1'000'000, ""}, {0, "four"}};
  ASSERT_EQ(rows->size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    const Row& row = (*rows)[i];
    const std::string letter(want[i].first == 0 ? 0 : 1, static_cast<char>('b' + i));
    EXPECT_EQ(row.GetInt64(0), want[i].first);
    EXPECT_EQ(row.GetBytes(1) + row.GetBytes(2), letter + letter);
    EXPECT_EQ(row.GetBytes(3), want[i].second);
  }
}

TEST_F(ConnectionTest, AggregatesAreNumbers) {
  ASSERT_TRUE(connection_->Execute("INSERT INTO t (id, s) VALUES (1, 40), (2, 2)", {}).ok());
  const auto rows = connection_->Query(
      "SELECT COUNT(*), SUM(s), MAX(s), COALESCE(MAX(u), 0), EXISTS (SELECT 1 FROM t) FROM t", {});
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(rows->at(0).GetInt64(0), 2);
  EXPECT_EQ(rows->at(0).GetInt64(1), 42);
  EXPECT_EQ(rows->at(0).GetInt64(2), 40);
  EXPECT_EQ(rows->at(0).GetInt64(3), 0);
  EXPECT_EQ(rows->at(0).GetInt64(4), 1);
}

TEST_F(ConnectionTest, UpdateCountsRowsFound) {
  ASSERT_TRUE(connection_->Execute("INSERT INTO t (id, s) VALUES (1, 7)", {}).ok());
  EXPECT_EQ(*connection_->Execute("UPDATE t SET s = ? WHERE id = ?", Params().Add(7).Add(1)), 1);
  EXPECT_EQ(*connection_->Execute("UPDATE t SET s = ? WHERE id = ?", Params().Add(7).Add(9)), 0);
}

TEST_F(ConnectionTest, WrongNumberOfValuesIsRefusedAndTheSessionLives) {
  for (const Params& params : {Params(), Params().Add(1).Add(2)}) {
    EXPECT_EQ(connection_->Query("SELECT ?", params).status().code(), absl::StatusCode::kInternal);
  }
  EXPECT_EQ(connection_->Query("SELECT ?", Params().Add(5))->at(0).GetInt64(0), 5);
  EXPECT_EQ(connection_->Query("SELECT ?", {}).status().code(), absl::StatusCode::kInternal);
  EXPECT_FALSE(connection_->broken());
}

TEST_F(ConnectionTest, ErrorsHoldNoValues) {
  ASSERT_TRUE(connection_->Run("CREATE TABLE k (name VARBINARY(64) PRIMARY KEY)").ok());
  constexpr char kName[] = "INSERT INTO k (name) VALUES (?)";
  ASSERT_TRUE(connection_->Execute(kName, Params().Add("a-secret-name")).ok());
  const absl::Status twice = connection_->Execute(kName, Params().Add("a-secret-name")).status();
  EXPECT_EQ(twice.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(twice.ToString(), Not(HasSubstr("secret")));
  const absl::Status large =
      connection_->Execute(kName, Params().Add(std::string(65, 'x'))).status();
  EXPECT_EQ(large.code(), absl::StatusCode::kInvalidArgument);  // strict: never cut
  EXPECT_THAT(large.ToString(), Not(HasSubstr("xxx")));
  EXPECT_EQ(connection_->Execute("INSERT INTO t (id, c) VALUES (1, ?)", Params().Add("\xff\xfe"))
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
  // The statement that failed serves on.
  EXPECT_TRUE(connection_->Execute(kName, Params().Add("another")).ok());
}

TEST_F(ConnectionTest, SessionIsPinned) {
  EXPECT_EQ(Variable("time_zone"), "+00:00");
  EXPECT_THAT(Variable("sql_mode"), HasSubstr("STRICT_ALL_TABLES"));
  EXPECT_THAT(Variable("sql_mode"), HasSubstr("NO_BACKSLASH_ESCAPES"));
  if (IsMariaDb()) {
    EXPECT_EQ(Variable("tx_isolation"), "READ-COMMITTED");
    EXPECT_EQ(Variable("max_statement_time"), "5.000000");
    EXPECT_EQ(Variable("wsrep_sync_wait"), "1");
  } else {
    EXPECT_EQ(Variable("transaction_isolation"), "READ-COMMITTED");
    EXPECT_EQ(Variable("max_execution_time"), "5000");
  }
  EXPECT_EQ(Variable("innodb_lock_wait_timeout"), "2");
  EXPECT_EQ(Variable("character_set_client"), "binary");
  EXPECT_EQ(Variable("character_set_results"), "binary");
  EXPECT_THAT(Variable("autocommit"), ::testing::AnyOf("ON", "1"));
}

TEST_F(ConnectionTest, SlowStatementIsDeadlineExceeded) {
  PoolOptions options = database_.options();
  options.statement_timeout = absl::Milliseconds(200);
  auto connection =
      Connection::Open(options, options.host, options.port, absl::Seconds(5), nullptr);
  ASSERT_TRUE(connection.ok());
  const absl::Status slow =
      (*connection)
          ->Query(
              "SELECT COUNT(*) FROM information_schema.COLLATIONS a, "
              "information_schema.COLLATIONS b, information_schema.COLLATIONS c, "
              "information_schema.COLLATIONS d WHERE a.ID + b.ID + c.ID <> d.ID",
              {})
          .status();
  EXPECT_EQ(slow.code(), absl::StatusCode::kDeadlineExceeded) << slow;
  EXPECT_TRUE((*connection)->Query("SELECT 1", {}).ok());
}

TEST_F(ConnectionTest, KeepsTheStatementsUsedLast) {
  const auto prepared = [&] {
    return std::stoll(
        connection_->Query("SHOW SESSION STATUS LIKE 'Com_stmt_prepare'", {})->at(0).GetBytes(1));
  };
  const int64_t before = prepared();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(connection_->Query("SELECT 1", {}).ok());
  EXPECT_EQ(prepared(), before + 1);
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(connection_->Query(absl::StrCat("SELECT ", i, ", 'x'"), {}).ok());
    ASSERT_TRUE(connection_->Query("SELECT 2", {}).ok());
  }
  EXPECT_EQ(prepared(), before + 1 + 400 + 1 + 1);  // "SELECT 2" once; the probe itself fell out
  EXPECT_LE(std::stoll(
                database_.Query("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'").at(0).GetBytes(1)),
            5000);
}

TEST_F(ConnectionTest, KilledIsUnavailableAndBroken) {
  const int64_t id = connection_->Query("SELECT CONNECTION_ID()", {})->at(0).GetInt64(0);
  database_.Run(absl::StrCat("KILL ", id));
  EXPECT_EQ(connection_->Query("SELECT CONNECTION_ID()", {}).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_TRUE(connection_->broken());
}

TEST_F(ConnectionTest, AwayServerIsUnavailableWithoutItsName) {
  PoolOptions options = database_.options();
  const auto refused = Connection::Open(options, "127.0.0.1", 1, absl::Seconds(5), nullptr);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnavailable) << refused.status();
  options.password = "wrong-password";
  const auto denied =
      Connection::Open(options, options.host, options.port, absl::Seconds(5), nullptr);
  EXPECT_EQ(denied.status().code(), absl::StatusCode::kInternal) << denied.status();
}

TEST_F(ConnectionTest, SilentServerCostsTheReadTimeOutAtMost) {
  PoolOptions options = database_.options();
  options.statement_timeout = absl::Milliseconds(500);  // read time-out: 3 s
  auto connection =
      Connection::Open(options, options.host, options.port, absl::Seconds(5), nullptr);
  ASSERT_TRUE(connection.ok());
  ASSERT_TRUE((*connection)
                  ->Run(IsMariaDb() ? "SET SESSION max_statement_time = 0"
                                    : "SET SESSION max_execution_time = 0")
                  .ok());
  const absl::Status silent = (*connection)->Query("SELECT SLEEP(30)", {}).status();
  EXPECT_EQ(silent.code(), absl::StatusCode::kUnavailable) << silent;
  EXPECT_TRUE((*connection)->broken());
}

TEST_F(ConnectionTest, MayBeUsedByOneThreadAfterAnother) {
  for (int i = 0; i < 8; ++i) {
    std::thread([&] {
      EXPECT_EQ(connection_->Query("SELECT ?", Params().Add(i))->at(0).GetInt64(0), i);
    }).join();
  }
}

}  // namespace
}  // namespace mamori::db
