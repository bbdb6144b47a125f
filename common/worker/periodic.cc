#include "common/worker/periodic.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "absl/status/status.h"

namespace mamori::worker {
namespace {

constexpr absl::Duration kFirstBackoff = absl::Milliseconds(50);

// A thread must outlive whatever its work throws.
absl::StatusOr<bool> Guarded(const std::function<absl::StatusOr<bool>()>& run_once) {
  try {
    return run_once();
  } catch (const std::exception&) {
    return absl::InternalError("exception in a worker");
  }
}

}  // namespace

Periodic::Periodic(PeriodicOptions options, id::IdSource& ids, telemetry::Telemetry& telemetry,
                   std::function<absl::StatusOr<bool>()> run_once)
    : options_(std::move(options)),
      ids_(ids),
      telemetry_(telemetry),
      run_once_(std::move(run_once)) {
  // From the start, so that its first step is one that monitoring sees.
  telemetry_.Count("mamori_worker_failures_total", {{"worker", options_.name}}, 0);
}

Periodic::~Periodic() { Stop(); }

void Periodic::Start() {
  if (!thread_.joinable()) thread_ = std::thread([this] { Loop(); });
}

void Periodic::Stop() {
  {
    std::lock_guard lock(mu_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Periodic::Wake() {
  {
    std::lock_guard lock(mu_);
    if (woken_) return;
    woken_ = true;
  }
  changed_.notify_one();
}

Periodic::Waited Periodic::Wait(absl::Duration duration, bool wakeable) {
  std::unique_lock lock(mu_);
  changed_.wait_for(lock, absl::ToChronoNanoseconds(duration),
                    [&] { return stop_ || (wakeable && woken_); });
  // Cleared before the run, so that a wake-up during the run leads to another.
  const bool woken = std::exchange(woken_, false);
  if (stop_) return Waited::kStopped;
  return woken ? Waited::kWoken : Waited::kLong;
}

void Periodic::Loop() {
  Waited waited = Wait(options_.interval * ids_.NewFraction(), true);
  absl::StatusCode last = absl::StatusCode::kOk;
  absl::Duration backoff = kFirstBackoff;
  absl::Duration interval = options_.interval;
  const absl::Duration shortest = options_.shortest_interval == absl::ZeroDuration()
                                      ? options_.interval
                                      : options_.shortest_interval;
  while (waited != Waited::kStopped) {
    const absl::StatusOr<bool> did_work = Guarded(run_once_);
    if (did_work.status().code() != last) {
      last = did_work.status().code();
      telemetry_.Log(
          last == absl::StatusCode::kOk ? telemetry::Level::kInfo : telemetry::Level::kWarn,
          "worker_status", {{"worker", options_.name}, {"code", absl::StatusCodeToString(last)}});
    }
    if (!did_work.ok()) {
      telemetry_.Count("mamori_worker_failures_total", {{"worker", options_.name}});
      // Wake-ups do not cut it short: whoever is down is not asked faster because there is more
      // work.
      waited = Wait(backoff * (0.5 + ids_.NewFraction() / 2), false);
      backoff = std::min(backoff * 2, options_.max_backoff);
      continue;
    }
    backoff = kFirstBackoff;
    if (waited == Waited::kLong) {
      interval =
          *did_work ? std::max(shortest, interval / 4) : std::min(options_.interval, interval * 2);
    }
    waited = *did_work ? Wait(options_.linger, false)
                       : Wait(interval * (0.9 + 0.2 * ids_.NewFraction()), true);
  }
}

}  // namespace mamori::worker
