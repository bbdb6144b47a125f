// Knows how far the watch log goes, and wakes the streams when it grows.
#ifndef MAMORI_SERVICES_TRIAGE_WATCH_HUB_H_
#define MAMORI_SERVICES_TRIAGE_WATCH_HUB_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "services/triage/watch_store.h"

namespace mamori::triage {

// One per process: it alone asks the database, however many streams there are. Thread safe.
class WatchHub {
 public:
  WatchHub(WatchStore& store, const time::Clock& clock) : store_(store), clock_(clock) {}

  // Gives positions to what waits and learns how far the log goes. True when there is more to do.
  // For a Periodic, woken after each commit.
  absl::StatusOr<bool> RunOnce();

  // The last position once it is above `after`, else after `timeout` what is known then. The floor
  // comes along.
  WatchHead WaitAbove(int64_t after, absl::Duration timeout);

  // Ends all waits, now and later.
  void Stop();
  bool stopped() const;

 private:
  WatchStore& store_;
  const time::Clock& clock_;
  mutable std::mutex mu_;
  std::condition_variable changed_;
  WatchHead head_;
  bool stopped_ = false;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_WATCH_HUB_H_
