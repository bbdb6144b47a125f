#include "services/triage/contact_window_rules.h"

#include <algorithm>
#include <map>

namespace mamori::triage {
namespace {

bool WasTold(const std::vector<PastCrossing>& past, const WindowMark& mark, bool by_demand,
             absl::Duration window) {
  return std::any_of(past.begin(), past.end(), [&](const PastCrossing& one) {
    const absl::Duration apart =
        one.time > mark.start ? one.time - mark.start : mark.start - one.time;
    return apart < window && (!by_demand || one.demand == mark.demand);
  });
}

}  // namespace

absl::Duration WindowOf(const mamori::v1::ContactThreshold& threshold) {
  return absl::Seconds(threshold.window().seconds());
}

std::optional<WindowCrossing> FindCrossing(const mamori::v1::ContactThreshold& threshold,
                                           const std::vector<WindowMark>& marks, absl::Time since,
                                           const std::vector<PastCrossing>& past) {
  const absl::Duration window = WindowOf(threshold);
  const bool by_demand = threshold.measure() == mamori::v1::CONTACT_MEASURE_SAME_DEMAND;
  const auto weight = [&](const WindowMark& mark) -> int64_t {
    return threshold.measure() == mamori::v1::CONTACT_MEASURE_MINUTES ? mark.minutes : 1;
  };
  // Sums of the window that ends with the present mark, by demand; one for all where demands do not
  // count.
  std::map<id::Id, int64_t> sums;
  const auto sum_of = [&](const WindowMark& mark) -> int64_t& {
    return sums[by_demand ? mark.demand : id::Id()];
  };
  size_t first = 0;
  for (const WindowMark& mark : marks) {
    for (; marks[first].start <= mark.start - window; ++first)
      sum_of(marks[first]) -= weight(marks[first]);
    int64_t& sum = sum_of(mark);
    sum += weight(mark);
    if (mark.start < since || (by_demand && mark.demand.empty())) continue;
    if (sum >= threshold.at_least() && !WasTold(past, mark, by_demand, window)) {
      return WindowCrossing{.time = mark.start,
                            .contact = mark.contact,
                            .value = sum,
                            .demand = by_demand ? mark.demand : id::Id()};
    }
  }
  return std::nullopt;
}

}  // namespace mamori::triage
