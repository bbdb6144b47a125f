#include "common/outbox/gauges.h"

#include "common/status/macros.h"

namespace mamori::outbox {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(2);
// Times what a measurement took, until the next.
constexpr int kRest = 50;

}  // namespace

absl::StatusOr<bool> Gauges::Sample() {
  const absl::Duration begin = clock_.Monotonic();
  if (begin < next_) return false;
  const absl::Time now = clock_.Now();
  const absl::StatusOr<Backlog> backlog = measure_(limit_, now + kTimeout);
  const absl::Duration end = clock_.Monotonic();
  next_ = end + (end - begin) * kRest;
  RETURN_IF_ERROR(backlog.status());
  const absl::Duration age = backlog->oldest_micros == 0
                                 ? absl::ZeroDuration()
                                 : now - absl::FromUnixMicros(backlog->oldest_micros);
  telemetry_.Gauge("mamori_outbox_depth", static_cast<double>(backlog->depth));
  telemetry_.Gauge("mamori_outbox_age_seconds", absl::ToDoubleSeconds(age));
  telemetry_.Gauge("mamori_outbox_held", static_cast<double>(backlog->held));
  telemetry_.Gauge("mamori_outbox_refused", static_cast<double>(backlog->refused));
  if (observer_) observer_(*backlog, age);
  return false;
}

Gauges::Measure MeasureWith(db::Transactor& transactor) {
  return [&transactor](int64_t limit, absl::Time deadline) {
    return transactor.Run<Backlog>({.deadline = deadline, .read_only = true},
                                   [limit](db::Tx& tx) { return MeasureBacklog(tx, limit); });
  };
}

}  // namespace mamori::outbox
