// The newest time that any replica has recorded, which shows that a clock was set back, and the
// clock of the database, which shows that one was set forward.
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
  // `database` is asked in the place of the database's own clock: for tests that move time.
  TimeMarks(const time::Clock& clock, id::IdSource& ids, telemetry::Telemetry& telemetry,
            const time::Clock* database = nullptr);

  // A clock that is ahead of the database's by more than they may differ is not believed: ActTime's
  // `wall` is the database's then. So it ends no wait, makes nothing look older or last longer, and
  // leaves no mark by which the others would be behind. The gauge mamori_clock_ahead_seconds says
  // so, and mamori_clock_behind_seconds when `wall` is behind what was recorded.
  absl::StatusOr<ActTime> Read(db::Tx& tx) const;
  // Records the time that was read unless one as new is there: within `spacing`.
  absl::Status Leave(db::Tx& tx, const ActTime& time,
                     absl::Duration spacing = absl::Seconds(1)) const;

  // What is believed to be the time.
  absl::StatusOr<absl::Time> Believed(db::Transactor& transactor) const;

  // Looks, and records the time when nobody has for five minutes. For a Periodic; never does more.
  absl::StatusOr<bool> RunOnce(db::Transactor& transactor) const;

 private:
  const time::Clock& clock_;
  id::IdSource& ids_;
  telemetry::Telemetry& telemetry_;
  const time::Clock* const database_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TIME_MARKS_H_
