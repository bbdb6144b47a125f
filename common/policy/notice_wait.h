// How long a notice about an anonymous report waits. Pure.
#ifndef MAMORI_COMMON_POLICY_NOTICE_WAIT_H_
#define MAMORI_COMMON_POLICY_NOTICE_WAIT_H_

#include "absl/time/time.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::policy {

inline constexpr absl::Duration kMinNoticeWait = absl::Hours(1);
inline constexpr absl::Duration kMaxNoticeWait = absl::Hours(6);
inline constexpr absl::Duration kLongestNoticeWait = absl::Hours(7 * 24);

// The bounds, with what is meant where they are unset.
absl::Duration LeastWait(const v1::AnonymousNotices& notices);
absl::Duration MostWait(const v1::AnonymousNotices& notices);

// `fraction` is drawn uniformly from [0, 1) for each notice.
absl::Duration NoticeWait(const v1::AnonymousNotices& notices, double fraction);

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_NOTICE_WAIT_H_
