// The only place where a clock is read. Everything else gets a Clock through its constructor.
#ifndef MAMORI_COMMON_TIME_CLOCK_H_
#define MAMORI_COMMON_TIME_CLOCK_H_

#include <mutex>

#include "absl/time/time.h"

namespace mamori::time {

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall time; may jump. For deadlines that people see and rows that are stored.
  virtual absl::Time Now() const = 0;
  // Nanoseconds that only grow; for measuring how long something took.
  virtual absl::Duration Monotonic() const = 0;
};

class SystemClock final : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Monotonic() const override;
};

// A clock that tests move by hand. Thread safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time now = absl::FromUnixSeconds(1'800'000'000)) : now_(now) {}
  absl::Time Now() const override;
  absl::Duration Monotonic() const override;
  void Advance(absl::Duration by);
  void Set(absl::Time now);

 private:
  mutable std::mutex mu_;
  absl::Time now_;
  absl::Duration elapsed_;
};

class Sleeper {
 public:
  virtual ~Sleeper() = default;
  virtual void Sleep(absl::Duration duration) = 0;
};

class SystemSleeper final : public Sleeper {
 public:
  void Sleep(absl::Duration duration) override;
};

// Advances its FakeClock instead of waiting.
class FakeSleeper final : public Sleeper {
 public:
  explicit FakeSleeper(FakeClock& clock) : clock_(clock) {}
  void Sleep(absl::Duration duration) override { clock_.Advance(duration); }

 private:
  FakeClock& clock_;
};

}  // namespace mamori::time

#endif  // MAMORI_COMMON_TIME_CLOCK_H_
