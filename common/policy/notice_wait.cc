#include "common/policy/notice_wait.h"

namespace mamori::policy {
namespace {

absl::Duration Of(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace

absl::Duration LeastWait(const v1::AnonymousNotices& notices) {
  return notices.has_min_wait() ? Of(notices.min_wait()) : kMinNoticeWait;
}

absl::Duration MostWait(const v1::AnonymousNotices& notices) {
  return notices.has_max_wait() ? Of(notices.max_wait()) : kMaxNoticeWait;
}

absl::Duration NoticeWait(const v1::AnonymousNotices& notices, double fraction) {
  const absl::Duration least = LeastWait(notices);
  return least + (MostWait(notices) - least) * fraction;
}

}  // namespace mamori::policy
