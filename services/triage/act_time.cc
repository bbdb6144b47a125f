#include "services/triage/act_time.h"

#include <algorithm>

#include "common/status/errors.h"

namespace mamori::triage {

absl::Duration ClockBehind(const ActTime& time) {
  const absl::Duration behind = time.newest - time.wall;
  return behind > kClockTolerance ? behind : absl::ZeroDuration();
}

absl::Time Effective(const ActTime& time) { return std::max(time.wall, time.newest); }

absl::Status CheckClock(const ActTime& time) {
  if (ClockBehind(time) == absl::ZeroDuration()) return absl::OkStatus();
  return status::Error(absl::StatusCode::kFailedPrecondition, mamori::v1::ERROR_REASON_CLOCK_BEHIND,
                       "the clock is behind a time that was recorded");
}

}  // namespace mamori::triage
