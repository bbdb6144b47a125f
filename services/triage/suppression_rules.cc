#include "services/triage/suppression_rules.h"

#include <algorithm>
#include <numeric>

namespace mamori::triage {
namespace {

// What is known of those that are not told: their sum, and that none of them is zero.
bool IsSafe(const std::vector<int64_t>& counts, const std::vector<bool>& hidden, int64_t smallest) {
  int64_t sum = 0, cells = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (!hidden[i]) continue;
    sum += counts[i];
    ++cells;
  }
  if (cells == 0) return true;
  // The others may have taken as little as they can, which leaves one this much.
  return sum - (cells - 1) >= smallest;
}

}  // namespace

PublishedCounts Suppress(const std::vector<int64_t>& counts, int64_t smallest) {
  const int64_t total = std::accumulate(counts.begin(), counts.end(), int64_t{0});
  PublishedCounts published;
  const bool untold = total > 0 && total < smallest;
  std::vector<bool> hidden(counts.size(), untold);
  if (!untold) {
    published.total = total;
    // The order in which others are hidden along: small before large, zeros last.
    std::vector<size_t> others;
    for (size_t i = 0; i < counts.size(); ++i) {
      hidden[i] = counts[i] > 0 && counts[i] < smallest;
      if (!hidden[i]) others.push_back(i);
    }
    std::stable_sort(others.begin(), others.end(), [&](size_t a, size_t b) {
      return (counts[a] == 0) != (counts[b] == 0) ? counts[b] == 0 : counts[a] < counts[b];
    });
    // A zero makes nothing safer, so that zeros go together: one that stayed would tell that the
    // rest are none.
    for (size_t next = 0; next < others.size() && !IsSafe(counts, hidden, smallest); ++next) {
      hidden[others[next]] = true;
    }
  }
  for (size_t i = 0; i < counts.size(); ++i) {
    published.counts.push_back(hidden[i] ? std::nullopt : std::optional(counts[i]));
  }
  return published;
}

}  // namespace mamori::triage
