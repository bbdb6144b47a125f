// The hot path's writer: many requests, one COMMIT.
//
// A request that was validated and serialized on its gRPC thread waits in a bounded queue. Each
// writer takes up to `max_batch` of them and writes them in one transaction; with `max_batch` 1
// every request has its own. Whatever is wrong with one request, its neighbours are written.
#ifndef MAMORI_SERVICES_INTAKE_GROUP_COMMIT_H_
#define MAMORI_SERVICES_INTAKE_GROUP_COMMIT_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"
#include "services/intake/content_seal.h"
#include "services/intake/intake_store.h"

namespace mamori::intake {

struct Submission {
  NewReport report;
  absl::Time deadline;  // after it nobody waits for the answer
  // Gets the serialized answer, exactly once, from any thread.
  std::function<void(absl::StatusOr<std::string>)> done;
};

class GroupCommit {
 public:
  struct Options {
    int writers = 2;
    int max_batch = 128;
    int max_queue = 2048;  // for reports of immediate danger one eighth more
    // Of what waits, sealed; likewise. A full queue of the largest reports would be gigabytes.
    size_t max_queue_bytes = size_t{64} << 20;
  };
  struct Dependencies {
    IntakeStore& store;  // with at least `writers` connections
    const ContentSeal& seal;
    const time::Clock& clock;
    telemetry::Telemetry& telemetry;
    std::function<void()> committed;  // after each commit: there are new events
    // Whether events come faster than they are passed on; unset is never. Any thread; may not
    // block.
    std::function<bool()> behind;
  };

  GroupCommit(Dependencies dependencies, Options options);
  // Stops without patience.
  ~GroupCommit();

  void Start();
  // Refuses what comes from now on (UNAVAILABLE), writes what waits, and returns when all of it is
  // answered. What nobody has begun to write within `patience` is refused too: whoever sent it
  // tries another replica.
  void Stop(absl::Duration patience = absl::InfiniteDuration());

  // Never blocks. Answers at once with Overloaded() when the queue is full.
  void Submit(std::unique_ptr<Submission> submission);

  size_t waiting() const;

 private:
  using Batch = std::vector<std::unique_ptr<Submission>>;

  void Loop();
  // Whether it is too late to begin with a batch.
  bool GivesUp() const;
  // Up to `max_batch`, those in danger first; empty when stopped and all is written.
  Batch Take();
  void Settle(Batch batch);
  // While the road is behind: for as long as the last batch took, so that half of the time is left
  // to those who pass on and assess what was taken. Ends early for a report of danger, and to stop.
  void Rest(absl::Duration took);
  // Writes all and answers each. Keys differ.
  void Write(Batch batch);
  // Answers those of `batch` whose request id is stored and takes them out; how many.
  absl::StatusOr<size_t> AnswerStored(Batch& batch, absl::Time deadline);
  absl::StatusOr<std::vector<std::string>> Insert(const Batch& batch, absl::Time deadline);

  const Dependencies dependencies_;
  const Options options_;

  mutable std::mutex mu_;
  std::condition_variable filled_;
  std::condition_variable disturbed_;  // what ends a rest
  std::deque<std::unique_ptr<Submission>> urgent_;
  std::deque<std::unique_ptr<Submission>> normal_;
  size_t queued_bytes_ = 0;
  bool stopping_ = false;
  absl::Duration give_up_at_ = absl::InfiniteDuration();  // monotonic
  std::vector<std::thread> writers_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_GROUP_COMMIT_H_
