#include "tests/load/engine.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mamori::load {
namespace {

const char* CodeName(grpc::StatusCode code) {
  static constexpr const char* kNames[] = {"OK",
                                           "CANCELLED",
                                           "UNKNOWN",
                                           "INVALID_ARGUMENT",
                                           "DEADLINE_EXCEEDED",
                                           "NOT_FOUND",
                                           "ALREADY_EXISTS",
                                           "PERMISSION_DENIED",
                                           "RESOURCE_EXHAUSTED",
                                           "FAILED_PRECONDITION",
                                           "ABORTED",
                                           "OUT_OF_RANGE",
                                           "UNIMPLEMENTED",
                                           "INTERNAL",
                                           "UNAVAILABLE",
                                           "DATA_LOSS",
                                           "UNAUTHENTICATED"};
  return static_cast<size_t>(code) < std::size(kNames) ? kNames[code] : "OTHER";
}

class Loop {
 public:
  Loop(const EngineOptions& options, const std::vector<std::shared_ptr<grpc::Channel>>& channels,
       const CallFactory& factory, Gate& gate, const time::Clock& clock, uint64_t first_number,
       uint64_t stride)
      : options_(options),
        channels_(channels),
        factory_(factory),
        gate_(gate),
        clock_(clock),
        number_(first_number),
        stride_(stride) {}

  Tally Run() {
    const int64_t begin = Micros();
    measure_from_ = begin + absl::ToInt64Microseconds(options_.warmup);
    measure_until_ = measure_from_ + absl::ToInt64Microseconds(options_.window);
    while (true) {
      const int64_t now = Micros();
      int64_t wait = Gate::kPatience;
      CountCases(now);
      if (now < measure_until_) {
        wait = BeginDue(now);
      } else if (in_flight_ == 0) {
        break;
      }
      Await(wait);
    }
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
    return std::move(tally_);
  }

 private:
  int64_t Micros() const { return absl::ToInt64Microseconds(clock_.Monotonic()); }
  int64_t WallMicros() const { return absl::ToUnixMicros(clock_.Now()); }

  // The passes nearest to the window's ends decide: they are at most a patience away.
  void CountCases(int64_t now) {
    if (options_.counters == nullptr || now < measure_from_ || counted_) return;
    const uint64_t cases = options_.counters->cases.load(std::memory_order_relaxed);
    if (!counting_) cases_before_ = cases;
    counting_ = true;
    if (now < measure_until_) return;
    tally_.cases = cases - cases_before_;
    counted_ = true;
  }

  // Begins every call that is due; returns for how many microseconds at most to wait for answers.
  int64_t BeginDue(int64_t now) {
    while (true) {
      if (now < hold_until_) return hold_until_ - now;
      const int64_t due = gate_.NextDue(now, tally_.begun, in_flight_);
      if (due == Gate::kNotNow) return Gate::kPatience;
      if (due > now) return std::min(due - now, Gate::kPatience);
      Begin(due);
    }
  }

  void Begin(int64_t due) {
    std::unique_ptr<Call> call = factory_(channels_[tally_.begun % channels_.size()], number_);
    number_ += stride_;
    ++tally_.begun;
    ++in_flight_;
    call->begin_micros = due;
    if (options_.keep_acknowledgements) call->sent_micros = WallMicros();
    call.release()->Start(&queue_);
  }

  // Takes one answer, or none within `wait`; then all others that are there already.
  void Await(int64_t wait) {
    gpr_timespec until =
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                     gpr_time_from_micros(std::max<int64_t>(wait, 0), GPR_TIMESPAN));
    void* tag = nullptr;
    bool ok = false;
    for (int n = 0; n < 64; ++n) {
      if (queue_.AsyncNext(&tag, &ok, until) != grpc::CompletionQueue::GOT_EVENT) return;
      End(std::unique_ptr<Call>(static_cast<Call*>(tag)));
      until = gpr_time_0(GPR_CLOCK_MONOTONIC);
    }
  }

  void End(std::unique_ptr<Call> call) {
    const int64_t now = Micros();
    --in_flight_;
    if (!call->status.ok()) {
      ++tally_.errors[CodeName(call->status.error_code())];
      hold_until_ = now + absl::ToInt64Microseconds(options_.backoff_on_error);
      return;
    }
    std::string result = call->Result();
    if (result.empty()) {
      ++tally_.errors["WRONG_ANSWER"];
      return;
    }
    if (options_.keep_acknowledgements) {
      tally_.acknowledgements.push_back({std::move(result), call->sent_micros, WallMicros()});
    }
    if (now < measure_from_ || now >= measure_until_) return;
    tally_.micros.push_back(static_cast<uint32_t>(now - call->begin_micros));
  }

  const EngineOptions& options_;
  const std::vector<std::shared_ptr<grpc::Channel>>& channels_;
  const CallFactory& factory_;
  Gate& gate_;
  const time::Clock& clock_;
  uint64_t number_;
  const uint64_t stride_;
  grpc::CompletionQueue queue_;
  uint64_t in_flight_ = 0;
  int64_t measure_from_ = 0;
  int64_t measure_until_ = 0;
  int64_t hold_until_ = 0;
  bool counting_ = false;
  bool counted_ = false;
  uint64_t cases_before_ = 0;
  Tally tally_;
};

}  // namespace

void Tally::Merge(Tally&& other) {
  micros.insert(micros.end(), other.micros.begin(), other.micros.end());
  begun += other.begun;
  cases += other.cases;
  for (const auto& [code, count] : other.errors) errors[code] += count;
  std::move(other.acknowledgements.begin(), other.acknowledgements.end(),
            std::back_inserter(acknowledgements));
}

Tally Run(const EngineOptions& options, const std::vector<std::shared_ptr<grpc::Channel>>& channels,
          const CallFactory& factory, Gate& gate, const time::Clock& clock, uint64_t first_number,
          uint64_t stride) {
  return Loop(options, channels, factory, gate, clock, first_number, stride).Run();
}

}  // namespace mamori::load
