// The moments at which NOT_FOUND leaves, so that what is hidden is not told from what never was by
// how long it takes.
#ifndef MAMORI_COMMON_SERVER_HIDDEN_MOMENTS_H_
#define MAMORI_COMMON_SERVER_HIDDEN_MOMENTS_H_

#include <atomic>

#include "absl/time/time.h"

namespace mamori::server {

// They are a quantum apart, counted from a call's begin. A moment hides what comes well before it:
// while calls take longer, because the machine is busy, the moments of all calls are further apart,
// up to kMostDoublings times twice as far, and come closer again when it is quiet.
// Thread safe.
class HiddenMoments {
 public:
  static constexpr int kMostDoublings = 3;
  // So many calls in a row that are quick make it quiet.
  static constexpr int kCalm = 200;

  explicit HiddenMoments(absl::Duration quantum) : quantum_(quantum) {}

  // How long a call that has taken so long waits for the next one. Zero where there are none.
  absl::Duration Left(absl::Duration taken);

 private:
  const absl::Duration quantum_;
  std::atomic<int> doublings_{0};
  std::atomic<int> calm_{0};
};

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_HIDDEN_MOMENTS_H_
