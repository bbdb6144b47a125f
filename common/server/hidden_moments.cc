#include "common/server/hidden_moments.h"

namespace mamori::server {

absl::Duration HiddenMoments::Left(absl::Duration taken) {
  if (quantum_ <= absl::ZeroDuration()) return absl::ZeroDuration();
  int doublings = doublings_.load(std::memory_order_relaxed);
  absl::Duration apart = quantum_ * (1 << doublings);
  if (taken > apart / 2) {
    calm_.store(0, std::memory_order_relaxed);
    if (doublings < kMostDoublings &&
        doublings_.compare_exchange_strong(doublings, doublings + 1, std::memory_order_relaxed)) {
      apart *= 2;
    }
  } else if (doublings > 0 && taken < apart / 8 &&
             calm_.fetch_add(1, std::memory_order_relaxed) + 1 >= kCalm) {
    calm_.store(0, std::memory_order_relaxed);
    doublings_.compare_exchange_strong(doublings, doublings - 1, std::memory_order_relaxed);
  }
  return apart - taken % apart;
}

}  // namespace mamori::server
