// Keeps calls under way over a few connections, from one thread or two, and counts what comes back.
#ifndef MAMORI_TESTS_LOAD_ENGINE_H_
#define MAMORI_TESTS_LOAD_ENGINE_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/time/clock.h"
#include "tests/load/calls.h"
#include "tests/load/gate.h"

namespace mamori::load {

// One answered SubmitReport.
struct Acknowledgement {
  std::string name;
  int64_t sent_micros;      // wall time
  int64_t answered_micros;  // wall time
};

// What one thread saw; `micros` and `count` of calls that ended inside the measured window.
struct Tally {
  std::vector<uint32_t> micros;
  uint64_t begun = 0;
  uint64_t cases = 0;                      // whose first mail arrived inside the window
  std::map<std::string, uint64_t> errors;  // by code, warm-up included
  std::vector<Acknowledgement> acknowledgements;

  void Merge(Tally&& other);
};

struct EngineOptions {
  absl::Duration warmup;
  absl::Duration window;
  absl::Duration
      backoff_on_error;  // before a call follows a failed one; a closed loop would spin otherwise
  bool keep_acknowledgements = false;
  const MailCounters* counters = nullptr;  // to count what arrives inside the window; may be null
};

// Runs calls in this thread until warm-up and window are over and those under way have ended. Call
// numbers are `first_number`, + `stride`, …
Tally Run(const EngineOptions& options, const std::vector<std::shared_ptr<grpc::Channel>>& channels,
          const CallFactory& factory, Gate& gate, const time::Clock& clock, uint64_t first_number,
          uint64_t stride);

}  // namespace mamori::load

#endif  // MAMORI_TESTS_LOAD_ENGINE_H_
