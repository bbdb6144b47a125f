#include "services/triage/suppression_rules.h"

#include <algorithm>
#include <numeric>

namespace mamori::triage {
namespace {

// What is known of those that are not told: their sum, and that those which were not zero are not.
bool IsSafe(const std::vector<int64_t>& counts, const std::vector<bool>& hidden, bool with_zeros,
            int64_t smallest) {
  int64_t sum = 0, cells = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (!hidden[i]) continue;
    sum += counts[i];
    ++cells;
  }
  if (cells == 0) return true;
  // The others may have taken as little as they can, which leaves one this much.
  const int64_t most = with_zeros ? sum : sum - (cells - 1);
  return most >= smallest;
}

}  // namespace

PublishedCounts Suppress(const std::vector<int64_t>& counts, int64_t smallest) {
  const int64_t total = std::accumulate(counts.begin(), counts.end(), int64_t{0});
  PublishedCounts published;
  std::vector<bool> hidden(counts.size(), total > 0 && total < smallest);
  if (!(total > 0 && total < smallest)) {
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
    bool with_zeros = false;
    for (size_t next = 0; !IsSafe(counts, hidden, with_zeros, smallest) && next < others.size();) {
      // Zeros go together: one that stays would tell that the rest are none.
      with_zeros = counts[others[next]] == 0;
      do {
        hidden[others[next++]] = true;
      } while (with_zeros && next < others.size());
    }
    // A table of one line is its total.
    if (counts.size() == 1 && hidden[0]) published.total.reset();
  }
  for (size_t i = 0; i < counts.size(); ++i) {
    published.counts.push_back(hidden[i] ? std::nullopt : std::optional(counts[i]));
  }
  return published;
}

}  // namespace mamori::triage
