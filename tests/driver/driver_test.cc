// What the driver and the server do, as far as common/db is built on it. When one of these fails
// after an upgrade, the comment says what to rethink.
#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/test_database.h"

namespace mamori {
namespace {

using ::testing::HasSubstr;

class Session {
 public:
  explicit Session(const db::PoolOptions& options, bool found_rows = true) {
    sql::ConnectOptionsMap properties;
    properties["hostName"] =
        sql::SQLString(absl::StrCat("tcp://", options.host, ":", options.port));
    properties["userName"] = sql::SQLString(options.user);
    properties["password"] = sql::SQLString(options.password);
    properties["schema"] = sql::SQLString(options.schema);
    properties["CLIENT_FOUND_ROWS"] = found_rows;
    connection_.reset(get_driver_instance()->connect(properties));
    statement_.reset(connection_->createStatement());
    Run("SET SESSION innodb_lock_wait_timeout = 1");
  }

  // 0, or the number of the error.
  int Run(const std::string& sql) {
    try {
      statement_->execute(sql);
      return 0;
    } catch (const sql::SQLException& error) {
      message_ = error.what();
      return error.getErrorCode();
    }
  }

  int64_t Number(const std::string& sql) {
    const std::unique_ptr<sql::ResultSet> result(statement_->executeQuery(sql));
    return result->next() ? result->getInt64(1) : -1;
  }

  int Update(const std::string& sql) { return statement_->executeUpdate(sql); }

  sql::Connection& operator*() { return *connection_; }
  sql::Statement& statement() { return *statement_; }
  const std::string& message() const { return message_; }

 private:
  std::unique_ptr<sql::Connection> connection_;
  std::unique_ptr<sql::Statement> statement_;
  std::string message_;
};

class DriverTest : public ::testing::Test {
 protected:
  DriverTest() {
    database_.Run("CREATE TABLE t (id INT NOT NULL PRIMARY KEY, n INT NOT NULL)");
    database_.Run("INSERT INTO t (id, n) VALUES (1, 0), (2, 0), (3, 0)");
  }
  int64_t Sum() { return database_.Number("SELECT SUM(n) FROM t"); }
  void Kill(Session& session) {
    database_.Run(absl::StrCat("KILL ", session.Number("SELECT CONNECTION_ID()")));
  }

  testing::TestDatabase database_;
};

// Why connection.cc sends COMMIT as a statement and lint bans the call.
TEST_F(DriverTest, CommitCallHidesThatNothingWasCommitted) {
  Session session(database_.options());
  (*session).setAutoCommit(false);
  ASSERT_EQ(session.Update("UPDATE t SET n = 1 WHERE id = 1"), 1);
  Kill(session);
  EXPECT_NO_THROW((*session).commit());
  EXPECT_EQ(Sum(), 0);
}

TEST_F(DriverTest, CommitStatementTellsThatTheConnectionIsGone) {
  Session session(database_.options());
  ASSERT_EQ(session.Run("START TRANSACTION"), 0);
  ASSERT_EQ(session.Update("UPDATE t SET n = 1 WHERE id = 1"), 1);
  Kill(session);
  EXPECT_THAT(session.Run("COMMIT"), ::testing::AnyOf(2006, 2013, 1927));
  EXPECT_EQ(Sum(), 0);
}

TEST_F(DriverTest, AutoCommitAndRollbackCallsHideFailureToo) {
  Session session(database_.options());
  Kill(session);
  EXPECT_NO_THROW((*session).setAutoCommit(false));
  EXPECT_NO_THROW((*session).rollback());
  EXPECT_NE(session.Run("ROLLBACK"), 0);
}

// Why the runner rolls back before each rerun, and refuses to commit after a lock wait the body
// overlooked.
TEST_F(DriverTest, LockWaitTimeOutLeavesHalfATransactionThatCommits) {
  Session holder(database_.options()), session(database_.options());
  ASSERT_EQ(holder.Run("START TRANSACTION"), 0);
  ASSERT_EQ(holder.Run("UPDATE t SET n = n + 1 WHERE id = 2"), 0);
  ASSERT_EQ(session.Run("START TRANSACTION"), 0);
  ASSERT_EQ(session.Run("UPDATE t SET n = n + 10 WHERE id = 1"), 0);
  EXPECT_EQ(session.Run("UPDATE t SET n = n + 10 WHERE id = 2"), 1205);
  ASSERT_EQ(session.Run("COMMIT"), 0);
  ASSERT_EQ(holder.Run("ROLLBACK"), 0);
  EXPECT_EQ(Sum(), 10);
}

// Why claims take SKIP LOCKED: two workers on one node never wait for, nor get, the same row.
TEST_F(DriverTest, SkipLockedPassesOverAnothersRows) {
  Session first(database_.options()), second(database_.options());
  ASSERT_EQ(first.Run("START TRANSACTION"), 0);
  ASSERT_EQ(second.Run("START TRANSACTION"), 0);
  constexpr char kClaim[] = "SELECT id FROM t ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED";
  EXPECT_EQ(first.Number(kClaim), 1);
  EXPECT_EQ(second.Number(kClaim), 2);
}

// Why CLIENT_FOUND_ROWS is pinned: otherwise an UPDATE that changes nothing looks like one that
// found nothing.
TEST_F(DriverTest, FoundRowsCountsUnchangedRows) {
  constexpr char kSame[] = "UPDATE t SET n = n WHERE id = 1";
  EXPECT_EQ(Session(database_.options(), true).Update(kSame), 1);
  EXPECT_EQ(Session(database_.options(), false).Update(kSame), 0);
}

// Why Connection drains each result before it returns.
TEST_F(DriverTest, UndrainedResultBlocksTheNextStatement) {
  Session session(database_.options());
  session.statement().setResultSetType(sql::ResultSet::TYPE_FORWARD_ONLY);
  const std::unique_ptr<sql::ResultSet> open(session.statement().executeQuery("SELECT id FROM t"));
  ASSERT_TRUE(open->next());
  const std::unique_ptr<sql::Statement> other((*session).createStatement());
  int number = 0;
  try {
    other->execute("SELECT 1");
  } catch (const sql::SQLException& error) {
    number = error.getErrorCode();
  }
  EXPECT_EQ(number, 2014);
}

// Why Connection counts the values before it binds them.
TEST_F(DriverTest, AMissingValueIsTheOneOfTheCallBefore) {
  Session session(database_.options());
  const std::unique_ptr<sql::PreparedStatement> insert(
      (*session).prepareStatement("INSERT INTO t (id, n) VALUES (?, ?)"));
  insert->setInt64(1, 10);
  insert->setInt64(2, 77);
  insert->executeUpdate();
  insert->setInt64(1, 11);
  EXPECT_EQ(insert->executeUpdate(), 1);
  EXPECT_EQ(Sum(), 154);
}

// Why a Status never carries the driver's text.
TEST_F(DriverTest, MessagesHoldTheValuesOfFields) {
  database_.Run("CREATE TABLE k (name VARBINARY(64) NOT NULL PRIMARY KEY)");
  Session session(database_.options());
  ASSERT_EQ(session.Run("INSERT INTO k (name) VALUES ('a-secret-name')"), 0);
  EXPECT_EQ(session.Run("INSERT INTO k (name) VALUES ('a-secret-name')"), 1062);
  EXPECT_THAT(session.message(), HasSubstr("a-secret-name"));
}

// Why an outbox is read by claim, never by a high-water mark.
TEST_F(DriverTest, AutoIncrementCommitsOutOfOrder) {
  database_.Run("CREATE TABLE a (id BIGINT AUTO_INCREMENT PRIMARY KEY, n INT)");
  Session early(database_.options()), late(database_.options());
  ASSERT_EQ(early.Run("START TRANSACTION"), 0);
  ASSERT_EQ(early.Run("INSERT INTO a (n) VALUES (1)"), 0);
  ASSERT_EQ(late.Run("INSERT INTO a (n) VALUES (2)"), 0);
  const int64_t seen = database_.Number("SELECT MAX(id) FROM a");
  ASSERT_EQ(early.Run("COMMIT"), 0);
  EXPECT_LT(database_.Number("SELECT MIN(id) FROM a"), seen);
}

}  // namespace
}  // namespace mamori
