// Looks into each file with a worker process of its own, and with a clamd when there is one.
#ifndef MAMORI_COMMON_INSPECTION_PROCESS_INSPECTOR_H_
#define MAMORI_COMMON_INSPECTION_PROCESS_INSPECTOR_H_

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/inspection/clamd.h"
#include "common/inspection/inspector.h"
#include "common/inspection/interrupt.h"
#include "common/inspection/slots.h"
#include "common/inspection/worker_process.h"
#include "common/time/clock.h"

namespace mamori::inspection {

// The bytes go through this process a piece at a time, to both at once, and are parsed by neither
// of them here. A worker that crashes, is stopped at what it must not do, takes too long or answers
// nonsense costs the type and the copy, not the verdict, and is never taken for "clean".
class ProcessInspector final : public Inspector {
 public:
  struct Options {
    WorkerOptions worker;
    std::optional<ClamdOptions> clamd;  // without, nothing is scanned
    int at_once = 2;
  };

  ProcessInspector(const Options& options, const time::Clock& clock);

  absl::StatusOr<Inspection> Inspect(Source& original, Sink& derivative) override;
  void Stop() override { interrupt_.Set(); }

  // Starts a worker and ends it: what shuts it in here. UNAVAILABLE when none can be started.
  absl::StatusOr<Layers> TryWorker();

 private:
  const WorkerOptions worker_;
  const time::Clock& clock_;
  Interrupt interrupt_;
  const std::unique_ptr<Clamd> clamd_;
  Slots slots_;
};

}  // namespace mamori::inspection

#endif  // MAMORI_COMMON_INSPECTION_PROCESS_INSPECTOR_H_
