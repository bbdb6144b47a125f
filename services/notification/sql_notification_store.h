// What people see and do: lists, acknowledgement, another try. On the tables notification, delivery
// and request_id.
#ifndef MAMORI_SERVICES_NOTIFICATION_SQL_NOTIFICATION_STORE_H_
#define MAMORI_SERVICES_NOTIFICATION_SQL_NOTIFICATION_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/notification/v1/notification_service.pb.h"
#include "mamori/v1/notification.pb.h"

namespace mamori::notification {

class SqlNotificationStore {
 public:
  SqlNotificationStore(db::Transactor& transactor, const time::Clock& clock, id::IdSource& ids,
                       const audit::Journal& journal)
      : transactor_(transactor), clock_(clock), ids_(ids), journal_(journal) {}

  absl::StatusOr<v1::ListNotificationsResponse> ListNotifications(
      const server::CallContext& call, const v1::ListNotificationsRequest& request);
  absl::StatusOr<v1::ListDeliveriesResponse> ListDeliveries(
      const server::CallContext& call, const v1::ListDeliveriesRequest& request);
  absl::StatusOr<v1::ListDeadLettersResponse> ListDeadLetters(
      const server::CallContext& call, const v1::ListDeadLettersRequest& request);

  // Both once per request id.
  absl::StatusOr<mamori::v1::Delivery> RetryDelivery(const server::CallContext& call,
                                                     const v1::RetryDeliveryRequest& request);
  absl::StatusOr<mamori::v1::Notification> Acknowledge(
      const server::CallContext& call, const v1::AcknowledgeNotificationRequest& request);

 private:
  // Under the lock of the notification's row.
  absl::Status Record(db::Tx& tx, const server::CallContext& call, const char* action,
                      const id::Id& notification_id);
  absl::StatusOr<mamori::v1::Notification> AcknowledgeIn(db::Tx& tx,
                                                         const server::CallContext& call,
                                                         const id::Id& notification_id);
  absl::StatusOr<mamori::v1::Delivery> RetryIn(db::Tx& tx, const server::CallContext& call,
                                               const id::Id& delivery_id);

  db::Transactor& transactor_;
  const time::Clock& clock_;
  id::IdSource& ids_;
  const audit::Journal& journal_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_SQL_NOTIFICATION_STORE_H_
