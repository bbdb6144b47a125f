#include "common/server/stream_watch.h"

#include <utility>

namespace mamori::server {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(1000);

}  // namespace

StreamWatch::StreamWatch(const time::Clock& clock, std::function<absl::Status()> holds,
                         std::function<void()> cancel, absl::Duration max_silence)
    : clock_(clock),
      holds_(std::move(holds)),
      cancel_(std::move(cancel)),
      max_silence_(max_silence),
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

bool StreamWatch::Await(const std::function<bool()>& wait) {
  {
    std::lock_guard lock(mu_);
    if (!lost_.ok()) return false;
    waits_since_ = clock_.Monotonic();
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
      if (held.ok() && waits_since_ && clock_.Monotonic() - *waits_since_ > max_silence_) {
        held = absl::DeadlineExceededError("nothing came for too long");
      }
      if (lost_.ok()) lost_ = std::move(held);
    }
    if (!lost_.ok() && waits_since_) cancel_();
  }
}

}  // namespace mamori::server
