#include "common/worker/in_parallel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace mamori::worker {
namespace {

TEST(InParallel, DoesEachThingOnceHoweverManyThereAre) {
  for (const size_t count : {0, 1, 7, 8, 15, 16, 500}) {
    std::vector<std::atomic<int>> done(count);
    InParallel(count, 8, [&](size_t i) { ++done[i]; });
    for (const auto& times : done) EXPECT_EQ(times, 1);
  }
}

TEST(InParallel, FewThingsAreDoneByTheCaller) {
  std::set<std::thread::id> by;
  InParallel(15, 8, [&](size_t) { by.insert(std::this_thread::get_id()); });
  EXPECT_THAT(by, testing::ElementsAre(std::this_thread::get_id()));
}

}  // namespace
}  // namespace mamori::worker
