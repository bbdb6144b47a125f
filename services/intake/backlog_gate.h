// Whether intake may take more while its events wait to be passed on.
#ifndef MAMORI_SERVICES_INTAKE_BACKLOG_GATE_H_
#define MAMORI_SERVICES_INTAKE_BACKLOG_GATE_H_

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/outbox/outbox.h"

namespace mamori::intake {

class BacklogGate {
 public:
  struct Options {
    int64_t max_depth = 100'000;
    absl::Duration max_age = absl::Minutes(30);
  };
  explicit BacklogGate(Options options) : options_(options) {}

  // What was measured; it holds until the next time. For outbox::Gauges.
  void Saw(const outbox::Backlog& backlog, absl::Duration age);
  int64_t max_depth() const { return options_.max_depth; }

  // Backlog() while too much waits or waits too long, but never for immediate danger. Never blocks.
  absl::Status Admit(bool immediate_danger) const;

 private:
  const Options options_;
  std::atomic<bool> closed_ = false;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_BACKLOG_GATE_H_
