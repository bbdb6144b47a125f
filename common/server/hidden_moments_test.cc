#include "common/server/hidden_moments.h"

#include <gtest/gtest.h>

namespace mamori::server {
namespace {

constexpr absl::Duration kQuantum = absl::Milliseconds(20);

// When a call that takes so long leaves.
absl::Duration Leaves(HiddenMoments& moments, absl::Duration taken) {
  return taken + moments.Left(taken);
}

TEST(HiddenMomentsTest, WhatIsQuickLeavesAtTheFirst) {
  HiddenMoments moments(kQuantum);
  for (const int micros : {0, 1, 300, 9'999}) {
    EXPECT_EQ(Leaves(moments, absl::Microseconds(micros)), kQuantum) << micros;
  }
  HiddenMoments none(absl::ZeroDuration());
  EXPECT_EQ(none.Left(absl::Seconds(1)), absl::ZeroDuration());
}

TEST(HiddenMomentsTest, TheyAreFurtherApartWhileCallsTakeLonger) {
  HiddenMoments moments(kQuantum);
  // Either side of what was a moment before: told apart by it no longer.
  for (int i = 0; i < 3; ++i) moments.Left(absl::Milliseconds(25));
  const absl::Duration moment = Leaves(moments, absl::Milliseconds(19));
  EXPECT_GE(moment, absl::Milliseconds(50));
  for (const int millis : {1, 19, 21, 25}) {
    EXPECT_EQ(Leaves(moments, absl::Milliseconds(millis)), moment) << millis;
  }
  // No further than so.
  for (int i = 0; i < 20; ++i) moments.Left(absl::Seconds(10));
  EXPECT_EQ(Leaves(moments, absl::Milliseconds(1)),
            kQuantum * (1 << HiddenMoments::kMostDoublings));
}

TEST(HiddenMomentsTest, TheyComeCloserWhenItIsQuiet) {
  HiddenMoments moments(kQuantum);
  moments.Left(absl::Milliseconds(15));
  EXPECT_EQ(Leaves(moments, absl::Milliseconds(1)), kQuantum * 2);
  for (int i = 0; i < HiddenMoments::kCalm; ++i) moments.Left(absl::Milliseconds(1));
  EXPECT_EQ(Leaves(moments, absl::Milliseconds(1)), kQuantum);
}

}  // namespace
}  // namespace mamori::server
