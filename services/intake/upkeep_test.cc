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
#include "services/intake/test_content.h"
#include "services/intake/test_requests.h"

namespace mamori::intake {
namespace {

using testing::HasReason;
using testing::IsOk;
using testing::IsOkAndHolds;

class BacklogGateTest : public ::testing::Test {
 protected:
  BacklogGate gate_{{.max_depth = 100, .max_age = absl::Minutes(30)}};
};

TEST_F(BacklogGateTest, OpenUntilMeasuredAndWhileLittleWaits) {
  EXPECT_THAT(gate_.Admit(false), IsOk());
  gate_.Saw({.depth = 99}, absl::Minutes(29));
  EXPECT_THAT(gate_.Admit(false), IsOk());
}

TEST_F(BacklogGateTest, ClosesByDepthAndByAgeButNeverForDanger) {
  const std::pair<int64_t, absl::Duration> rows[] = {{100, absl::Seconds(1)},
                                                     {1, absl::Minutes(30)}};
  for (const auto& [depth, age] : rows) {
    gate_.Saw({.depth = depth}, age);
    EXPECT_THAT(gate_.Admit(false), HasReason(mamori::v1::ERROR_REASON_BACKLOG));
    EXPECT_THAT(gate_.Admit(true), IsOk());
    gate_.Saw({}, absl::ZeroDuration());
    EXPECT_THAT(gate_.Admit(false), IsOk());
  }
}

// As many rows are looked at as it takes to close: one refused among them must not keep it open.
TEST_F(BacklogGateTest, ARefusedRowKeepsItOpenForNobody) {
  gate_.Saw({.depth = 99, .refused = 1}, absl::Seconds(1));
  EXPECT_THAT(gate_.Admit(false), HasReason(mamori::v1::ERROR_REASON_BACKLOG));
}

TEST(HousekeepingTest, ForgetsAfterSevenDaysInSmallBatches) {
  FakeIntakeStore store;
  time::FakeClock clock(TestNow());
  time::FakeSleeper sleeper(clock);
  id::SeededIdSource ids(1);
  for (int i = 0; i < 5; ++i) {
    auto request = GoodContact();
    request.set_request_id("contact-" + std::to_string(i));
    const NewContact contact =
        MakeTestContact(TestCall(), request, {ids.NewId(), ids.NewId()}, clock.Now());
    ASSERT_THAT(store.AddContact(contact, absl::InfiniteFuture()), IsOk());
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
