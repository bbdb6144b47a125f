#include "services/notification/escalation_timers.h"

#include "absl/strings/str_cat.h"
#include "common/worker/timer.h"

namespace mamori::notification {

absl::Status ScheduleEscalations(db::Tx& tx, const std::vector<EscalationTimer>& timers,
                                 id::IdSource& ids) {
  std::vector<worker::Timer> rows;
  rows.reserve(timers.size());
  for (const EscalationTimer& timer : timers) {
    worker::Timer row;
    row.timer_id = ids.NewId();
    row.tenant = timer.tenant;
    row.kind = kEscalate;
    row.subject_id = timer.notification_id;
    row.due_time = timer.due_time;
    row.payload = absl::StrCat(timer.step);
    rows.push_back(std::move(row));
  }
  return worker::Schedule(tx, rows);
}

}  // namespace mamori::notification
