// Measures what waits in a service's outbox, once for all who want to know: monitoring, and who
// takes no more while too much waits.
#ifndef MAMORI_COMMON_OUTBOX_GAUGES_H_
#define MAMORI_COMMON_OUTBOX_GAUGES_H_

#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/transaction.h"
#include "common/outbox/outbox.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"

namespace mamori::outbox {

// Sets mamori_outbox_depth, mamori_outbox_age_seconds, mamori_outbox_held and
// mamori_outbox_refused, each of at most `limit` rows, whichever replica relays them. Counting a
// long table costs most when the service has least time for it: so it is done the more rarely the
// longer it takes, and never takes more than a fiftieth of a thread.
class Gauges {
 public:
  using Measure = std::function<absl::StatusOr<Backlog>(int64_t limit, absl::Time deadline)>;
  // What was measured, and the age of the oldest row.
  using Observer = std::function<void(const Backlog& backlog, absl::Duration age)>;

  Gauges(Measure measure, const time::Clock& clock, telemetry::Telemetry& telemetry, int64_t limit,
         Observer observer)
      : measure_(std::move(measure)),
        clock_(clock),
        telemetry_(telemetry),
        limit_(limit),
        observer_(std::move(observer)) {}

  // For a Periodic, about once a second. What cannot be measured now keeps its last value and is
  // the error. Always false: there is no more to do at once.
  absl::StatusOr<bool> Sample();

 private:
  const Measure measure_;
  const time::Clock& clock_;
  telemetry::Telemetry& telemetry_;
  const int64_t limit_;
  const Observer observer_;
  absl::Duration next_ = -absl::InfiniteDuration();  // monotonic
};

// A service's own outbox, for those that only want the gauges.
Gauges::Measure MeasureWith(db::Transactor& transactor);
inline constexpr int64_t kGaugedRows = 20'000;

}  // namespace mamori::outbox

#endif  // MAMORI_COMMON_OUTBOX_GAUGES_H_
