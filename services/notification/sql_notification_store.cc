#include "services/notification/sql_notification_store.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/db/database_time.h"
#include "common/idempotency/request_id.h"
#include "common/outbox/outbox.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/day.h"
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
    " create_time, acknowledge_time, acknowledger, anonymous FROM notification";
constexpr char kNotificationPage[] =
    " AND create_time <= ? AND (create_time < ? OR notification_id < ?)"
    " ORDER BY create_time DESC, notification_id DESC LIMIT ?";
constexpr char kNotificationById[] = " WHERE notification_id = ? AND tenant = ?";
constexpr char kLockNotification[] = " WHERE notification_id = ? AND tenant = ? FOR UPDATE";
constexpr char kAcknowledge[] =
    "UPDATE notification SET acknowledge_time = ?, acknowledger = ? WHERE notification_id = ? AND "
    "tenant = ?";

constexpr char kLockFirst[] =
    "SELECT audit_first, anonymous FROM notification WHERE notification_id = ? AND tenant = ? FOR "
    "UPDATE";

constexpr char kDeliveryColumns[] =
    "SELECT delivery_id, notification_id, case_id, channel, receiver, state, attempt_count, "
    "due_time,"
    " create_time, sent_time, last_error, anonymous FROM delivery";
constexpr char kDeliveryPage[] =
    " AND create_time <= ? AND (create_time < ? OR delivery_id < ?)"
    " ORDER BY create_time DESC, delivery_id DESC LIMIT ?";
constexpr char kDeliveryById[] = " WHERE delivery_id = ? AND tenant = ?";
constexpr char kLockDelivery[] = " WHERE delivery_id = ? AND tenant = ? FOR UPDATE";
constexpr char kRetry[] =
    "UPDATE delivery SET state = ?, attempt_count = 0, due_time = " MAMORI_DATABASE_NOW
    ", fence = fence + 1, last_error = ''"
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
    *delivery.mutable_due_time() =
        time::ToTimestamp(time::Told(row.GetTime(7), row.GetInt64(11) != 0));
  }
  *delivery.mutable_create_time() = time::ToTimestamp(row.GetTime(8));
  if (!row.IsNull(9)) *delivery.mutable_sent_time() = time::ToTimestamp(row.GetTime(9));
  delivery.set_last_error(row.GetBytes(10));
  return delivery;
}

// Where a row says which case it is of, and whether it tells that somebody may not see it.
struct NotificationKind {
  static id::Id CaseOf(const db::Row& row) { return row.GetBytes(1); }
  static bool TellsOfAccess(const db::Row&) { return false; }
};
struct DeliveryKind {
  static id::Id CaseOf(const db::Row& row) { return row.GetBytes(2); }
  static bool TellsOfAccess(const db::Row& row) {
    return row.GetInt64(5) == static_cast<int>(mamori::v1::DELIVERY_STATE_SUPPRESSED);
  }
};

// Rows read at once after what was read first had to be left out.
constexpr int kRowsPerRead = 200;

PagePosition PositionOf(const db::Row& row) {
  return PagePosition{row.GetTime(8), row.GetBytes(0)};
}

// Newest first, as every page is.
bool Before(const db::Row& a, const db::Row& b) {
  if (a.GetInt64(8) != b.GetInt64(8)) return a.GetInt64(8) > b.GetInt64(8);
  return a.GetBytes(0) > b.GetBytes(0);
}

}  // namespace

template <typename Kind>
absl::Status SqlNotificationStore::KeepReadable(const server::CallContext& call,
                                                db::Rows& rows) const {
  std::set<CaseAccess::Asked> asked;
  for (const db::Row& row : rows) {
    asked.emplace(Kind::CaseOf(row), CaseAccess::Use::kRead);
    if (Kind::TellsOfAccess(row)) asked.emplace(Kind::CaseOf(row), CaseAccess::Use::kReadAccess);
  }
  ASSIGN_OR_RETURN(const std::set<CaseAccess::Asked> admitted, access_.Admitted(call, asked));
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [&](const db::Row& row) {
                              const id::Id case_id = Kind::CaseOf(row);
                              return admitted.count({case_id, CaseAccess::Use::kRead}) == 0 ||
                                     (Kind::TellsOfAccess(row) &&
                                      admitted.count({case_id, CaseAccess::Use::kReadAccess}) == 0);
                            }),
             rows.end());
  return absl::OkStatus();
}

// Pages are full although rows are left out, and the token names the last row that is shown: it
// tells nothing of the others.
template <typename Kind>
absl::StatusOr<std::string> SqlNotificationStore::ReadPage(const server::CallContext& call,
                                                           const std::vector<PageQuery>& queries,
                                                           std::string_view page_token,
                                                           int page_size, const std::string& filter,
                                                           db::Rows& page) {
  const idempotency::TokenBinding binding{call.tenant, call.person, filter};
  ASSIGN_OR_RETURN(PagePosition position, ReadPageToken(tokens_, binding, page_token));
  // One row more than the page: if it is there, a page follows.
  const size_t wanted = PageSize(page_size) + 1;
  int limit = static_cast<int>(wanted);
  bool more = !call.person.empty();
  while (more && page.size() < wanted) {
    ASSIGN_OR_RETURN(db::Rows rows, ReadAfter(queries, position, limit, call.deadline));
    more = static_cast<int>(rows.size()) == limit;
    if (!rows.empty()) position = PositionOf(rows.back());
    RETURN_IF_ERROR(KeepReadable<Kind>(call, rows));
    page.insert(page.end(), std::make_move_iterator(rows.begin()),
                std::make_move_iterator(rows.end()));
    limit = std::max(limit, kRowsPerRead);
  }
  if (page.size() < wanted) return "";
  page.erase(page.begin() + (wanted - 1), page.end());
  return WritePageToken(tokens_, binding, PositionOf(page.back()));
}

absl::StatusOr<db::Rows> SqlNotificationStore::ReadAfter(const std::vector<PageQuery>& queries,
                                                         const PagePosition& position, int limit,
                                                         absl::Time deadline) {
  db::Rows all;
  for (const PageQuery& query : queries) {
    db::Params params = query.params;
    AddPosition(position, params);
    params.Add(limit);
    ASSIGN_OR_RETURN(db::Rows rows, Read(deadline, query.sql, params));
    all.insert(all.end(), std::make_move_iterator(rows.begin()),
               std::make_move_iterator(rows.end()));
  }
  if (queries.size() > 1) std::sort(all.begin(), all.end(), Before);
  if (all.size() > static_cast<size_t>(limit)) all.erase(all.begin() + limit, all.end());
  return all;
}

absl::StatusOr<db::Rows> SqlNotificationStore::Read(absl::Time deadline, const std::string& sql,
                                                    const db::Params& params) {
  return transactor_.Run<db::Rows>({.deadline = deadline, .read_only = true},
                                   [&](db::Tx& tx) { return tx.Query(sql, params); });
}

absl::Status SqlNotificationStore::AdmitCase(const server::CallContext& call,
                                             const id::Id& case_id) const {
  ASSIGN_OR_RETURN(const std::set<CaseAccess::Asked> admitted,
                   access_.Admitted(call, {{case_id, CaseAccess::Use::kRead}}));
  return admitted.empty() ? status::NotFound("case") : absl::OkStatus();
}

template <typename Kind>
absl::Status SqlNotificationStore::Admit(const server::CallContext& call, const std::string& sql,
                                         const id::Id& id, const char* what) {
  ASSIGN_OR_RETURN(db::Rows rows,
                   Read(call.deadline, sql,
                        db::Params().Add(std::string_view(id)).Add(std::string_view(call.tenant))));
  if (rows.empty()) {
    // Triage is asked all the same, about a case that is none: what is hidden takes as long, and
    // fails as this does while triage does not answer.
    const absl::Status asked = AdmitCase(call, id);
    return asked.ok() || absl::IsNotFound(asked) ? status::NotFound(what) : asked;
  }
  RETURN_IF_ERROR(KeepReadable<Kind>(call, rows));
  return rows.empty() ? status::NotFound(what) : absl::OkStatus();
}

absl::StatusOr<v1::ListNotificationsResponse> SqlNotificationStore::ListNotifications(
    const server::CallContext& call, const v1::ListNotificationsRequest& request) {
  const std::string filter = PageFilter({"notifications", request.case_name()});
  PageQuery query{kNotificationColumns, {}};
  if (request.case_name().empty()) {
    query.sql += kByTenant;
  } else {
    ASSIGN_OR_RETURN(std::string case_id, id::FromName("cases", request.case_name()));
    RETURN_IF_ERROR(AdmitCase(call, case_id));
    query.sql += kByCase;
    query.params.Add(std::move(case_id));
  }
  query.sql += kNotificationPage;
  query.params.Add(std::string_view(call.tenant));
  db::Rows page;
  v1::ListNotificationsResponse response;
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(),
                   ReadPage<NotificationKind>(call, {query}, request.page_token(),
                                              request.page_size(), filter, page));
  for (const db::Row& row : page) *response.add_notifications() = ReadNotification(row);
  return response;
}

absl::StatusOr<v1::ListDeliveriesResponse> SqlNotificationStore::ListDeliveries(
    const server::CallContext& call, const v1::ListDeliveriesRequest& request) {
  const std::string filter = PageFilter(
      {"deliveries", request.case_name(), absl::StrCat(static_cast<int>(request.state()))});
  const bool by_state = request.state() != mamori::v1::DELIVERY_STATE_UNSPECIFIED;
  PageQuery query{kDeliveryColumns, {}};
  if (!request.case_name().empty()) {
    ASSIGN_OR_RETURN(std::string case_id, id::FromName("cases", request.case_name()));
    RETURN_IF_ERROR(AdmitCase(call, case_id));
    query.sql += kByCase;
    query.params.Add(std::move(case_id)).Add(std::string_view(call.tenant));
    if (by_state) {
      query.sql += " AND state = ?";
      query.params.Add(static_cast<int>(request.state()));
    }
  } else if (by_state) {
    query.sql += kByState;
    query.params.Add(static_cast<int>(request.state())).Add(std::string_view(call.tenant));
  } else {
    query.sql += kByTenant;
    query.params.Add(std::string_view(call.tenant));
  }
  query.sql += kDeliveryPage;
  db::Rows page;
  v1::ListDeliveriesResponse response;
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(),
                   ReadPage<DeliveryKind>(call, {query}, request.page_token(), request.page_size(),
                                          filter, page));
  for (const db::Row& row : page) *response.add_deliveries() = ReadDelivery(row);
  return response;
}

absl::StatusOr<v1::ListDeadLettersResponse> SqlNotificationStore::ListDeadLetters(
    const server::CallContext& call, const v1::ListDeadLettersRequest& request) {
  const std::string filter = PageFilter({"dead letters"});
  std::vector<PageQuery> queries;
  for (const auto state : {mamori::v1::DELIVERY_STATE_DEAD, mamori::v1::DELIVERY_STATE_UNKNOWN}) {
    PageQuery& query = queries.emplace_back();
    query.sql = absl::StrCat(kDeliveryColumns, kByState, kDeliveryPage);
    query.params.Add(static_cast<int>(state)).Add(std::string_view(call.tenant));
  }
  db::Rows page;
  v1::ListDeadLettersResponse response;
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(),
                   ReadPage<DeliveryKind>(call, queries, request.page_token(), request.page_size(),
                                          filter, page));
  for (const db::Row& row : page) *response.add_deliveries() = ReadDelivery(row);
  return response;
}

absl::StatusOr<mamori::v1::Delivery> SqlNotificationStore::RetryDelivery(
    const server::CallContext& call, const v1::RetryDeliveryRequest& request) {
  ASSIGN_OR_RETURN(const id::Id delivery_id, id::FromName("deliveries", request.name()));
  RETURN_IF_ERROR(Admit<DeliveryKind>(call, absl::StrCat(kDeliveryColumns, kDeliveryById),
                                      delivery_id, "delivery"));
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
      delivery.state() != mamori::v1::DELIVERY_STATE_UNKNOWN &&
      delivery.state() != mamori::v1::DELIVERY_STATE_SUPPRESSED) {
    return status::StateNotAllowed("only a DEAD, UNKNOWN or SUPPRESSED delivery is sent again");
  }
  const absl::Time now = clock_.Now();
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kRetry,
                                      db::Params()
                                          .Add(static_cast<int>(mamori::v1::DELIVERY_STATE_PENDING))
                                          .Add(std::string_view(delivery_id))
                                          .Add(std::string_view(call.tenant))));
  RETURN_IF_ERROR(Record(tx, call, "RetryDelivery", rows[0].GetBytes(1)));
  delivery.set_state(mamori::v1::DELIVERY_STATE_PENDING);
  delivery.set_attempt_count(0);
  delivery.clear_last_error();
  *delivery.mutable_due_time() = time::ToTimestamp(time::Told(now, rows[0].GetInt64(11) != 0));
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
  entry.by_day = rows[0].GetInt64(1) != 0;
  return journal_.Append(tx, std::move(entry), rows[0].IsNull(0) ? "" : rows[0].GetBytes(0));
}

absl::StatusOr<mamori::v1::Notification> SqlNotificationStore::Acknowledge(
    const server::CallContext& call, const v1::AcknowledgeNotificationRequest& request) {
  ASSIGN_OR_RETURN(const id::Id notification_id, id::FromName("notifications", request.name()));
  RETURN_IF_ERROR(Admit<NotificationKind>(call,
                                          absl::StrCat(kNotificationColumns, kNotificationById),
                                          notification_id, "notification"));
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
  const bool anonymous = rows[0].GetInt64(11) != 0;
  const absl::Time now = time::Told(clock_.Now(), anonymous);
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
  event.set_anonymous(anonymous);
  if (!anonymous) event.set_traceparent(call.traceparent);
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
