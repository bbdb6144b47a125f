// What people see and do: lists, acknowledgement, another try. On the tables notification, delivery
// and request_id.
#ifndef MAMORI_SERVICES_NOTIFICATION_SQL_NOTIFICATION_STORE_H_
#define MAMORI_SERVICES_NOTIFICATION_SQL_NOTIFICATION_STORE_H_

#include <optional>
#include <string>
#include <string_view>
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
#include "services/notification/case_access.h"
#include "services/notification/pages.h"

namespace mamori::notification {

class SqlNotificationStore {
 public:
  // A statement that lists rows, up to the position.
  struct PageQuery {
    std::string sql;
    db::Params params;
  };

  SqlNotificationStore(db::Transactor& transactor, const time::Clock& clock, id::IdSource& ids,
                       const audit::Journal& journal, const CaseAccess& access,
                       const idempotency::PageTokens& tokens)
      : transactor_(transactor),
        clock_(clock),
        ids_(ids),
        journal_(journal),
        access_(access),
        tokens_(tokens) {}

  absl::StatusOr<v1::ListNotificationsResponse> ListNotifications(
      const server::CallContext& call, const v1::ListNotificationsRequest& request);
  absl::StatusOr<v1::ListDeliveriesResponse> ListDeliveries(
      const server::CallContext& call, const v1::ListDeliveriesRequest& request);
  absl::StatusOr<v1::ListDeadLettersResponse> ListDeadLetters(
      const server::CallContext& call, const v1::ListDeadLettersRequest& request);

  // Both once per request id. NOT_FOUND also for what belongs to a case that the person may not
  // see, before anything else is looked at.
  absl::StatusOr<mamori::v1::Delivery> RetryDelivery(const server::CallContext& call,
                                                     const v1::RetryDeliveryRequest& request);
  absl::StatusOr<mamori::v1::Notification> Acknowledge(
      const server::CallContext& call, const v1::AcknowledgeNotificationRequest& request);

 private:
  // A page of the rows that the person may see of those that `sql` has after a position; `Kind`
  // says where in a row the case stands.
  template <typename Kind>
  absl::StatusOr<std::string> ReadPage(const server::CallContext& call,
                                       const std::vector<PageQuery>& queries,
                                       std::string_view page_token, int page_size,
                                       const std::string& filter, db::Rows& page);
  // At most `limit` rows after the position, newest first.
  absl::StatusOr<db::Rows> ReadAfter(const std::vector<PageQuery>& queries,
                                     const PagePosition& position, int limit, absl::Time deadline);
  absl::StatusOr<db::Rows> Read(absl::Time deadline, const std::string& sql,
                                const db::Params& params);
  // Leaves out what the person may not see.
  template <typename Kind>
  absl::Status KeepReadable(const server::CallContext& call, db::Rows& rows) const;
  // NOT_FOUND for a case that the person may not see, or that is not there.
  absl::Status AdmitCase(const server::CallContext& call, const id::Id& case_id) const;
  // NOT_FOUND for what the person may not see; `sql` finds its row by id and tenant.
  template <typename Kind>
  absl::Status Admit(const server::CallContext& call, const std::string& sql, const id::Id& id,
                     const char* what);
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
  const CaseAccess& access_;
  const idempotency::PageTokens& tokens_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_SQL_NOTIFICATION_STORE_H_
