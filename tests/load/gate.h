// Says when the next call may begin: the driver's closed, open and whole-road modes.
#ifndef MAMORI_TESTS_LOAD_GATE_H_
#define MAMORI_TESTS_LOAD_GATE_H_

#include <cstdint>

#include "tests/load/mail_counters.h"

namespace mamori::load {

class Gate {
 public:
  virtual ~Gate() = default;
  // When the next call is due, monotonic microseconds: now or earlier: begin it; later: wait until
  // then; kNotNow: ask again when a call is done or `kPatience` has passed.
  virtual int64_t NextDue(int64_t now_micros, uint64_t begun, uint64_t in_flight) = 0;

  static constexpr int64_t kNotNow = -1;
  static constexpr int64_t kPatience = 1000;
};

// `limit` calls are always under way.
class ClosedGate final : public Gate {
 public:
  explicit ClosedGate(uint64_t limit) : limit_(limit) {}
  int64_t NextDue(int64_t now_micros, uint64_t begun, uint64_t in_flight) override;

 private:
  const uint64_t limit_;
};

// `rate` calls a second whatever becomes of them, at most `limit` under way.
class OpenGate final : public Gate {
 public:
  OpenGate(double rate, uint64_t limit, int64_t begin_micros)
      : rate_(rate), limit_(limit), begin_micros_(begin_micros) {}
  int64_t NextDue(int64_t now_micros, uint64_t begun, uint64_t in_flight) override;

 private:
  const double rate_;
  const uint64_t limit_;
  const int64_t begin_micros_;
};

// `window` reports are always somewhere on the road: one more begins when the mail of an earlier
// one was accepted. So no backlog can grow, and what comes out is what the road takes.
class RoadGate final : public Gate {
 public:
  RoadGate(uint64_t window, const MailCounters& counters)
      : window_(window), counters_(counters), cases_before_(counters.cases.load()) {}
  int64_t NextDue(int64_t now_micros, uint64_t begun, uint64_t in_flight) override;

 private:
  const uint64_t window_;
  const MailCounters& counters_;
  const uint64_t cases_before_;
};

}  // namespace mamori::load

#endif  // MAMORI_TESTS_LOAD_GATE_H_
