#include "common/policy/notice_wait.h"

#include <gtest/gtest.h>

#include <set>

namespace mamori::policy {
namespace {

const absl::Time kNow = absl::FromUnixMillis(1'800'000'000'123);

TEST(NoticeWait, IsWithinTheBoundsAndEndsAtMomentsThatAllShare) {
  for (const NoticeTimes& times :
       {NoticeTimes(), NoticeTimes{absl::Seconds(2), absl::Seconds(5), absl::Milliseconds(600)},
        NoticeTimes{absl::Hours(1), absl::Hours(6), absl::Hours(5)},
        NoticeTimes{absl::Hours(0), absl::Hours(1), absl::Seconds(1)}}) {
    std::set<absl::Time> moments;
    for (int i = 0; i < 1000; ++i) {
      // Whenever it happens.
      const absl::Time now = kNow + absl::Milliseconds(7919) * i;
      const absl::Time leaves = LeaveTime(times, now, i / 1000.0);
      EXPECT_GE(leaves, now + times.least);
      EXPECT_LE(leaves, now + times.most);
      EXPECT_EQ(leaves, NextMoment(leaves, times.apart));
      moments.insert(leaves);
    }
    // As many as there can be in the time in which it happened, and the longest wait: no more.
    const absl::Duration span = absl::Milliseconds(7919) * 1000 + times.most - times.least;
    EXPECT_LE(moments.size(), static_cast<size_t>(span / times.apart) + 2);
  }
}

TEST(NoticeWait, LeavesAtOnceWhereThePolicySaysSo) {
  const NoticeTimes none{absl::ZeroDuration(), absl::ZeroDuration(), absl::ZeroDuration()};
  EXPECT_EQ(LeaveTime(none, kNow, 0.99), kNow);
}

TEST(NoticeTimesOf, SaysWhatIsMeantByWhatIsUnset) {
  v1::AnonymousNotices notices;
  EXPECT_EQ(NoticeTimesOf(notices).least, absl::Hours(1));
  EXPECT_EQ(NoticeTimesOf(notices).most, absl::Hours(6));
  EXPECT_EQ(NoticeTimesOf(notices).apart, absl::Hours(1));
  notices.mutable_max_wait()->set_seconds(2 * 3600);
  EXPECT_EQ(NoticeTimesOf(notices).apart, absl::Minutes(12));
  notices.mutable_apart()->set_seconds(60);
  EXPECT_EQ(NoticeTimesOf(notices).apart, absl::Minutes(1));
}

}  // namespace
}  // namespace mamori::policy
