// How lists over cases fill their pages: the index may know too little, so that less is left of
// what it finds than was asked for; then it is asked for more.
#ifndef MAMORI_SERVICES_TRIAGE_READABLE_PAGE_H_
#define MAMORI_SERVICES_TRIAGE_READABLE_PAGE_H_

#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/status/macros.h"

namespace mamori::triage {

// At most `limit` entries after `position`. `fetch(position, want)` finds at most `want`, all that
// there are when it finds fewer; `position_of(entry)` is where the next fetch goes on;
// `keep(entries)` drops what is not to be seen, or fails. The first error ends it.
template <typename Entry, typename Position, typename Fetch, typename PositionOf, typename Keep>
absl::StatusOr<std::vector<Entry>> ReadReadable(std::optional<Position> position, size_t limit,
                                                Fetch fetch, PositionOf position_of, Keep keep) {
  std::vector<Entry> all;
  for (;;) {
    const size_t want = limit - all.size();
    ASSIGN_OR_RETURN(std::vector<Entry> found, fetch(position, static_cast<int>(want)));
    const bool last = found.size() < want;
    if (!found.empty()) position = position_of(found.back());
    RETURN_IF_ERROR(keep(found));
    std::move(found.begin(), found.end(), std::back_inserter(all));
    if (last || all.size() >= limit) return all;
  }
}

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_READABLE_PAGE_H_
