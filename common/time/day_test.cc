#include "common/time/day.h"

#include <gtest/gtest.h>

namespace mamori::time {
namespace {

TEST(DayTest, EveryTimeOfADayIsToldTheSame) {
  const absl::Time begin = absl::FromUnixSeconds(1'795'651'200);  // 2026-11-26
  const absl::Time last = begin + kDay - absl::Microseconds(1);
  for (const absl::Time time : {begin + absl::Microseconds(1), begin + absl::Hours(13), last}) {
    EXPECT_EQ(BeginOfDay(time), begin);
    EXPECT_EQ(EndOfDay(time), begin + kDay);
    EXPECT_EQ(Told(time, true), begin);
    EXPECT_EQ(Told(time, false), time);
  }
  EXPECT_EQ(BeginOfDay(begin), begin);
  EXPECT_EQ(EndOfDay(begin), begin);
  EXPECT_EQ(BeginOfDay(absl::UnixEpoch() - absl::Seconds(1)), absl::UnixEpoch() - kDay);
}

}  // namespace
}  // namespace mamori::time
