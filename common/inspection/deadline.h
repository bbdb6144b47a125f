// Waits for descriptors until a point in time.
#ifndef MAMORI_COMMON_INSPECTION_DEADLINE_H_
#define MAMORI_COMMON_INSPECTION_DEADLINE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/inspection/interrupt.h"
#include "common/time/clock.h"

namespace mamori::inspection {

class Deadline {
 public:
  Deadline(const time::Clock& clock, absl::Duration from_now, const Interrupt* interrupt)
      : clock_(&clock), end_(clock.Monotonic() + from_now), interrupt_(interrupt) {}

  absl::Duration Left() const { return end_ - clock_->Monotonic(); }
  // Until `fd` can be read or written (POLLIN, POLLOUT). DEADLINE_EXCEEDED; UNAVAILABLE
  // once it is interrupted.
  absl::Status Await(int fd, short events) const;

 private:
  const time::Clock* clock_;
  absl::Duration end_;
  const Interrupt* interrupt_;  // null for none
};

}  // namespace mamori::inspection

#endif  // MAMORI_COMMON_INSPECTION_DEADLINE_H_
