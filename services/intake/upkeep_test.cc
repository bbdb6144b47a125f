// What runs beside the requests: the backlog gate and housekeeping.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/id/id.h"
#include "common/idempotency/request_id.h"
#include "common/testing/matchers.h"
#include "services/intake/backlog_gate.h"
#include "services/intake/fake_intake_store.h"
#include "services/intake/housekeeping.h"
#include "services/intake/methods.h"
#include "services/intake/records.h"
#include "services/intake/test_requests.h"

namespace mamori::intake {
namespace {

using testing::HasReason;
using testing::IsOk;
using testing::IsOkAndHolds;

class BacklogGateTest : public ::testing::Test {
 protected:
  outbox::Backlog Aged(int64_t depth, absl::Duration age) {
    return {depth, absl::ToUnixMicros(clock_.Now() - age)};
  }
  FakeIntakeStore store_;
  time::FakeClock clock_{TestNow()};
  BacklogGate gate_{store_, clock_, {.max_depth = 100, .max_age = absl::Minutes(30)}};
};

TEST_F(BacklogGateTest, OpenUntilMeasuredAndWhileLittleWaits) {
  EXPECT_THAT(gate_.Admit(false), IsOk());
  store_.SetBacklog(Aged(99, absl::Minutes(29)));
  EXPECT_THAT(gate_.Sample(), IsOkAndHolds(false));
  EXPECT_THAT(gate_.Admit(false), IsOk());
}

TEST_F(BacklogGateTest, ClosesByDepthAndByAgeButNeverForDanger) {
  for (const outbox::Backlog& backlog : {Aged(100, absl::Seconds(1)), Aged(1, absl::Minutes(30))}) {
    store_.SetBacklog(backlog);
    ASSERT_THAT(gate_.Sample(), IsOk());
    EXPECT_THAT(gate_.Admit(false), HasReason(mamori::v1::ERROR_REASON_BACKLOG));
    EXPECT_THAT(gate_.Admit(true), IsOk());
    store_.SetBacklog(outbox::Backlog{});
    ASSERT_THAT(gate_.Sample(), IsOk());
    EXPECT_THAT(gate_.Admit(false), IsOk());
  }
}

TEST_F(BacklogGateTest, KeepsWhatItKnowsWhileTheDatabaseIsAway) {
  store_.SetBacklog(Aged(100, absl::Seconds(1)));
  ASSERT_THAT(gate_.Sample(), IsOk());
  store_.SetBacklog(absl::UnavailableError("away"));
  EXPECT_THAT(gate_.Sample(), ::testing::Not(IsOk()));
  EXPECT_THAT(gate_.Admit(false), HasReason(mamori::v1::ERROR_REASON_BACKLOG));
}

TEST(HousekeepingTest, ForgetsAfterSevenDaysInSmallBatches) {
  FakeIntakeStore store;
  time::FakeClock clock(TestNow());
  time::FakeSleeper sleeper(clock);
  id::SeededIdSource ids(1);
  for (int i = 0; i < 5; ++i) {
    auto request = GoodSubmit("request-" + std::to_string(i));
    const NewReport report =
        MakeNewReport(TestCall(), kSubmitReport, request, {ids.NewId(), ids.NewId()}, clock.Now());
    ASSERT_THAT(store.InsertReports({&report}, absl::InfiniteFuture()), IsOk());
  }
  Housekeeping housekeeping(store, clock, sleeper, {.batch = 2, .pause = absl::Milliseconds(100)});
  EXPECT_THAT(housekeeping.RunOnce(), IsOkAndHolds(false));
  clock.Advance(idempotency::kRetention - absl::Seconds(1));
  EXPECT_THAT(housekeeping.RunOnce(), IsOkAndHolds(false));
  clock.Advance(absl::Seconds(2));
  const absl::Time begin = clock.Now();
  EXPECT_THAT(housekeeping.RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(clock.Now() - begin, absl::Milliseconds(100));
  EXPECT_THAT(housekeeping.RunOnce(), IsOkAndHolds(true));
  EXPECT_THAT(housekeeping.RunOnce(), IsOkAndHolds(false));
}

}  // namespace
}  // namespace mamori::intake
