// The worker that looks into one file: started, spoken to, and gone afterwards, with all that it
// started and all that it wrote.
#ifndef MAMORI_COMMON_INSPECTION_WORKER_PROCESS_H_
#define MAMORI_COMMON_INSPECTION_WORKER_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/inspection/deadline.h"
#include "common/inspection/frame.h"
#include "common/inspection/interrupt.h"
#include "common/time/clock.h"

namespace mamori::inspection {

struct WorkerOptions {
  std::string binary;
  std::string work_dir = "/dev/shm";
  uid_t uid = 65534;  // used when the service runs as root
  gid_t gid = 65534;
  uint64_t max_clean_bytes = 64 << 20;
  uint64_t max_derivative_bytes = 128 << 20;
  uint64_t memory_bytes = uint64_t{2} << 30;
  int cpu_seconds = 60;
  absl::Duration time_limit = absl::Minutes(5);
};

// Starts `arguments` (the first is the program) with `fd` as its descriptor 0, nothing else but
// /dev/null on 1 and 2, no environment, no blocked or ignored signals, in a session of its own.
// posix_spawn shares the caller's memory until the program runs in one of its own, so there is no
// moment in which a copy of ours exists. UNAVAILABLE.
absl::StatusOr<pid_t> SpawnWithout(const std::vector<std::string>& arguments, int fd);

// Used by the thread that started it: the worker dies when that ends.
class WorkerProcess {
 public:
  // UNAVAILABLE when it does not begin, or cannot shut itself in.
  static absl::StatusOr<std::unique_ptr<WorkerProcess>> Start(const WorkerOptions& options,
                                                              const time::Clock& clock,
                                                              const Interrupt& interrupt);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  FrameChannel& channel() { return channel_; }
  const Layers& layers() const { return layers_; }

  // What to say of `error`, which `channel()` answered: it is killed, unless it is dead. Afterwards
  // nothing can be said to it.
  std::string Failed(const absl::Status& error);

 private:
  WorkerProcess(int fd, const time::Clock& clock, absl::Duration time_limit,
                const Interrupt& interrupt);
  absl::Status Begin(const WorkerOptions& options, int worker_end);
  // Kills what it started with it, and waits for it: its status as waitpid tells it.
  int End();

  const time::Clock& clock_;
  const Interrupt& interrupt_;
  const Deadline deadline_;
  const int fd_;
  std::string directory_;
  pid_t pid_ = -1;
  FrameChannel channel_;
  Layers layers_;
};

// Removes what services that are gone have left in `work_dir`.
void SweepWorkDir(const std::string& work_dir);

}  // namespace mamori::inspection

#endif  // MAMORI_COMMON_INSPECTION_WORKER_PROCESS_H_
