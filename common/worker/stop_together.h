// Ends workers of which each may take its time, beside a database that hangs for one.
#ifndef MAMORI_COMMON_WORKER_STOP_TOGETHER_H_
#define MAMORI_COMMON_WORKER_STOP_TOGETHER_H_

#include <thread>
#include <vector>

namespace mamori::worker {

// Calls `Stop()` of each in a thread of its own and returns when all have ended: they take as long
// as the slowest of them, not as all in turn.
template <typename... Worker>
void StopTogether(Worker&... workers) {
  std::vector<std::jthread> stops;
  (stops.emplace_back([&workers] { workers.Stop(); }), ...);
}

}  // namespace mamori::worker

#endif  // MAMORI_COMMON_WORKER_STOP_TOGETHER_H_
