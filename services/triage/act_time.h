// The time by which decisions are judged that wait or run out: a clock that was set back neither
// prolongs nor revives one. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_ACT_TIME_H_
#define MAMORI_SERVICES_TRIAGE_ACT_TIME_H_

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace mamori::triage {

struct ActTime {
  absl::Time wall;    // this replica's clock
  absl::Time newest;  // the newest time that any replica has recorded; InfinitePast for none
};
// Replicas' clocks differ a little, and marks are written a little before they are read.
inline constexpr absl::Duration kClockTolerance = absl::Seconds(5);
// How far the clock is behind what was recorded; zero within the tolerance.
absl::Duration ClockBehind(const ActTime& time);
// The later of both.
absl::Time Effective(const ActTime& time);

// OK, or FAILED_PRECONDITION with CLOCK_BEHIND.
absl::Status CheckClock(const ActTime& time);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ACT_TIME_H_
