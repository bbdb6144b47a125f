#include "services/triage/suppression_rules.h"

#include <algorithm>
#include <numeric>

namespace mamori::triage {
namespace {

// What is known of those that are not told: their sum, and that none of them is zero.
bool IsSafe(const std::vector<CountedCell>& cells, const std::vector<bool>& hidden,
            int64_t smallest) {
  int64_t sum = 0, untold = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!hidden[i]) continue;
    sum += cells[i].cases;
    ++untold;
  }
  if (untold == 0) return true;
  // The others may have taken as little as they can, which leaves one this much.
  return sum - (untold - 1) >= smallest;
}

}  // namespace

PublishedCounts Suppress(const std::vector<int64_t>& counts, int64_t smallest) {
  std::vector<CountedCell> cells;
  for (const int64_t count : counts) cells.push_back({count, count});
  return Suppress(cells, std::accumulate(counts.begin(), counts.end(), int64_t{0}), smallest);
}

PublishedCounts Suppress(const std::vector<CountedCell>& cells, int64_t all_cases,
                         int64_t smallest) {
  PublishedCounts published;
  const bool untold = all_cases > 0 && all_cases < smallest;
  std::vector<bool> hidden(cells.size(), untold);
  if (!untold) {
    published.total = 0;
    for (const CountedCell& cell : cells) *published.total += cell.count;
    // The order in which others are hidden along: small before large, zeros last.
    std::vector<size_t> others;
    for (size_t i = 0; i < cells.size(); ++i) {
      hidden[i] = cells[i].cases > 0 && cells[i].cases < smallest;
      if (!hidden[i]) others.push_back(i);
    }
    std::stable_sort(others.begin(), others.end(), [&](size_t a, size_t b) {
      const int64_t one = cells[a].cases, other = cells[b].cases;
      return (one == 0) != (other == 0) ? other == 0 : one < other;
    });
    // A zero makes nothing safer, so that zeros go together: one that stayed would tell that the
    // rest are none.
    for (size_t next = 0; next < others.size() && !IsSafe(cells, hidden, smallest); ++next) {
      hidden[others[next]] = true;
    }
  }
  for (size_t i = 0; i < cells.size(); ++i) {
    published.counts.push_back(hidden[i] ? std::nullopt : std::optional(cells[i].count));
  }
  return published;
}

}  // namespace mamori::triage
