// Times told to the day (UTC), where a closer one would help to find out who it was.
#ifndef MAMORI_COMMON_TIME_DAY_H_
#define MAMORI_COMMON_TIME_DAY_H_

#include "absl/time/time.h"

namespace mamori::time {

inline constexpr absl::Duration kDay = absl::Hours(24);

// The begin of its day.
inline absl::Time BeginOfDay(absl::Time time) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), kDay);
}

// The begin of the next day; of a time that is the begin of one, that time.
inline absl::Time EndOfDay(absl::Time time) {
  return absl::UnixEpoch() + absl::Ceil(time - absl::UnixEpoch(), kDay);
}

// What is told of `time` where `by_day` says how closely.
inline absl::Time Told(absl::Time time, bool by_day) { return by_day ? BeginOfDay(time) : time; }

}  // namespace mamori::time

#endif  // MAMORI_COMMON_TIME_DAY_H_
