#include "services/intake/backlog_gate.h"

#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::intake {
namespace {

constexpr absl::Duration kMeasureTimeout = absl::Seconds(2);
constexpr absl::Duration kRetryAfter = absl::Seconds(5);

}  // namespace

absl::StatusOr<bool> BacklogGate::Sample() {
  const absl::Time now = clock_.Now();
  ASSIGN_OR_RETURN(const outbox::Backlog backlog,
                   store_.MeasureBacklog(options_.max_depth, now + kMeasureTimeout));
  const absl::Duration age = backlog.oldest_micros == 0
                                 ? absl::ZeroDuration()
                                 : now - absl::FromUnixMicros(backlog.oldest_micros);
  closed_.store(backlog.depth >= options_.max_depth || age >= options_.max_age,
                std::memory_order_relaxed);
  return false;
}

absl::Status BacklogGate::Admit(bool immediate_danger) const {
  if (immediate_danger || !closed_.load(std::memory_order_relaxed)) return absl::OkStatus();
  return status::Backlog(kRetryAfter);
}

}  // namespace mamori::intake
