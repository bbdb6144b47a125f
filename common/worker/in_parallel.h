// One piece of work for each of many things, on several threads.
#ifndef MAMORI_COMMON_WORKER_IN_PARALLEL_H_
#define MAMORI_COMMON_WORKER_IN_PARALLEL_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"

namespace mamori::worker {

// Calls `work(i)` once for each i below `count` and returns when all have been done. `work` is
// called by up to as many threads at once as the machine has cores, at most four, each of which has
// at least `share` things to do: fewer than twice that are done by the calling thread alone. `work`
// must not throw.
inline void InParallel(size_t count, size_t share, absl::FunctionRef<void(size_t i)> work) {
  constexpr size_t kMostThreads = 4;
  const size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const size_t threads =
      std::clamp<size_t>(count / std::max<size_t>(1, share), 1, std::min(kMostThreads, cores));
  std::atomic<size_t> next = 0;
  // One after another from a common heap: the things may be of very different size.
  const auto run = [&] {
    for (size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> others;
  for (size_t k = 1; k < threads; ++k) others.emplace_back(run);
  run();
}

}  // namespace mamori::worker

#endif  // MAMORI_COMMON_WORKER_IN_PARALLEL_H_
