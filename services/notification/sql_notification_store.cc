#include "services/notification/sql_notification_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/idempotency/request_id.h"
#include "common/outbox/outbox.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "common/worker/timer.h"
#include "services/notification/escalation_timers.h"
#include "services/notification/event_sequences.h"
#include "services/notification/pages.h"
#include "services/notification/validate.h"

namespace mamori::notification {
namespace {

constexpr char kNotificationColumns[] =
    "SELECT notification_id, case_id, company, event_type, urgency, route, recipient_group, "
    "escalation_step,"
    " create_time, acknowledge_time, acknowledger FROM notification";
constexpr char kNotificationPage[] =
    " AND create_time <= ? AND (create_time < ? OR notification_id < ?)"
    " ORDER BY create_time DESC, notification_id DESC LIMIT ?";
constexpr char kLockNotification[] = " WHERE notification_id = ? AND tenant = ? FOR UPDATE";
constexpr char kAcknowledge[] =
    "UPDATE notification SET acknowledge_time = ?, acknowledger = ? WHERE notification_id = ? AND "
    "tenant = ?";

constexpr char kLockFirst[] =
    "SELECT audit_first FROM notification WHERE notification_id = ? AND tenant = ? FOR UPDATE";

constexpr char kDeliveryColumns[] =
    "SELECT delivery_id, notification_id, case_id, channel, receiver, state, attempt_count, "
    "due_time,"
    " create_time, sent_time, last_error FROM delivery";
constexpr char kDeliveryPage[] =
    " AND create_time <= ? AND (create_time < ? OR delivery_id < ?)"
    " ORDER BY create_time DESC, delivery_id DESC LIMIT ?";
constexpr char kLockDelivery[] = " WHERE delivery_id = ? AND tenant = ? FOR UPDATE";
constexpr char kRetry[] =
    "UPDATE delivery SET state = ?, attempt_count = 0, due_time = ?, fence = fence + 1, last_error "
    "= ''"
    " WHERE delivery_id = ? AND tenant = ?";
// The optimizer sometimes prefers to walk a whole tenant in order of time; these indexes never do.
constexpr char kByCase[] = " FORCE INDEX (by_case) WHERE case_id = ? AND tenant = ?";
constexpr char kByState[] = " FORCE INDEX (by_state) WHERE state = ? AND tenant = ?";
constexpr char kByTenant[] = " FORCE INDEX (by_tenant) WHERE tenant = ?";

mamori::v1::Notification ReadNotification(const db::Row& row) {
  mamori::v1::Notification notification;
  notification.set_name(id::Name("notifications", row.GetBytes(0)));
  notification.set_case_name(id::Name("cases", row.GetBytes(1)));
  notification.set_company(row.GetBytes(2));
  notification.set_event_type(row.GetBytes(3));
  notification.set_urgency(static_cast<mamori::v1::Urgency>(row.GetInt64(4)));
  notification.set_route(row.GetBytes(5));
  notification.set_recipient_group(row.GetBytes(6));
  notification.set_escalation_step(static_cast<int>(row.GetInt64(7)));
  *notification.mutable_create_time() = time::ToTimestamp(row.GetTime(8));
  if (!row.IsNull(9)) *notification.mutable_acknowledge_time() = time::ToTimestamp(row.GetTime(9));
  notification.set_acknowledger(row.GetBytes(10));
  return notification;
}

mamori::v1::Delivery ReadDelivery(const db::Row& row) {
  mamori::v1::Delivery delivery;
  delivery.set_name(id::Name("deliveries", row.GetBytes(0)));
  delivery.set_notification(id::Name("notifications", row.GetBytes(1)));
  delivery.set_case_name(id::Name("cases", row.GetBytes(2)));
  delivery.set_channel(static_cast<mamori::v1::DeliveryChannel>(row.GetInt64(3)));
  delivery.set_receiver(row.GetBytes(4));
  delivery.set_state(static_cast<mamori::v1::DeliveryState>(row.GetInt64(5)));
  delivery.set_attempt_count(static_cast<int>(row.GetInt64(6)));
  if (delivery.state() == mamori::v1::DELIVERY_STATE_PENDING) {
    *delivery.mutable_due_time() = time::ToTimestamp(row.GetTime(7));
  }
  *delivery.mutable_create_time() = time::ToTimestamp(row.GetTime(8));
  if (!row.IsNull(9)) *delivery.mutable_sent_time() = time::ToTimestamp(row.GetTime(9));
  delivery.set_last_error(row.GetBytes(10));
  return delivery;
}

absl::StatusOr<db::Rows> ReadPage(db::Transactor& transactor, absl::Time deadline,
                                  const std::string& sql, const db::Params& params) {
  db::TransactionOptions options;
  options.deadline = deadline;
  options.read_only = true;
  return transactor.Run<db::Rows>(options, [&](db::Tx& tx) { return tx.Query(sql, params); });
}

PagePosition PositionOf(const db::Row& row) {
  return PagePosition{row.GetTime(8), row.GetBytes(0)};
}

// Newest first, as every page is.
bool Before(const db::Row& a, const db::Row& b) {
  if (a.GetInt64(8) != b.GetInt64(8)) return a.GetInt64(8) > b.GetInt64(8);
  return a.GetBytes(0) > b.GetBytes(0);
}

// One row more than the page was read: if it is there, a page follows.
template <typename Add>
std::string FillPage(const db::Rows& rows, int size, const std::string& filter, Add add) {
  const int count = std::min(size, static_cast<int>(rows.size()));
  for (int i = 0; i < count; ++i) add(rows[i]);
  return static_cast<int>(rows.size()) > size ? WritePageToken(PositionOf(rows[size - 1]), filter)
                                              : "";
}

}  // namespace

absl::StatusOr<v1::ListNotificationsResponse> SqlNotificationStore::ListNotifications(
    const server::CallContext& call, const v1::ListNotificationsRequest& request) {
  const std::string filter = PageFilter({"notifications", call.tenant, request.case_name()});
  ASSIGN_OR_RETURN(const PagePosition position, ReadPageToken(request.page_token(), filter));
  const int size = PageSize(request.page_size());
  std::string sql = kNotificationColumns;
  db::Params params;
  if (request.case_name().empty()) {
    sql += kByTenant;
  } else {
    ASSIGN_OR_RETURN(std::string case_id, id::FromName("cases", request.case_name()));
    sql += kByCase;
    params.Add(std::move(case_id));
  }
  sql += kNotificationPage;
  params.Add(std::string_view(call.tenant));
  AddPosition(position, params);
  params.Add(size + 1);
  ASSIGN_OR_RETURN(const db::Rows rows, ReadPage(transactor_, call.deadline, sql, params));
  v1::ListNotificationsResponse response;
  response.set_next_page_token(FillPage(rows, size, filter, [&](const db::Row& row) {
    *response.add_notifications() = ReadNotification(row);
  }));
  return response;
}

absl::StatusOr<v1::ListDeliveriesResponse> SqlNotificationStore::ListDeliveries(
    const server::CallContext& call, const v1::ListDeliveriesRequest& request) {
  const std::string filter = PageFilter({"deliveries", call.tenant, request.case_name(),
                                         absl::StrCat(static_cast<int>(request.state()))});
  ASSIGN_OR_RETURN(const PagePosition position, ReadPageToken(request.page_token(), filter));
  const int size = PageSize(request.page_size());
  const bool by_state = request.state() != mamori::v1::DELIVERY_STATE_UNSPECIFIED;
  std::string sql = kDeliveryColumns;
  db::Params params;
  if (!request.case_name().empty()) {
    ASSIGN_OR_RETURN(std::string case_id, id::FromName("cases", request.case_name()));
    sql += kByCase;
    params.Add(std::move(case_id)).Add(std::string_view(call.tenant));
    if (by_state) {
      sql += " AND state = ?";
      params.Add(static_cast<int>(request.state()));
    }
  } else if (by_state) {
    sql += kByState;
    params.Add(static_cast<int>(request.state())).Add(std::string_view(call.tenant));
  } else {
    sql += kByTenant;
    params.Add(std::string_view(call.tenant));
  }
  sql += kDeliveryPage;
  AddPosition(position, params);
  params.Add(size + 1);
  ASSIGN_OR_RETURN(const db::Rows rows, ReadPage(transactor_, call.deadline, sql, params));
  v1::ListDeliveriesResponse response;
  response.set_next_page_token(FillPage(rows, size, filter, [&](const db::Row& row) {
    *response.add_deliveries() = ReadDelivery(row);
  }));
  return response;
}

absl::StatusOr<v1::ListDeadLettersResponse> SqlNotificationStore::ListDeadLetters(
    const server::CallContext& call, const v1::ListDeadLettersRequest& request) {
  const std::string filter = PageFilter({"dead letters", call.tenant});
  ASSIGN_OR_RETURN(const PagePosition position, ReadPageToken(request.page_token(), filter));
  const int size = PageSize(request.page_size());
  db::Rows rows;
  for (const auto state : {mamori::v1::DELIVERY_STATE_DEAD, mamori::v1::DELIVERY_STATE_UNKNOWN}) {
    db::Params params;
    params.Add(static_cast<int>(state)).Add(std::string_view(call.tenant));
    AddPosition(position, params);
    params.Add(size + 1);
    ASSIGN_OR_RETURN(db::Rows some,
                     ReadPage(transactor_, call.deadline,
                              absl::StrCat(kDeliveryColumns, kByState, kDeliveryPage), params));
    rows.insert(rows.end(), std::make_move_iterator(some.begin()),
                std::make_move_iterator(some.end()));
  }
  std::sort(rows.begin(), rows.end(), Before);
  v1::ListDeadLettersResponse response;
  response.set_next_page_token(FillPage(rows, size, filter, [&](const db::Row& row) {
    *response.add_deliveries() = ReadDelivery(row);
  }));
  return response;
}

absl::StatusOr<mamori::v1::Delivery> SqlNotificationStore::RetryDelivery(
    const server::CallContext& call, const v1::RetryDeliveryRequest& request) {
  ASSIGN_OR_RETURN(const id::Id delivery_id, id::FromName("deliveries", request.name()));
  return idempotency::RespondOnce<mamori::v1::Delivery>(
      transactor_, clock_, call.deadline,
      idempotency::RequestKey(call.tenant, call.caller, call.method, request.request_id()),
      idempotency::BodyDigest(request), [&](db::Tx& tx) { return RetryIn(tx, call, delivery_id); });
}

absl::StatusOr<mamori::v1::Delivery> SqlNotificationStore::RetryIn(db::Tx& tx,
                                                                   const server::CallContext& call,
                                                                   const id::Id& delivery_id) {
  db::Params key;
  key.Add(std::string_view(delivery_id)).Add(std::string_view(call.tenant));
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kDeliveryColumns, kLockDelivery), key));
  if (rows.empty()) return status::NotFound("delivery");
  mamori::v1::Delivery delivery = ReadDelivery(rows[0]);
  if (delivery.state() != mamori::v1::DELIVERY_STATE_DEAD &&
      delivery.state() != mamori::v1::DELIVERY_STATE_UNKNOWN) {
    return status::StateNotAllowed("only a DEAD or UNKNOWN delivery is sent again");
  }
  const absl::Time now = clock_.Now();
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kRetry,
                                      db::Params()
                                          .Add(static_cast<int>(mamori::v1::DELIVERY_STATE_PENDING))
                                          .Add(now)
                                          .Add(std::string_view(delivery_id))
                                          .Add(std::string_view(call.tenant))));
  RETURN_IF_ERROR(Record(tx, call, "RetryDelivery", rows[0].GetBytes(1)));
  delivery.set_state(mamori::v1::DELIVERY_STATE_PENDING);
  delivery.set_attempt_count(0);
  delivery.clear_last_error();
  *delivery.mutable_due_time() = time::ToTimestamp(now);
  return delivery;
}

absl::Status SqlNotificationStore::Record(db::Tx& tx, const server::CallContext& call,
                                          const char* action, const id::Id& notification_id) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kLockFirst, db::Params().Add(notification_id).Add(call.tenant)));
  if (rows.empty()) return absl::InternalError("a delivery without its notification");
  audit::Entry entry;
  entry.kind = audit::Kind::kNotification;
  entry.resource_id = notification_id;
  entry.tenant = call.tenant;
  entry.action = action;
  entry.who = {call.caller, call.person};
  return journal_.Append(tx, std::move(entry), rows[0].IsNull(0) ? "" : rows[0].GetBytes(0));
}

absl::StatusOr<mamori::v1::Notification> SqlNotificationStore::Acknowledge(
    const server::CallContext& call, const v1::AcknowledgeNotificationRequest& request) {
  ASSIGN_OR_RETURN(const id::Id notification_id, id::FromName("notifications", request.name()));
  return idempotency::RespondOnce<mamori::v1::Notification>(
      transactor_, clock_, call.deadline,
      idempotency::RequestKey(call.tenant, call.caller, call.method, request.request_id()),
      idempotency::BodyDigest(request),
      [&](db::Tx& tx) { return AcknowledgeIn(tx, call, notification_id); });
}

absl::StatusOr<mamori::v1::Notification> SqlNotificationStore::AcknowledgeIn(
    db::Tx& tx, const server::CallContext& call, const id::Id& notification_id) {
  db::Params key;
  key.Add(std::string_view(notification_id)).Add(std::string_view(call.tenant));
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kNotificationColumns, kLockNotification), key));
  if (rows.empty()) return status::NotFound("notification");
  mamori::v1::Notification notification = ReadNotification(rows[0]);
  if (notification.has_acknowledge_time()) return notification;
  const absl::Time now = clock_.Now();
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kAcknowledge,
                                      db::Params()
                                          .Add(now)
                                          .Add(std::string_view(call.person))
                                          .Add(std::string_view(notification_id))
                                          .Add(std::string_view(call.tenant))));
  // A step that is being taken right now holds its timer: one of the two transactions is run again.
  RETURN_IF_ERROR(worker::Cancel(tx, kEscalate, notification_id).status());
  ASSIGN_OR_RETURN(const std::vector<int64_t> sequences, NextSequences(tx, {notification_id}));
  mamori::v1::Event event;
  event.set_event_id(ids_.NewId());
  event.set_tenant(call.tenant);
  event.set_source("notification");
  event.set_subject_id(notification_id);
  event.set_subject_sequence(sequences[0]);
  event.set_traceparent(call.traceparent);
  *event.mutable_event_time() = time::ToTimestamp(now);
  event.mutable_notification_acknowledged()->set_case_id(rows[0].GetBytes(1));
  event.mutable_notification_acknowledged()->set_acknowledger(call.person);
  RETURN_IF_ERROR(outbox::Append(tx, {event}));
  RETURN_IF_ERROR(Record(tx, call, "AcknowledgeNotification", notification_id));
  *notification.mutable_acknowledge_time() = time::ToTimestamp(now);
  notification.set_acknowledger(call.person);
  return notification;
}

}  // namespace mamori::notification
