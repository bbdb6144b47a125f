#include "services/notification/delivery_rows.h"

#include <algorithm>

#include "common/db/database_time.h"
#include "common/time/day.h"
#include "services/notification/identity.h"

namespace mamori::notification {
namespace {

constexpr char kInsertDeliveries[] =
    "INSERT INTO delivery (delivery_id, tenant, company, case_id, notification_id, channel, "
    "receiver, urgency,"
    " event_type, escalation_step, policy_digest, state, due_time, create_time, anonymous) VALUES "
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (" MAMORI_DATABASE_NOW " + ?) DIV ? * ?, ?, ?)";
constexpr char kInsertNotifications[] =
    "INSERT INTO notification (notification_id, tenant, company, case_id, event_type, urgency, "
    "route,"
    " recipient_group, escalation_step, policy_digest, create_time, audit_first, anonymous) "
    "VALUES ";

}  // namespace

db::Params DeliveryValues(const NotificationRow& notification, mamori::v1::DeliveryChannel channel,
                          const std::string& receiver, absl::Time now, absl::Duration wait,
                          absl::Duration apart) {
  const int64_t step = std::max<int64_t>(1, absl::ToInt64Microseconds(apart));
  db::Params row;
  row.Add(DeliveryId(notification.notification_id, notification.step, channel, receiver))
      .Add(std::string_view(notification.tenant))
      .Add(std::string_view(notification.company))
      .Add(std::string_view(notification.case_id))
      .Add(std::string_view(notification.notification_id))
      .Add(static_cast<int>(channel))
      .Add(std::string_view(receiver))
      .Add(static_cast<int>(notification.urgency))
      .Add(std::string_view(notification.event_type))
      .Add(notification.step)
      .Add(std::string_view(notification.policy_digest))
      .Add(static_cast<int>(mamori::v1::DELIVERY_STATE_PENDING))
      .Add(absl::ToInt64Microseconds(wait) + step - 1)
      .Add(step)
      .Add(step)
      .Add(time::Told(now, notification.anonymous))
      .Add(notification.anonymous);
  return row;
}

absl::Status InsertDeliveries(db::Tx& tx, const std::vector<db::Params>& rows) {
  return rows.empty() ? absl::OkStatus() : tx.InsertRows(kInsertDeliveries, rows);
}

absl::Status InsertNotifications(db::Tx& tx, const std::vector<NotificationRow>& rows,
                                 const std::vector<std::string>& firsts, absl::Time now) {
  std::vector<db::Params> values;
  values.reserve(rows.size());
  for (const NotificationRow& row : rows) {
    db::Params params;
    params.Add(std::string_view(row.notification_id))
        .Add(std::string_view(row.tenant))
        .Add(std::string_view(row.company))
        .Add(std::string_view(row.case_id))
        .Add(std::string_view(row.event_type))
        .Add(static_cast<int>(row.urgency))
        .Add(std::string_view(row.route))
        .Add(std::string_view(row.group))
        .Add(row.step)
        .Add(std::string_view(row.policy_digest))
        .Add(time::Told(now, row.anonymous))
        .Add(std::string_view(firsts[values.size()]))
        .Add(row.anonymous);
    values.push_back(std::move(params));
  }
  return values.empty() ? absl::OkStatus() : tx.InsertRows(kInsertNotifications, values);
}

}  // namespace mamori::notification
