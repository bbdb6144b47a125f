#include "services/triage/watch_hub.h"

#include <chrono>

#include "common/status/macros.h"

namespace mamori::triage {
namespace {

constexpr int kBatch = 500;
constexpr absl::Duration kBudget = absl::Seconds(5);

}  // namespace

absl::StatusOr<bool> WatchHub::RunOnce() {
  ASSIGN_OR_RETURN(WatchHead head, store_.Head(clock_.Now() + kBudget));
  bool more = false;
  if (head.waiting) {
    ASSIGN_OR_RETURN(const int64_t moved, store_.Sequence(kBatch, clock_.Now() + kBudget));
    more = moved > 0;
    ASSIGN_OR_RETURN(head, store_.Head(clock_.Now() + kBudget));
  }
  std::lock_guard lock(mu_);
  if (head.position > head_.position || head.floor > head_.floor) {
    head_ = head;
    changed_.notify_all();
  }
  return more;
}

WatchHead WatchHub::WaitAbove(int64_t after, absl::Duration timeout) {
  std::unique_lock lock(mu_);
  changed_.wait_for(lock, absl::ToChronoNanoseconds(timeout),
                    [&] { return stopped_ || head_.position > after; });
  return head_;
}

void WatchHub::Stop() {
  std::lock_guard lock(mu_);
  stopped_ = true;
  changed_.notify_all();
}

bool WatchHub::stopped() const {
  std::lock_guard lock(mu_);
  return stopped_;
}

}  // namespace mamori::triage
