#include "services/intake/backlog_gate.h"

#include "common/status/errors.h"

namespace mamori::intake {
namespace {

constexpr absl::Duration kRetryAfter = absl::Seconds(5);

}  // namespace

void BacklogGate::Saw(const outbox::Backlog& backlog, absl::Duration age) {
  // Refused rows take their part of the ones that are looked at, which are no more than the limit.
  closed_.store(backlog.rows() >= options_.max_depth || age >= options_.max_age,
                std::memory_order_relaxed);
}

absl::Status BacklogGate::Admit(bool immediate_danger) const {
  if (immediate_danger || !closed_.load(std::memory_order_relaxed)) return absl::OkStatus();
  return status::Backlog(kRetryAfter);
}

}  // namespace mamori::intake
