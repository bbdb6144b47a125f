#include "services/notification/sql_escalation_store.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "common/db/batch.h"
#include "common/db/database_time.h"
#include "common/status/macros.h"
#include "services/notification/delivery_rows.h"
#include "services/notification/escalation_timers.h"
#include "services/notification/routing.h"

namespace mamori::notification {
namespace {

constexpr char kLock[] =
    "SELECT company, case_id, event_type, urgency, route, policy_digest, acknowledge_time, "
    "anonymous FROM "
    "notification"
    " WHERE notification_id = ? AND tenant = ? FOR UPDATE";
constexpr char kAdvance[] =
    "UPDATE notification SET escalation_step = ?, recipient_group = ? WHERE notification_id = ?";

constexpr int kBatch = 50;
constexpr absl::Duration kBudget = absl::Seconds(10);
constexpr absl::Duration kCannotFire = absl::Minutes(1);

db::TransactionOptions OptionsAt(absl::Time now) {
  db::TransactionOptions options;
  options.deadline = now + kBudget;
  // Timers that a committed run consumed are not there for the next one.
  options.settles_unknown_commit = true;
  return options;
}

}  // namespace

absl::StatusOr<SqlEscalationStore::Fired> SqlEscalationStore::FireDue() {
  const absl::Time now = clock_.Now();
  absl::StatusOr<Fired> fired = FireFirst(kBatch, now);
  if (fired.ok() || db::FailsWholeBatch(fired.status())) return fired;
  return FireOneByOne(now);
}

absl::StatusOr<SqlEscalationStore::Fired> SqlEscalationStore::FireOneByOne(absl::Time now) {
  Fired all;
  for (int i = 0; i < kBatch; ++i) {
    absl::StatusOr<Fired> fired = FireFirst(1, now);
    if (!fired.ok() && db::FailsWholeBatch(fired.status())) return fired;
    if (!fired.ok()) {
      RETURN_IF_ERROR(transactor_.Run(OptionsAt(now), [&](db::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const absl::Time due, db::DatabaseNow(tx));
        ASSIGN_OR_RETURN(const std::vector<worker::Timer> timers, worker::TakeDue(tx, due, 1));
        return timers.empty() ? absl::OkStatus()
                              : worker::Postpone(tx, timers[0], due + kCannotFire);
      }));
      continue;
    }
    if (fired->timers == 0) break;
    all.timers += fired->timers;
    all.deliveries += fired->deliveries;
  }
  return all;
}

absl::StatusOr<SqlEscalationStore::Fired> SqlEscalationStore::FireFirst(int limit, absl::Time now) {
  return transactor_.Run<Fired>(OptionsAt(now), [&](db::Tx& tx) -> absl::StatusOr<Fired> {
    ASSIGN_OR_RETURN(const absl::Time due, db::DatabaseNow(tx));
    ASSIGN_OR_RETURN(const std::vector<worker::Timer> timers, worker::TakeDue(tx, due, limit));
    Fired fired;
    for (const worker::Timer& timer : timers) {
      ASSIGN_OR_RETURN(const int made, Fire(tx, timer, now, due));
      ++fired.timers;
      fired.deliveries += made;
    }
    return fired;
  });
}

absl::StatusOr<int> SqlEscalationStore::Fire(db::Tx& tx, const worker::Timer& timer, absl::Time now,
                                             absl::Time due) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kLock, db::Params()
                                                            .Add(std::string_view(timer.subject_id))
                                                            .Add(std::string_view(timer.tenant))));
  int step = 0;
  // Acknowledged in the meantime, or nothing that we know: the timer is simply gone.
  if (rows.empty() || !rows[0].IsNull(6) || !absl::SimpleAtoi(timer.payload, &step)) return 0;
  const db::Row& found = rows[0];
  const auto policy = policies_.Get(absl::BytesToHexString(found.GetBytes(5)));
  if (!policy.ok()) {
    RETURN_IF_ERROR(worker::Postpone(tx, timer, due + kCannotFire));
    return 0;
  }
  NotificationRow row;
  row.notification_id = timer.subject_id;
  row.tenant = timer.tenant;
  row.company = found.GetBytes(0);
  row.case_id = found.GetBytes(1);
  row.event_type = found.GetBytes(2);
  row.urgency = static_cast<mamori::v1::Urgency>(found.GetInt64(3));
  row.route = found.GetBytes(4);
  row.policy_digest = found.GetBytes(5);
  row.anonymous = found.GetInt64(7) != 0;
  row.step = step;
  const std::optional<PlannedStep> planned = StepOf((*policy)->policy, row.route, step);
  if (!planned.has_value()) return 0;
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kAdvance,
                                      db::Params()
                                          .Add(step)
                                          .Add(std::string_view(planned->group))
                                          .Add(std::string_view(row.notification_id))));
  std::vector<db::Params> deliveries;
  for (const std::string& address : planned->mail) {
    deliveries.push_back(
        DeliveryValues(row, mamori::v1::DELIVERY_CHANNEL_MAIL, address, now, absl::ZeroDuration()));
  }
  RETURN_IF_ERROR(InsertDeliveries(tx, deliveries));
  if (planned->wait > absl::ZeroDuration()) {
    RETURN_IF_ERROR(ScheduleEscalations(tx,
                                        {EscalationTimer{.tenant = row.tenant,
                                                         .notification_id = row.notification_id,
                                                         .step = step + 1,
                                                         .wait = planned->wait}},
                                        ids_));
  }
  return static_cast<int>(deliveries.size());
}

}  // namespace mamori::notification
