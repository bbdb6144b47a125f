// When a notice about an anonymous report leaves: after a random wait, and together with others.
// Pure.
#ifndef MAMORI_COMMON_POLICY_NOTICE_WAIT_H_
#define MAMORI_COMMON_POLICY_NOTICE_WAIT_H_

#include "absl/time/time.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

inline constexpr absl::Duration kMinNoticeWait = absl::Hours(1);
inline constexpr absl::Duration kMaxNoticeWait = absl::Hours(6);
inline constexpr absl::Duration kLongestNoticeWait = absl::Hours(7 * 24);

// Between which a notice waits, and how far apart the moments are at which any leaves: those are
// the same for all, counted from the epoch, so that none leaves at a moment of its own.
struct NoticeTimes {
  absl::Duration least = kMinNoticeWait;
  absl::Duration most = kMaxNoticeWait;
  absl::Duration apart = (kMaxNoticeWait - kMinNoticeWait) / 5;
};

// With what is meant where a field is unset.
NoticeTimes NoticeTimesOf(const v1::AnonymousNotices& notices);

// What is waited before the next of those moments: with it, at least `least` and at most `most`.
// `fraction` is drawn uniformly from [0, 1) for each notice.
absl::Duration NoticeWait(const NoticeTimes& times, double fraction);
// The first of those moments that is not before `time`; `time` itself where they are not apart.
absl::Time NextMoment(absl::Time time, absl::Duration apart);
// The two together, of something that happens `now`.
absl::Time LeaveTime(const NoticeTimes& times, absl::Time now, double fraction);

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_NOTICE_WAIT_H_
