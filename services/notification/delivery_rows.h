// The inserts that ingestion and escalation share.
#ifndef MAMORI_SERVICES_NOTIFICATION_DELIVERY_ROWS_H_
#define MAMORI_SERVICES_NOTIFICATION_DELIVERY_ROWS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/db/tx.h"
#include "common/id/id.h"
#include "mamori/v1/notification.pb.h"

namespace mamori::notification {

// What a notification's deliveries have in common.
struct NotificationRow {
  id::Id notification_id;
  std::string tenant;
  std::string company;
  id::Id case_id;
  std::string event_type;
  mamori::v1::Urgency urgency = mamori::v1::URGENCY_NORMAL;
  std::string route;
  std::string group;
  int step = 0;
  std::string policy_digest;  // 32 raw bytes
  bool anonymous = false;     // an anonymous report is concerned: times are told to the day
};

// The values of one row made at `now`, with its delivery id derived, due `wait` after it is
// inserted, at the next of moments that are `apart`.
db::Params DeliveryValues(const NotificationRow& notification, mamori::v1::DeliveryChannel channel,
                          const std::string& receiver, absl::Time now, absl::Duration wait,
                          absl::Duration apart = absl::ZeroDuration());

absl::Status InsertDeliveries(db::Tx& tx, const std::vector<db::Params>& rows);
// `firsts` are the hashes of their first entries in the audit, in the same order.
absl::Status InsertNotifications(db::Tx& tx, const std::vector<NotificationRow>& rows,
                                 const std::vector<std::string>& firsts, absl::Time now);

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_DELIVERY_ROWS_H_
