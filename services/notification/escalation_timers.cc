#include "services/notification/escalation_timers.h"

#include "absl/strings/str_cat.h"
#include "common/db/database_time.h"
#include "common/policy/notice_wait.h"
#include "common/status/macros.h"
#include "common/worker/timer.h"

namespace mamori::notification {

absl::Status ScheduleEscalations(db::Tx& tx, const std::vector<EscalationTimer>& timers,
                                 id::IdSource& ids) {
  if (timers.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const absl::Time now, db::DatabaseNow(tx));
  std::vector<worker::Timer> rows;
  rows.reserve(timers.size());
  for (const EscalationTimer& timer : timers) {
    worker::Timer row;
    row.timer_id = ids.NewId();
    row.tenant = timer.tenant;
    row.kind = kEscalate;
    row.subject_id = timer.notification_id;
    row.due_time = policy::NextMoment(now + timer.told_after, timer.apart) + timer.wait;
    row.payload = absl::StrCat(timer.step);
    rows.push_back(std::move(row));
  }
  return worker::Schedule(tx, rows);
}

}  // namespace mamori::notification
