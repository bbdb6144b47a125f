#include "common/time/clock.h"

#include <chrono>
#include <thread>

#include "absl/time/clock.h"

namespace mamori::time {

absl::Time SystemClock::Now() const { return absl::Now(); }

absl::Duration SystemClock::Monotonic() const {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

absl::Time FakeClock::Now() const {
  std::lock_guard lock(mu_);
  return now_;
}

absl::Duration FakeClock::Monotonic() const {
  std::lock_guard lock(mu_);
  return elapsed_;
}

void FakeClock::Advance(absl::Duration by) {
  std::lock_guard lock(mu_);
  now_ += by;
  elapsed_ += by;
}

void FakeClock::Set(absl::Time now) {
  std::lock_guard lock(mu_);
  now_ = now;
}

void SystemSleeper::Sleep(absl::Duration duration) {
  std::this_thread::sleep_for(absl::ToChronoNanoseconds(duration));
}

}  // namespace mamori::time
