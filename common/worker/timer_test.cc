#include "common/worker/timer.h"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>

#include "common/testing/test_database.h"
#include "common/time/clock.h"

namespace mamori::worker {
namespace {

class TimerTest : public ::testing::Test {
 protected:
  Timer TimerDue(absl::Duration in) {
    return {.timer_id = ids_.NewId(),
            .tenant = "acme",
            .kind = "escalate",
            .subject_id = ids_.NewId(),
            .due_time = clock_.Now() + in,
            .payload = std::string("\0step", 5)};
  }
  void ScheduleAll(const std::vector<Timer>& timers) {
    ASSERT_TRUE(
        database_.transactor().Run({}, [&](db::Tx& tx) { return Schedule(tx, timers); }).ok());
  }
  std::vector<Timer> Take(int limit = 100) {
    auto timers = database_.transactor().Run<std::vector<Timer>>(
        {}, [&](db::Tx& tx) { return TakeDue(tx, clock_.Now(), limit); });
    EXPECT_TRUE(timers.ok()) << timers.status();
    return timers.ok() ? *timers : std::vector<Timer>();
  }

  mamori::testing::TestDatabase database_{"deploy/db/migrations/notification"};
  time::FakeClock clock_;
  id::RandomIdSource ids_;
};

TEST_F(TimerTest, FiresWhenDueAndOnce) {
  const Timer timer = TimerDue(absl::Minutes(1));
  ScheduleAll({timer});
  EXPECT_TRUE(Take().empty());
  clock_.Advance(absl::Minutes(1));
  const std::vector<Timer> due = Take();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].payload, timer.payload);
  EXPECT_EQ(due[0].subject_id, timer.subject_id);
  EXPECT_TRUE(Take().empty());
}

TEST_F(TimerTest, IsDueAgainWhenItsEffectFailed) {
  ScheduleAll({TimerDue(absl::ZeroDuration())});
  const absl::Status status = database_.transactor().Run({}, [&](db::Tx& tx) -> absl::Status {
    EXPECT_EQ(TakeDue(tx, clock_.Now(), 10)->size(), 1u);
    return absl::InternalError("the effect failed");
  });
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(Take().size(), 1u);
}

TEST_F(TimerTest, CancelledTimersDoNotFire) {
  const Timer timer = TimerDue(absl::ZeroDuration());
  ScheduleAll({timer});
  auto cancelled = database_.transactor().Run<int64_t>(
      {}, [&](db::Tx& tx) { return Cancel(tx, "escalate", timer.subject_id); });
  EXPECT_EQ(*cancelled, 1);
  EXPECT_TRUE(Take().empty());
}

TEST_F(TimerTest, PostponedTimersCountTheirAttempts) {
  ScheduleAll({TimerDue(absl::ZeroDuration())});
  ASSERT_TRUE(database_.transactor()
                  .Run({},
                       [&](db::Tx& tx) -> absl::Status {
                         const auto due = TakeDue(tx, clock_.Now(), 1);
                         if (!due.ok()) return due.status();
                         return Postpone(tx, due->at(0), clock_.Now() + absl::Minutes(1));
                       })
                  .ok());
  EXPECT_TRUE(Take().empty());
  clock_.Advance(absl::Minutes(2));
  const std::vector<Timer> due = Take();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].attempt_count, 1);
}

// Three replicas compete for a thousand due timers: each fires exactly once.
TEST_F(TimerTest, ReplicasNeverFireOneTwice) {
  std::vector<Timer> timers;
  for (int i = 0; i < 1000; ++i) timers.push_back(TimerDue(absl::ZeroDuration()));
  ScheduleAll(timers);
  std::mutex mu;
  std::multiset<id::Id> fired;
  std::vector<std::thread> replicas;
  for (int r = 0; r < 3; ++r) {
    replicas.emplace_back([&] {
      for (std::vector<Timer> due = Take(40); !due.empty(); due = Take(40)) {
        std::lock_guard lock(mu);
        for (const Timer& timer : due) fired.insert(timer.timer_id);
      }
    });
  }
  for (std::thread& replica : replicas) replica.join();
  // A replica that saw only locked rows may have stopped early; what was rolled back is still
  // there.
  for (const Timer& timer : Take(1000)) fired.insert(timer.timer_id);
  EXPECT_EQ(fired.size(), 1000u);
  EXPECT_EQ(std::set<id::Id>(fired.begin(), fired.end()).size(), 1000u);
}

}  // namespace
}  // namespace mamori::worker
