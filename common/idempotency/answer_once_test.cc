// Request ids on a real database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/db/pool.h"
#include "common/idempotency/hash.h"
#include "common/idempotency/request_id.h"
#include "common/testing/matchers.h"
#include "common/testing/tcp_gate.h"
#include "common/testing/test_database.h"

namespace mamori::idempotency {
namespace {

using absl::StatusCode;
using testing::HasReason;
using testing::IsOk;
using testing::IsOkAndHolds;
using testing::StatusIs;

// The protocol's code for a query, then its text.
constexpr char kCommitPacket[] =
    "\x03"
    "COMMIT";

class AnswerOnceTest : public ::testing::Test {
 protected:
  AnswerOnceTest() {
    database_.Run("CREATE TABLE effect (id INT PRIMARY KEY, version INT NOT NULL)");
    database_.Run("INSERT INTO effect VALUES (1, 0)");
  }

  absl::StatusOr<std::string> Call(db::Transactor& transactor, const std::string& request,
                                   const std::string& body, const std::string& answer) {
    return AnswerOnce(transactor, clock_, clock_.Now() + absl::Seconds(20),
                      RequestKey("tenant", "caller", "method", request), Hash({body}),
                      [&](db::Tx& tx) -> absl::StatusOr<std::string> {
                        const absl::Status moved = tx.ExecuteExpecting(
                            1, "UPDATE effect SET version = version + 1 WHERE id = 1", {});
                        if (!moved.ok()) return moved;
                        return answer;
                      });
  }
  int64_t Effects() { return database_.Number("SELECT version FROM effect"); }

  testing::TestDatabase database_{"deploy/db/migrations/intake"};
  time::SystemClock clock_;
  time::SystemSleeper sleeper_;
};

TEST_F(AnswerOnceTest, TheFirstAnswerStays) {
  EXPECT_THAT(Call(database_.transactor(), "r1", "body", "one"), IsOkAndHolds("one"));
  EXPECT_THAT(Call(database_.transactor(), "r1", "body", "two"), IsOkAndHolds("one"));
  EXPECT_THAT(Call(database_.transactor(), "r1", "other", "two"),
              HasReason(mamori::v1::ERROR_REASON_REQUEST_ID_REUSED));
  EXPECT_THAT(Call(database_.transactor(), "r2", "body", "two"), IsOkAndHolds("two"));
  EXPECT_EQ(Effects(), 2);
}

TEST_F(AnswerOnceTest, AnErrorIsNotStored) {
  const std::string key = RequestKey("t", "c", "m", "r");
  const auto failing = [](db::Tx&) -> absl::StatusOr<std::string> {
    return absl::NotFoundError("no");
  };
  const absl::Time deadline = clock_.Now() + absl::Seconds(20);
  EXPECT_THAT(AnswerOnce(database_.transactor(), clock_, deadline, key, Hash({"b"}), failing),
              StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(AnswerOnce(database_.transactor(), clock_, deadline, key, Hash({"b"}),
                         [](db::Tx&) -> absl::StatusOr<std::string> { return "now"; }),
              IsOkAndHolds("now"));
}

TEST_F(AnswerOnceTest, ConcurrentCallsHaveOneEffectAndOneAnswer) {
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string> answers(4);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        const auto answer =
            Call(database_.transactor(), absl::StrCat("round-", round), "b", absl::StrCat(t));
        answers[t] = answer.ok() ? *answer : answer.status().ToString();
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_THAT(answers, ::testing::Each(answers[0]));
    EXPECT_EQ(answers[0].size(), 1u) << answers[0];
  }
  EXPECT_EQ(Effects(), 20);
}

// As with an etag: the second call finds the first one's effect and would be refused for it.
TEST_F(AnswerOnceTest, ARefusalThatTheFirstCallCausedIsItsAnswer) {
  std::atomic<int> refused = 0;
  for (int round = 0; round < 20; ++round) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        const auto answer =
            AnswerOnce(database_.transactor(), clock_, clock_.Now() + absl::Seconds(20),
                       RequestKey("t", "c", "m", absl::StrCat("round-", round)), Hash({"b"}),
                       [&](db::Tx& tx) -> absl::StatusOr<std::string> {
                         const auto found = tx.Execute(
                             "UPDATE effect SET version = version + 1 WHERE id = 1 AND version = ?",
                             db::Params().Add(round));
                         if (!found.ok()) return found.status();
                         if (*found == 0) return absl::AbortedError("etag");
                         return "done";
                       });
        refused += !answer.ok();
      });
    }
    for (auto& thread : threads) thread.join();
  }
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(Effects(), 20);
}

TEST_F(AnswerOnceTest, ALostAnswerToCommitIsSettled) {
  testing::TcpGate gate(database_.options().host, database_.options().port);
  db::PoolOptions options = database_.options();
  options.port = gate.port();
  const auto pool = db::Pool::Create(options);
  db::Transactor transactor(*pool, clock_, sleeper_);
  gate.LoseAnswerTo(kCommitPacket);
  EXPECT_THAT(Call(transactor, "r1", "body", "one"), IsOkAndHolds("one"));
  EXPECT_TRUE(gate.answer_lost());
  EXPECT_EQ(Effects(), 1);
}

TEST_F(AnswerOnceTest, PrunesTheOldestFirst) {
  const absl::Time start = absl::FromUnixSeconds(1'700'000'000);
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(database_.transactor().Run({},
                                           [&](db::Tx& tx) {
                                             return StoreAnswer(
                                                 tx, RequestKey("t", "c", "m", absl::StrCat(i)),
                                                 Hash({"b"}), "a", start + absl::Hours(i));
                                           }),
                IsOk());
  }
  const auto prune = [&](absl::Time before, int limit) {
    return database_.transactor().Run<int64_t>(
        {}, [&](db::Tx& tx) { return PruneAnswers(tx, before, limit); });
  };
  EXPECT_THAT(prune(start + absl::Hours(4), 3), IsOkAndHolds(3));
  EXPECT_EQ(database_.Number("SELECT MIN(create_time) FROM request_id"),
            absl::ToUnixMicros(start + absl::Hours(3)));
  EXPECT_THAT(prune(start + absl::Hours(4), 3), IsOkAndHolds(1));
  EXPECT_THAT(prune(start + absl::Hours(4), 3), IsOkAndHolds(0));
}

}  // namespace
}  // namespace mamori::idempotency
