#include "common/worker/stop_together.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace mamori::worker {
namespace {

// Ends only when all of them are being stopped.
struct Slow {
  std::latch& all;
  std::atomic<int>& ended;
  void Stop() {
    all.arrive_and_wait();
    ++ended;
  }
};

TEST(StopTogether, NoneWaitsForAnother) {
  std::latch all(3);
  std::atomic<int> ended = 0;
  Slow one{all, ended}, two{all, ended}, three{all, ended};
  StopTogether(one, two, three);
  EXPECT_EQ(ended, 3);
}

}  // namespace
}  // namespace mamori::worker
