// The newest time that any replica has recorded: what shows that a clock was set back.
#ifndef MAMORI_SERVICES_TRIAGE_TIME_MARKS_H_
#define MAMORI_SERVICES_TRIAGE_TIME_MARKS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"
#include "services/triage/act_time.h"

namespace mamori::triage {

// Thread safe.
class TimeMarks {
 public:
  TimeMarks(const time::Clock& clock, id::IdSource& ids, telemetry::Telemetry& telemetry);

  // Says so in the gauge mamori_clock_behind_seconds when the clock is behind.
  absl::StatusOr<ActTime> Read(db::Tx& tx) const;
  // Records the clock's time unless one as new is there: within `spacing`.
  absl::Status Leave(db::Tx& tx, const ActTime& time,
                     absl::Duration spacing = absl::Seconds(1)) const;

  // Looks, and records the time when nobody has for five minutes. For a Periodic; never does more.
  absl::StatusOr<bool> RunOnce(db::Transactor& transactor) const;

 private:
  const time::Clock& clock_;
  id::IdSource& ids_;
  telemetry::Telemetry& telemetry_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TIME_MARKS_H_
