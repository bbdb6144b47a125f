#include "common/policy/notice_wait.h"

namespace mamori::policy {
namespace {

absl::Duration Of(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace

NoticeTimes NoticeTimesOf(const v1::AnonymousNotices& notices) {
  NoticeTimes times;
  if (notices.has_min_wait()) times.least = Of(notices.min_wait());
  if (notices.has_max_wait()) times.most = Of(notices.max_wait());
  times.apart = notices.has_apart() ? Of(notices.apart()) : (times.most - times.least) / 5;
  return times;
}

absl::Duration NoticeWait(const NoticeTimes& times, double fraction) {
  // The way to the next moment is part of the wait.
  return times.least + (times.most - times.least - times.apart) * fraction;
}

absl::Time NextMoment(absl::Time time, absl::Duration apart) {
  if (apart <= absl::ZeroDuration()) return time;
  const absl::Duration since = time - absl::UnixEpoch();
  return absl::UnixEpoch() + absl::Ceil(since, apart);
}

absl::Time LeaveTime(const NoticeTimes& times, absl::Time now, double fraction) {
  return NextMoment(now + NoticeWait(times, fraction), times.apart);
}

}  // namespace mamori::policy
