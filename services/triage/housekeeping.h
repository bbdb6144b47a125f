// Forgets what its time is over for, a few rows at a time: answers to request ids and watch log
// entries after seven days each. The inbox is never pruned: a report may be supplemented after
// years, and its next event is known by the last one. Cases, notes and outcomes are never deleted
// here.
#ifndef MAMORI_SERVICES_TRIAGE_HOUSEKEEPING_H_
#define MAMORI_SERVICES_TRIAGE_HOUSEKEEPING_H_

#include "absl/status/statusor.h"
#include "common/time/clock.h"
#include "services/triage/watch_store.h"

namespace mamori::triage {

class Housekeeping {
 public:
  struct Options {
    int batch = 200;                                 // rows of one transaction: short locks
    absl::Duration pause = absl::Milliseconds(100);  // between two, so that cases go first
  };
  Housekeeping(WatchStore& store, const time::Clock& clock, time::Sleeper& sleeper, Options options)
      : store_(store), clock_(clock), sleeper_(sleeper), options_(options) {}

  // Deletes one batch of each; true when there may be more. For a Periodic.
  absl::StatusOr<bool> RunOnce();

 private:
  WatchStore& store_;
  const time::Clock& clock_;
  time::Sleeper& sleeper_;
  const Options options_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_HOUSEKEEPING_H_
