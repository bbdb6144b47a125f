// Writes what became of claims, in the order in which it became known: one COMMIT for many.
#ifndef MAMORI_SERVICES_NOTIFICATION_OUTCOME_WRITER_H_
#define MAMORI_SERVICES_NOTIFICATION_OUTCOME_WRITER_H_

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"
#include "services/notification/dispatch_store.h"

namespace mamori::notification {

class OutcomeWriter {
 public:
  struct Dependencies {
    DispatchStore& store;
    const time::Clock& clock;
    telemetry::Telemetry& telemetry;
    // These are no claims any more: written, or dropped. `others_wait` until now, because nothing
    // could be written. From any thread, without a lock.
    std::function<void(const std::vector<Settlement>&, bool others_wait)> done;
  };
  // `linger` is how long outcomes are gathered, at no cost to the receivers.
  OutcomeWriter(Dependencies dependencies, absl::Duration linger)
      : with_(std::move(dependencies)), linger_(linger) {}
  // Stops without patience.
  ~OutcomeWriter();

  void Start();
  // Returns when all are written, or when `give_up_at` (monotonic) has come: what is left stays a
  // claim whose lease runs out, an unknown outcome.
  void Stop(absl::Duration give_up_at);

  void Add(Settlement settlement);
  // How many the last pass could not write. While there are several, whoever sends more makes
  // outcomes that cannot be written either; while there is one, its claim is not lost.
  size_t unwritten() const;

  // One pass: how many outcomes it took on. The error when none could be written: they are kept.
  // One that cannot be written beside others that can is dropped: its claim runs out and is looked
  // at again.
  absl::StatusOr<int> WriteOnce();

 private:
  void Loop();
  // Whether another try makes sense after one that took `took` and failed.
  bool MayTryAgain(absl::Duration took);
  std::vector<Settlement> Take(absl::Time& deadline);
  // Moves from `batch` to `written` what can be. OK when what is left is at fault itself, since
  // others that are told of were written; the error when nobody can say, after a few tries.
  absl::Status WriteEach(absl::Time deadline, std::vector<Settlement>& batch,
                         std::vector<Settlement>& written);
  // `rest` waits again. Whether some waited already, since they could not be written.
  bool Keep(std::vector<Settlement> rest);

  const Dependencies with_;
  const absl::Duration linger_;

  mutable std::mutex mu_;
  std::condition_variable changed_;
  bool stopping_ = false;
  absl::Duration give_up_at_ = absl::InfiniteDuration();
  std::vector<Settlement> waiting_;
  size_t unwritten_ = 0;
  std::thread thread_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_OUTCOME_WRITER_H_
