// Fires what is due in cases, and finds what was not fired.
#ifndef MAMORI_SERVICES_TRIAGE_DEADLINE_TIMERS_H_
#define MAMORI_SERVICES_TRIAGE_DEADLINE_TIMERS_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"
#include "services/triage/access_gate.h"
#include "services/triage/clock_books.h"
#include "services/triage/deadline_store.h"

namespace mamori::triage {

// Takes the steps of deadlines: warnings, misses and escalations become events of their case, an
// entry in its audit and a note, in the transaction that consumes the timer. So each happens once
// however many replicas there are, and after a restart or a jump of the clock what is due happens
// then.
class DeadlineTimers {
 public:
  struct Dependencies {
    DeadlineStore& store;
    const AccessGate& gate;
    ClockBooks& clocks;
    const time::Clock& clock;
    id::IdSource& ids;
    // Called after events may have been appended to the outbox.
    std::function<void()> committed;
    // What is believed to be the time, where a clock that is ahead would tell of misses that are
    // none; null believes the clock.
    std::function<absl::StatusOr<absl::Time>()> believed = nullptr;
  };
  explicit DeadlineTimers(Dependencies dependencies) : d_(std::move(dependencies)) {}

  // A small batch. True when something was due. For a Periodic.
  absl::StatusOr<bool> RunOnce();

 private:
  absl::StatusOr<int> FireOneByOne(absl::Time now);
  absl::StatusOr<std::optional<DeadlineChange>> Fire(const CaseRow& row,
                                                     const std::vector<DeadlineRow>& deadlines,
                                                     absl::Time now);

  const Dependencies d_;
};

// Looks for steps that were planned and not taken, by the deadlines alone: whatever became of their
// timers, and whether anybody takes them at all.
class DeadlineAuditor {
 public:
  DeadlineAuditor(DeadlineStore& store, const time::Clock& clock, telemetry::Telemetry& telemetry)
      : store_(store), clock_(clock), telemetry_(telemetry) {}

  // Sets mamori_deadline_steps_undone to how many are late by more than two minutes, and makes the
  // timers that are missing for them anew, counted in mamori_deadline_timers_lost_total. Always
  // false: there is no more to do at once.
  absl::StatusOr<bool> RunOnce();

 private:
  DeadlineStore& store_;
  const time::Clock& clock_;
  telemetry::Telemetry& telemetry_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DEADLINE_TIMERS_H_
