#include "common/worker/periodic.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>

namespace mamori::worker {
namespace {

bool Eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 2000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

class PeriodicTest : public ::testing::Test {
 protected:
  id::RandomIdSource ids_;
  telemetry::NullTelemetry telemetry_;
};

TEST_F(PeriodicTest, AWakeUpEndsAnHourOfWaiting) {
  std::atomic<int> runs = 0;
  Periodic periodic({.name = "test", .interval = absl::Hours(1)}, ids_, telemetry_, [&] {
    ++runs;
    return absl::StatusOr<bool>(false);
  });
  periodic.Start();
  periodic.Wake();
  EXPECT_TRUE(Eventually([&] { return runs == 1; }));
  periodic.Wake();
  EXPECT_TRUE(Eventually([&] { return runs == 2; }));
}

TEST_F(PeriodicTest, AWakeUpDuringARunLeadsToAnother) {
  std::atomic<int> runs = 0;
  Periodic* self = nullptr;
  Periodic periodic({.name = "test", .interval = absl::Hours(1)}, ids_, telemetry_, [&] {
    if (++runs == 1) self->Wake();
    return absl::StatusOr<bool>(false);
  });
  self = &periodic;
  periodic.Start();
  periodic.Wake();
  EXPECT_TRUE(Eventually([&] { return runs == 2; }));
}

TEST_F(PeriodicTest, RunsAgainAtOnceWhileThereIsWork) {
  std::atomic<int> runs = 0;
  Periodic periodic({.name = "test", .interval = absl::Hours(1)}, ids_, telemetry_,
                    [&] { return absl::StatusOr<bool>(++runs < 10); });
  periodic.Start();
  periodic.Wake();
  EXPECT_TRUE(Eventually([&] { return runs == 10; }));
}

// Without it each of the wake-ups that come during the linger would lead to a run of its own.
TEST_F(PeriodicTest, WakeUpsAfterARunThatDidSomethingAreGathered) {
  std::atomic<int> runs = 0;
  Periodic periodic({.name = "test", .interval = absl::Hours(1), .linger = absl::Milliseconds(300)},
                    ids_, telemetry_, [&] {
                      ++runs;
                      return absl::StatusOr<bool>(true);
                    });
  periodic.Start();
  periodic.Wake();
  ASSERT_TRUE(Eventually([&] { return runs == 1; })) << "the first one at once";
  for (int i = 0; i < 20; ++i) {
    periodic.Wake();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  EXPECT_LE(runs, 2);
  EXPECT_TRUE(Eventually([&] { return runs >= 2; }));
}

// Without it the second look would be an hour away.
TEST_F(PeriodicTest, LooksMoreOftenWhileTheyFindSomething) {
  std::atomic<int> runs = 0;
  Periodic periodic(
      {.name = "test", .interval = absl::Hours(1), .shortest_interval = absl::Milliseconds(5)},
      ids_, telemetry_, [&] {
        // Found without a wake-up in all runs but the first, until the interval is
        // short; then it finds nothing once, and something once more.
        const int run = ++runs;
        return absl::StatusOr<bool>(run != 20);
      });
  periodic.Start();
  periodic.Wake();
  EXPECT_TRUE(Eventually([&] { return runs > 21; }));
}

TEST_F(PeriodicTest, FailuresAndExceptionsNeverEndIt) {
  std::atomic<int> runs = 0;
  Periodic periodic(
      {.name = "test", .interval = absl::Milliseconds(1), .max_backoff = absl::Milliseconds(5)},
      ids_, telemetry_, [&]() -> absl::StatusOr<bool> {
        const int run = ++runs;
        if (run == 1) return absl::UnavailableError("down");
        if (run == 2) throw std::runtime_error("boom");
        return false;
      });
  periodic.Start();
  periodic.Wake();
  EXPECT_TRUE(Eventually([&] { return runs >= 4; }));
}

TEST_F(PeriodicTest, StopsBeforeStartAndTwice) {
  Periodic periodic({.name = "test"}, ids_, telemetry_, [] { return absl::StatusOr<bool>(false); });
  periodic.Stop();
  periodic.Stop();
}

}  // namespace
}  // namespace mamori::worker
