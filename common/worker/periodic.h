// A thread that does one kind of work whenever there is some: woken at once, polling as the net
// below.
#ifndef MAMORI_COMMON_WORKER_PERIODIC_H_
#define MAMORI_COMMON_WORKER_PERIODIC_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/id/id.h"
#include "common/telemetry/telemetry.h"

namespace mamori::worker {

struct PeriodicOptions {
  std::string name;  // for logs and metrics: a constant
  absl::Duration interval =
      absl::Milliseconds(500);                    // between looks; each wait is jittered by ±10 %
  absl::Duration max_backoff = absl::Seconds(5);  // longest wait after failures in a row
  // How long to wait after a run that did something, whatever wake-ups come: under load the next
  // one does together what came meanwhile, while a lone wake-up is never kept waiting.
  absl::Duration linger = absl::ZeroDuration();
  // While looks that nobody asked for find something (another process left it), they come closer,
  // down to this, and apart again when they find nothing. Zero: they stay `interval` apart.
  absl::Duration shortest_interval = absl::ZeroDuration();
};

class Periodic {
 public:
  // `run_once` says whether it did something: then it is asked again, after `linger`. A failure is
  // logged (once per change of its code) and never ends the thread; after failures the wait doubles
  // from 50 ms to `max_backoff`.
  Periodic(PeriodicOptions options, id::IdSource& ids, telemetry::Telemetry& telemetry,
           std::function<absl::StatusOr<bool>()> run_once);
  // Stops.
  ~Periodic();

  // Begins after a random delay of at most `interval`, so that replicas do not move in step; a
  // wake-up ends it.
  void Start();
  // Returns when a run that is under way has ended. May be called again, and before Start().
  void Stop();
  // Ends the present or the next wait. Never blocks and is never lost; several at once are one.
  void Wake();

 private:
  enum class Waited { kStopped, kWoken, kLong };

  void Loop();
  // kWoken when there was a wake-up, also one that was not to end the wait.
  Waited Wait(absl::Duration duration, bool wakeable);

  const PeriodicOptions options_;
  id::IdSource& ids_;
  telemetry::Telemetry& telemetry_;
  const std::function<absl::StatusOr<bool>()> run_once_;

  std::mutex mu_;
  std::condition_variable changed_;
  bool stop_ = false;
  bool woken_ = false;
  std::thread thread_;
};

}  // namespace mamori::worker

#endif  // MAMORI_COMMON_WORKER_PERIODIC_H_
