// The timers of escalation chains, as ingestion and the escalator write them.
#ifndef MAMORI_SERVICES_NOTIFICATION_ESCALATION_TIMERS_H_
#define MAMORI_SERVICES_NOTIFICATION_ESCALATION_TIMERS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/db/tx.h"
#include "common/id/id.h"

namespace mamori::notification {

inline constexpr char kEscalate[] = "escalate";

// Unless somebody acknowledges the notification within `wait` of its being told, `step` of its
// chain begins then, by the database's clock.
struct EscalationTimer {
  std::string tenant;
  id::Id notification_id;
  int step = 1;
  absl::Duration wait;
  // When it is told: at the next of moments that are `apart` from each other.
  absl::Duration told_after = absl::ZeroDuration();
  absl::Duration apart = absl::ZeroDuration();
};

// From now on, in the causing transaction.
absl::Status ScheduleEscalations(db::Tx& tx, const std::vector<EscalationTimer>& timers,
                                 id::IdSource& ids);

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_ESCALATION_TIMERS_H_
