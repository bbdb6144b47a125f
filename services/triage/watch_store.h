// The log that watchers read. A change is written with its case, without a position; when it has
// committed, a sequencer gives it the next one. So positions become visible in their order,
// whatever order the transactions commit in, and a reader that has come to one has missed nothing
// before it.
#ifndef MAMORI_SERVICES_TRIAGE_WATCH_STORE_H_
#define MAMORI_SERVICES_TRIAGE_WATCH_STORE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mamori::triage {

// How long a position can be resumed from.
inline constexpr absl::Duration kWatchRetention = absl::Hours(7 * 24);

struct WatchHead {
  int64_t position = 0;  // the last one given
  int64_t floor = 0;     // the last one pruned
  bool waiting = false;  // there are changes without a position
};

struct WatchEntry {
  int64_t position = 0;
  std::string event;  // serialized mamori.v1.Event
};

class WatchStore {
 public:
  virtual ~WatchStore() = default;

  virtual absl::StatusOr<WatchHead> Head(absl::Time deadline) = 0;
  // Gives positions to at most `limit` changes; says to how many. Safe from several replicas: one
  // at a time does.
  virtual absl::StatusOr<int64_t> Sequence(int limit, absl::Time deadline) = 0;
  // The tenant's entries after `after` up to `upto`, in order, at most `limit`.
  virtual absl::StatusOr<std::vector<WatchEntry>> Read(std::string_view tenant, int64_t after,
                                                       int64_t upto, int limit,
                                                       absl::Time deadline) = 0;
  // Deletes at most `limit` of the oldest entries made before `before`; says how many.
  virtual absl::StatusOr<int64_t> Prune(absl::Time before, int limit, absl::Time deadline) = 0;
  // Deletes at most `limit` answers to request ids given before `before`; says how many.
  virtual absl::StatusOr<int64_t> PruneAnswers(absl::Time before, int limit,
                                               absl::Time deadline) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_WATCH_STORE_H_
