#include "common/db/pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/db/connection.h"
#include "common/testing/tcp_gate.h"
#include "common/testing/test_database.h"
#include "common/time/clock.h"

namespace mamori::db {
namespace {

using absl::StatusCode;

class PoolTest : public ::testing::Test {
 protected:
  absl::Time In(absl::Duration duration) { return clock_.Now() + duration; }
  static int64_t IdOf(Connection& connection) {
    return connection.Query("SELECT CONNECTION_ID()", {})->at(0).GetInt64(0);
  }
  PoolOptions Options(int connections) {
    PoolOptions options = database_.options();
    options.max_connections = connections;
    return options;
  }

  testing::TestDatabase database_;
  time::SystemClock clock_;
};

TEST_F(PoolTest, OpensNothingByItself) {
  PoolOptions options = Options(1);
  options.port = 1;
  const auto pool = Pool::Create(options);
  EXPECT_EQ(pool->Ping(absl::Seconds(2)).code(), StatusCode::kUnavailable);
  EXPECT_EQ(pool->Acquire(In(absl::Seconds(2))).status().code(), StatusCode::kUnavailable);
}

TEST_F(PoolTest, AFailedOpenGivesItsPlaceBack) {
  testing::TcpGate gate(database_.options().host, database_.options().port);
  PoolOptions options = Options(1);
  options.port = gate.port();
  const auto pool = Pool::Create(options);
  gate.Close();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(pool->Ping(absl::Seconds(2)).code(), StatusCode::kUnavailable);
  }
  gate.Open();
  EXPECT_TRUE(pool->Ping(absl::Seconds(2)).ok());
}

TEST_F(PoolTest, ReusesASession) {
  const auto pool = Pool::Create(Options(4));
  const int64_t first = IdOf(**pool->Acquire(In(absl::Seconds(5))));
  EXPECT_EQ(IdOf(**pool->Acquire(In(absl::Seconds(5)))), first);
}

TEST_F(PoolTest, IsBounded) {
  const auto pool = Pool::Create(Options(2));
  auto a = pool->Acquire(In(absl::Seconds(5)));
  auto b = pool->Acquire(In(absl::Seconds(5)));
  ASSERT_TRUE(a.ok() && b.ok());
  const absl::Time before = clock_.Now();
  EXPECT_EQ(pool->Acquire(In(absl::Milliseconds(100))).status().code(),
            StatusCode::kResourceExhausted);
  EXPECT_GE(clock_.Now() - before, absl::Milliseconds(90));
  std::thread later([&] {
    time::SystemSleeper().Sleep(absl::Milliseconds(50));
    b->reset();
  });
  EXPECT_TRUE(pool->Acquire(In(absl::Seconds(5))).ok());
  later.join();
}

TEST_F(PoolTest, ABrokenConnectionIsReplacedAndSoAreTheIdleOnes) {
  const auto pool = Pool::Create(Options(2));
  int64_t first_id, second_id;
  {
    auto first = pool->Acquire(In(absl::Seconds(5)));
    auto second = pool->Acquire(In(absl::Seconds(5)));
    first_id = IdOf(**first);
    second_id = IdOf(**second);
    second->reset();
    database_.Run(absl::StrCat("KILL ", first_id));
    EXPECT_FALSE((*first)->Query("SELECT 1", {}).ok());
  }
  auto a = pool->Acquire(In(absl::Seconds(5)));
  auto b = pool->Acquire(In(absl::Seconds(5)));
  ASSERT_TRUE(a.ok() && b.ok());
  for (Connection* connection : {a->get(), b->get()}) {
    EXPECT_NE(IdOf(*connection), first_id);
    EXPECT_NE(IdOf(*connection), second_id);
  }
}

TEST_F(PoolTest, TriesItsHostsInOrder) {
  PoolOptions options = Options(1);
  options.host = absl::StrCat("127.0.0.1:1, 127.0.0.1:2,", options.host, ":", options.port);
  options.port = 3;
  const auto pool = Pool::Create(options);
  const absl::Status status = pool->Ping(absl::Seconds(5));
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(PoolTest, ServesManyThreads) {
  const auto pool = Pool::Create(Options(3));
  std::atomic<int> done = 0, lent = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        auto connection = pool->Acquire(In(absl::Seconds(20)));
        ASSERT_TRUE(connection.ok());
        EXPECT_LE(++lent, 3);
        done += (*connection)->Query("SELECT ?", Params().Add(i))->at(0).GetInt64(0) == i;
        --lent;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 400);
}

}  // namespace
}  // namespace mamori::db
