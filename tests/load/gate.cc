#include "tests/load/gate.h"

#include <algorithm>

namespace mamori::load {

int64_t ClosedGate::NextDue(int64_t now_micros, uint64_t, uint64_t in_flight) {
  return in_flight < limit_ ? now_micros : kNotNow;
}

int64_t OpenGate::NextDue(int64_t, uint64_t begun, uint64_t in_flight) {
  if (in_flight >= limit_) return kNotNow;
  return begin_micros_ + static_cast<int64_t>(begun * 1e6 / rate_);
}

int64_t RoadGate::NextDue(int64_t now_micros, uint64_t begun, uint64_t) {
  const uint64_t arrived = counters_.cases.load(std::memory_order_relaxed) - cases_before_;
  return begun - std::min(arrived, begun) < window_ ? now_micros : kNotNow;
}

}  // namespace mamori::load
