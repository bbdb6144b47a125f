#include "common/server/stream_watch.h"

#include <utility>

namespace mamori::server {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(1000);
// A wait that is younger is looked at again before it is ended.
constexpr absl::Duration kJustBegun = absl::Milliseconds(100);

}  // namespace

StreamWatch::StreamWatch(const time::Clock& clock, std::function<absl::Status()> holds,
                         std::function<void()> cancel)
    : clock_(clock),
      holds_(std::move(holds)),
      cancel_(std::move(cancel)),
      thread_([this] { Watch(); }) {}

StreamWatch::~StreamWatch() { Stop(); }

void StreamWatch::Stop() {
  {
    std::lock_guard lock(mu_);
    stop_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

absl::Status StreamWatch::lost() const {
  std::lock_guard lock(mu_);
  return lost_;
}

bool StreamWatch::Await(absl::Duration longest, const std::function<bool()>& wait) {
  {
    std::lock_guard lock(mu_);
    if (!lost_.ok()) return false;
    waits_since_ = clock_.Monotonic();
    longest_ = longest;
  }
  const bool came = wait();
  std::lock_guard lock(mu_);
  waits_since_.reset();
  return came && lost_.ok();
}

void StreamWatch::Watch() {
  std::unique_lock lock(mu_);
  while (!stopped_.wait_for(lock, kInterval, [this] { return stop_; })) {
    if (lost_.ok()) {
      lock.unlock();
      absl::Status held = holds_();
      lock.lock();
      if (held.ok() && waits_since_ && clock_.Monotonic() - *waits_since_ > longest_) {
        held = absl::DeadlineExceededError("the other side was waited for too long");
      }
      if (lost_.ok()) lost_ = std::move(held);
    }
    if (!lost_.ok() && waits_since_ && clock_.Monotonic() - *waits_since_ >= kJustBegun) cancel_();
  }
}

}  // namespace mamori::server
