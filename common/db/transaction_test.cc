// The runner against a real server: what it reruns, what it does not, and what is committed
// afterwards.
#include "common/db/transaction.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <stdexcept>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/db/connection.h"
#include "common/db/sql_error.h"
#include "common/testing/tcp_gate.h"
#include "common/testing/test_database.h"

namespace mamori::db {
namespace {

using absl::StatusCode;

// The protocol's code for a query, then its text: "COMMITTED" in the session's settings is not
// meant.
constexpr char kCommitPacket[] =
    "\x03"
    "COMMIT";

// Calls `during` instead of waiting.
class HookedSleeper final : public time::Sleeper {
 public:
  void Sleep(absl::Duration duration) override {
    ++sleeps;
    EXPECT_LE(duration, absl::Milliseconds(250));
    if (during) during();
  }
  int sleeps = 0;
  std::function<void()> during;
};

class TransactionTest : public ::testing::Test {
 protected:
  TransactionTest() {
    database_.Run("CREATE TABLE t (id INT NOT NULL PRIMARY KEY, n INT NOT NULL)");
    database_.Run("INSERT INTO t (id, n) VALUES (1, 0), (2, 0)");
  }

  int64_t Sum() { return database_.Number("SELECT SUM(n) FROM t"); }
  int64_t Count() { return database_.Number("SELECT COUNT(*) FROM t"); }
  static absl::Status Increment(Tx& tx, int id) {
    return tx.ExecuteExpecting(1, "UPDATE t SET n = n + 1 WHERE id = ?", Params().Add(id));
  }
  static absl::Status Insert(Tx& tx, int id) {
    return tx.ExecuteExpecting(1, "INSERT INTO t (id, n) VALUES (?, 0)", Params().Add(id));
  }
  void Kill(Tx& tx) {
    const auto rows = tx.Query("SELECT CONNECTION_ID()", {});
    ASSERT_TRUE(rows.ok());
    database_.Run(absl::StrCat("KILL ", rows->at(0).GetInt64(0)));
  }

  testing::TestDatabase database_;
  time::SystemClock clock_;
  HookedSleeper sleeper_;
  Transactor transactor_{database_.pool(), clock_, sleeper_};
};

TEST_F(TransactionTest, Commits) {
  const auto result = transactor_.Run<int64_t>({}, [](Tx& tx) -> absl::StatusOr<int64_t> {
    if (absl::Status status = Increment(tx, 1); !status.ok()) return status;
    const auto rows = tx.Query("SELECT n FROM t WHERE id = 1", {});
    return rows.ok() ? absl::StatusOr<int64_t>(rows->at(0).GetInt64(0)) : rows.status();
  });
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(*result, 1);
  EXPECT_EQ(Sum(), 1);
}

TEST_F(TransactionTest, BodysOwnStatusRollsBackAndIsNotRerun) {
  for (const absl::Status& own :
       {absl::AbortedError("etag"), absl::UnavailableError("own"), absl::NotFoundError("gone")}) {
    int runs = 0;
    const absl::Status status = transactor_.Run({}, [&](Tx& tx) {
      ++runs;
      EXPECT_TRUE(Increment(tx, 1).ok());
      return own;
    });
    EXPECT_EQ(status, own);
    EXPECT_EQ(runs, 1);
  }
  EXPECT_EQ(Sum(), 0);
}

TEST_F(TransactionTest, ThrowingBodyLeavesNothingOpen) {
  EXPECT_THROW((void)transactor_.Run({},
                                     [](Tx& tx) -> absl::Status {
                                       EXPECT_TRUE(Increment(tx, 1).ok());
                                       throw std::runtime_error("bug");
                                     }),
               std::runtime_error);
  EXPECT_TRUE(transactor_.Run({}, [](Tx& tx) { return Increment(tx, 2); }).ok());
  EXPECT_EQ(Sum(), 1);
}

TEST_F(TransactionTest, DuplicateMayBeHandledByTheBody) {
  ASSERT_TRUE(transactor_
                  .Run({},
                       [](Tx& tx) {
                         EXPECT_TRUE(Increment(tx, 1).ok());
                         EXPECT_EQ(Insert(tx, 1).code(), StatusCode::kAlreadyExists);
                         return Increment(tx, 2);
                       })
                  .ok());
  EXPECT_EQ(Sum(), 2);
}

TEST_F(TransactionTest, DeadlockedBodyRunsAgain) {
  std::atomic<int> runs = 0;
  std::latch both_hold_one(2);
  const auto locker = [&](int first, int second) {
    time::SystemSleeper sleeper;
    Transactor transactor(database_.pool(), clock_, sleeper);
    bool met = false;
    const absl::Status status = transactor.Run({}, [&](Tx& tx) -> absl::Status {
      ++runs;
      if (absl::Status one = Increment(tx, first); !one.ok()) return one;
      if (!std::exchange(met, true)) both_hold_one.arrive_and_wait();
      return Increment(tx, second);
    });
    EXPECT_TRUE(status.ok()) << status;
  };
  std::thread a(locker, 1, 2), b(locker, 2, 1);
  a.join();
  b.join();
  EXPECT_GE(runs, 3);  // one of them was chosen as the victim
  EXPECT_EQ(Sum(), 4);
}

class LockWaitTest : public TransactionTest {
 protected:
  LockWaitTest() {
    const PoolOptions options = ShortWait();
    holder_ = *Connection::Open(options, options.host, options.port, absl::Seconds(5), nullptr);
    EXPECT_TRUE(holder_->Begin().ok());
    EXPECT_TRUE(holder_->Execute("UPDATE t SET n = n WHERE id = 2", {}).ok());
    sleeper_.during = [this] { EXPECT_TRUE(holder_->Rollback().ok()); };
  }
  PoolOptions ShortWait() {
    PoolOptions options = database_.options();
    options.statement_timeout = absl::Seconds(3);  // lock wait: 1 s
    return options;
  }
  const std::unique_ptr<Pool> pool_ = Pool::Create(ShortWait());
  std::unique_ptr<Connection> holder_;
  Transactor short_wait_{*pool_, clock_, sleeper_};
};

TEST_F(LockWaitTest, IsRolledBackBeforeTheRerun) {
  int runs = 0;
  const absl::Status status = short_wait_.Run({}, [&](Tx& tx) -> absl::Status {
    ++runs;
    if (absl::Status one = Increment(tx, 1); !one.ok()) return one;
    return Increment(tx, 2);
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(sleeper_.sleeps, 1);
  EXPECT_EQ(Sum(), 2);  // 3 if the first run's half had stayed
}

TEST_F(LockWaitTest, OverlookedByTheBodyIsNotCommitted) {
  int runs = 0;
  const absl::Status status = short_wait_.Run({}, [&](Tx& tx) {
    ++runs;
    EXPECT_TRUE(Increment(tx, 1).ok());
    (void)Increment(tx, 2);
    if (runs == 1) {
      EXPECT_EQ(Increment(tx, 1).code(), StatusCode::kAborted);
    }
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Sum(), 2);
}

TEST_F(LockWaitTest, GivesUpWhenNoTimeIsLeftForARerun) {
  sleeper_.during = nullptr;
  TransactionOptions options;
  options.deadline = clock_.Now() + absl::Milliseconds(2500);
  const absl::Status status = short_wait_.Run(options, [](Tx& tx) { return Increment(tx, 2); });
  EXPECT_TRUE(status.code() == StatusCode::kAborted ||
              status.code() == StatusCode::kDeadlineExceeded)
      << status;
}

TEST_F(TransactionTest, KilledConnectionRunsAgainOnANewOne) {
  int runs = 0;
  const absl::Status status = transactor_.Run({}, [&](Tx& tx) -> absl::Status {
    if (absl::Status one = Increment(tx, 1); !one.ok()) return one;
    if (++runs == 1) Kill(tx);
    return Increment(tx, 2);
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Sum(), 2);
}

TEST_F(TransactionTest, CommitOnADeadConnectionIsUnknownNotSuccess) {
  int runs = 0;
  const auto body = [&](Tx& tx) {
    if (++runs == 1) Kill(tx);
    return absl::OkStatus();
  };
  const absl::Status status = transactor_.Run({}, body);
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_TRUE(IsCommitUnknown(status)) << status;
  EXPECT_EQ(runs, 1);
}

class LostAnswerTest : public TransactionTest {
 protected:
  PoolOptions ThroughGate() {
    PoolOptions options = database_.options();
    options.port = gate_.port();
    return options;
  }
  testing::TcpGate gate_{database_.options().host, database_.options().port};
  const std::unique_ptr<Pool> pool_ = Pool::Create(ThroughGate());
  Transactor behind_gate_{*pool_, clock_, sleeper_};
};

TEST_F(LostAnswerTest, IsToldWhenTheBodyCannotSettleIt) {
  gate_.LoseAnswerTo(kCommitPacket);
  const absl::Status status = behind_gate_.Run({}, [](Tx& tx) { return Insert(tx, 3); });
  EXPECT_TRUE(IsCommitUnknown(status)) << status;
  EXPECT_TRUE(gate_.answer_lost());
  EXPECT_EQ(Count(), 3);  // it had happened
}

TEST_F(LostAnswerTest, IsSettledByABodyThatLooksFirst) {
  gate_.LoseAnswerTo(kCommitPacket);
  TransactionOptions options;
  options.settles_unknown_commit = true;
  int runs = 0;
  const auto was_there = behind_gate_.Run<bool>(options, [&](Tx& tx) -> absl::StatusOr<bool> {
    ++runs;
    const absl::Status inserted = Insert(tx, 3);
    if (inserted.code() == StatusCode::kAlreadyExists) return true;
    if (!inserted.ok()) return inserted;
    return false;
  });
  ASSERT_TRUE(was_there.ok()) << was_there.status();
  EXPECT_TRUE(*was_there);
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Count(), 3);
}

TEST_F(LostAnswerTest, DoubtIsNotForgottenWhenTheServerIsThenAway) {
  gate_.LoseAnswerTo(kCommitPacket);
  sleeper_.during = [this] { gate_.Close(); };
  TransactionOptions options;
  options.settles_unknown_commit = true;
  const absl::Status status = behind_gate_.Run(options, [](Tx& tx) { return Insert(tx, 3); });
  EXPECT_TRUE(IsCommitUnknown(status)) << status;
}

TEST_F(LostAnswerTest, LostBeforeCommitRunsAgain) {
  gate_.LoseAnswerTo("INSERT INTO t");
  const absl::Status status = behind_gate_.Run({}, [](Tx& tx) { return Insert(tx, 3); });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_TRUE(gate_.answer_lost());
  EXPECT_EQ(Count(), 3);
}

TEST_F(TransactionTest, ReadOnlyRefusesWritesAndSendsItsStatementsAlone) {
  TransactionOptions options;
  options.read_only = true;
  EXPECT_EQ(transactor_.Run(options, [](Tx& tx) { return Increment(tx, 1); }).code(),
            StatusCode::kInternal);
  const auto count = [&](const char* name) {
    int64_t value = 0;
    const absl::Status status = transactor_.Run(options, [&](Tx& tx) {
      const auto rows = tx.Query(absl::StrCat("SHOW SESSION STATUS LIKE '", name, "'"), {});
      if (rows.ok()) value = std::stoll(rows->at(0).GetBytes(1));
      return rows.status();
    });
    EXPECT_TRUE(status.ok()) << status;
    return value;
  };
  for (const char* name : {"Com_begin", "Com_commit", "Com_rollback"}) {
    const int64_t before = count(name);
    EXPECT_EQ(count(name), before) << name;
  }
}

TEST_F(TransactionTest, NoStatementStartsAfterTheDeadline) {
  time::FakeClock clock;
  time::FakeSleeper sleeper(clock);
  Transactor transactor(database_.pool(), clock, sleeper);
  TransactionOptions options;
  options.deadline = clock.Now() + absl::Seconds(1);
  EXPECT_EQ(transactor
                .Run(options,
                     [&](Tx& tx) -> absl::Status {
                       if (absl::Status one = Increment(tx, 1); !one.ok()) return one;
                       clock.Advance(absl::Seconds(1));
                       return Increment(tx, 2);
                     })
                .code(),
            StatusCode::kDeadlineExceeded);
  // COMMIT is a statement too.
  options.deadline = clock.Now() + absl::Seconds(1);
  EXPECT_EQ(transactor
                .Run(options,
                     [&](Tx& tx) {
                       const absl::Status one = Increment(tx, 1);
                       clock.Advance(absl::Seconds(1));
                       return one;
                     })
                .code(),
            StatusCode::kDeadlineExceeded);
  bool ran = false;
  EXPECT_EQ(transactor
                .Run(options,
                     [&](Tx&) {
                       ran = true;
                       return absl::OkStatus();
                     })
                .code(),
            StatusCode::kDeadlineExceeded);
  EXPECT_FALSE(ran);
  EXPECT_EQ(Sum(), 0);
}

TEST_F(TransactionTest, InsertRowsWritesEveryRow) {
  std::vector<Params> rows;
  for (int i = 100; i < 100 + 135; ++i) rows.push_back(Params().Add(i).Add(1));
  const auto insert = [&](Tx& tx) { return tx.InsertRows("INSERT INTO t (id, n) VALUES ", rows); };
  ASSERT_TRUE(transactor_.Run({}, insert).ok());
  EXPECT_EQ(Sum(), 135);
  EXPECT_EQ(transactor_.Run({}, insert).code(), StatusCode::kAlreadyExists);
}

}  // namespace
}  // namespace mamori::db
