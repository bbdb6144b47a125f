// Whether intake may take more while its events wait to be passed on.
#ifndef MAMORI_SERVICES_INTAKE_BACKLOG_GATE_H_
#define MAMORI_SERVICES_INTAKE_BACKLOG_GATE_H_

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "services/intake/intake_store.h"

namespace mamori::intake {

class BacklogGate {
 public:
  struct Options {
    int64_t max_depth = 100'000;
    absl::Duration max_age = absl::Minutes(30);
  };
  BacklogGate(IntakeStore& store, const time::Clock& clock, Options options)
      : store_(store), clock_(clock), options_(options) {}

  // Measures; for a Periodic, about once a second. What was measured last holds while the database
  // is away. Always false: there is no more to do at once.
  absl::StatusOr<bool> Sample();

  // Backlog() while too much waits or waits too long, but never for immediate danger. Never blocks.
  absl::Status Admit(bool immediate_danger) const;

 private:
  IntakeStore& store_;
  const time::Clock& clock_;
  const Options options_;
  std::atomic<bool> closed_ = false;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_BACKLOG_GATE_H_
