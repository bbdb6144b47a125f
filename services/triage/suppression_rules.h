// Which counts of a table are published, so that nobody is found in it. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_SUPPRESSION_RULES_H_
#define MAMORI_SERVICES_TRIAGE_SUPPRESSION_RULES_H_

#include <cstdint>
#include <optional>
#include <vector>

namespace mamori::triage {

// A line of a table: what it counts, and of how many cases that is.
struct CountedCell {
  int64_t count = 0;
  int64_t cases = 0;
};

struct PublishedCounts {
  std::vector<std::optional<int64_t>> counts;  // in the order of what was given
  std::optional<int64_t> total;
};

// Of counts that add up to a total which is told. A count of 1 to `smallest` - 1 is not told, nor
// are as many others as it takes that, by all that is told, each one that is not could be anything
// from 1 to `smallest`: the smallest of the others first, then zeros. A total below `smallest` is
// not told, nor is anything of its table. A `smallest` of 1 or less tells everything.
PublishedCounts Suppress(const std::vector<int64_t>& counts, int64_t smallest);

// The same where a case may count several times, in a line or in several: what is hidden goes by
// the cases, of which there are `all_cases` in the whole table. Six deadlines of two people's cases
// are two, not six.
PublishedCounts Suppress(const std::vector<CountedCell>& cells, int64_t all_cases,
                         int64_t smallest);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SUPPRESSION_RULES_H_
