#include "services/intake/sql_message_store.h"

#include <utility>

#include "common/outbox/outbox.h"
#include "common/sealing/envelope.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/intake/report_chain.h"
#include "services/intake/request_forgetting.h"
#include "services/intake/sql_request_forgetting.h"

namespace mamori::intake {
namespace {

// 251 is audit::Kind::kWithdrawal: a withdrawal holds whose row is gone.
constexpr char kSelectFacts[] =
    "SELECT r.create_time, LEFT(r.summary, ?), EXISTS (SELECT 1 FROM receipt c WHERE c.report_id = "
    "r.report_id),"
    " EXISTS (SELECT 1 FROM withdrawal w WHERE w.report_id = r.report_id)"
    " OR EXISTS (SELECT 1 FROM audit_entry e WHERE e.resource_id = r.report_id AND e.kind = 251)"
    " FROM report r FORCE INDEX (by_id) WHERE r.report_id = ? AND r.tenant = ?";
// Holds the report's row until the commit: the messages of a report go one after the other. Only
// the reporter's move the counter, since only they are told of.
constexpr char kLockReport[] =
    "UPDATE report FORCE INDEX (by_id) SET event_sequence = event_sequence + ?"
    " WHERE report_id = ? AND tenant = ?";
constexpr char kSelectReport[] =
    "SELECT event_sequence, audit_first FROM report WHERE report_id = ? AND tenant = ?";
constexpr char kSelectSame[] =
    "SELECT report_id, number, tenant, message_id, side, author, create_time, due_time, body"
    " FROM message WHERE request_key = ?";
constexpr char kSelectLast[] =
    "SELECT COALESCE(MAX(number), 0) FROM message WHERE report_id = ? AND tenant = ?";
constexpr char kInsertMessage[] =
    "INSERT INTO message (report_id, number, tenant, message_id, side, author, create_time,"
    " due_time, request_key, forget_time, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kForgetRequests[] =
    "UPDATE message FORCE INDEX (by_forget) SET request_key = NULL, forget_time = 0"
    " WHERE forget_time > 0 AND forget_time <= ? ORDER BY forget_time LIMIT ?";
constexpr char kSelectMessages[] =
    "SELECT report_id, number, tenant, message_id, side, author, create_time, due_time, body"
    " FROM message WHERE report_id = ? AND tenant = ? AND number > ? ORDER BY number LIMIT ?";
constexpr char kSelectRead[] =
    "SELECT COALESCE(MAX(number), 0) FROM message_read"
    " WHERE report_id = ? AND reader = ? AND tenant = ?";
// IsFor: side 1 is the reporter's.
constexpr char kCountAfter[] =
    "SELECT COUNT(*) FROM message WHERE report_id = ? AND tenant = ? AND (side = 1) = ? AND number"
    " > ?";
// So that no mark stays of a report that is disposed of meanwhile.
constexpr char kShareReport[] =
    "SELECT 1 FROM report FORCE INDEX (by_id) WHERE report_id = ? AND tenant = ?"
    " LOCK IN SHARE MODE";
constexpr char kMarkRead[] =
    "INSERT INTO message_read (report_id, reader, tenant, number) SELECT ?, ?, ?, LEAST(?,"
    " (SELECT COALESCE(MAX(m.number), 0) FROM message m WHERE m.report_id = ? AND m.tenant = ?))"
    " ON DUPLICATE KEY UPDATE number = GREATEST(number, VALUES(number))";

// As much as names the key.
constexpr int64_t kSealedBytes = sealing::kOverheadBytes;

MessageRow ReadRow(const db::Row& row) {
  return {.report_id = row.GetBytes(0),
          .number = row.GetInt64(1),
          .tenant = row.GetBytes(2),
          .message_id = row.GetBytes(3),
          .side = static_cast<v1::MessageSide>(row.GetInt64(4)),
          .author = row.GetBytes(5),
          .create_time = row.GetTime(6),
          .due_time = row.GetTime(7),
          .body = row.GetBytes(8)};
}

}  // namespace

absl::StatusOr<MessageRow> PostMessage(db::Tx& tx, const audit::Journal& journal,
                                       const NewMessage& message) {
  const auto report = [&] {
    return db::Params().Add(message.row.report_id).Add(message.row.tenant);
  };
  const bool leaves = message.event.fact_case() != mamori::v1::Event::FACT_NOT_SET;
  ASSIGN_OR_RETURN(const db::Rows before,
                   tx.Query(kSelectSame, db::Params().Add(message.request_key)));
  if (before.empty()) {
    db::Params lock;
    lock.Add(leaves ? 1 : 0).Append(report());
    ASSIGN_OR_RETURN(const int64_t found, tx.Execute(kLockReport, lock));
    if (found == 0) return status::NotFound("report");
  }
  // Again, under the lock: the same call may have been faster.
  ASSIGN_OR_RETURN(const db::Rows same,
                   tx.Query(kSelectSame, db::Params().Add(message.request_key)));
  if (!same.empty()) {
    // Nothing else happened: the transaction must not move the counter.
    if (before.empty()) return absl::AbortedError("the same message was faster");
    return ReadRow(same[0]);
  }
  ASSIGN_OR_RETURN(const bool withdrawn,
                   IsWithdrawn(tx, message.row.tenant, message.row.report_id));
  if (withdrawn) return status::StateNotAllowed("the report was withdrawn");
  ASSIGN_OR_RETURN(const db::Rows facts, tx.Query(kSelectReport, report()));
  ASSIGN_OR_RETURN(const db::Rows last, tx.Query(kSelectLast, report()));
  if (facts.size() != 1 || last.size() != 1) return absl::InternalError("a locked report is gone");

  MessageRow row = message.row;
  row.number = last[0].GetInt64(0) + 1;
  audit::Entry entry;
  entry.kind = audit::Kind::kReport;
  entry.resource_id = row.report_id;
  entry.tenant = row.tenant;
  entry.action = "PostMessage";
  entry.who = message.who;
  entry.commitment = message.commitment;
  entry.by_day = message.anonymous;
  RETURN_IF_ERROR(
      journal.Append(tx, std::move(entry), facts[0].IsNull(1) ? "" : facts[0].GetBytes(1)));
  db::Params params;
  params.Add(row.report_id).Add(row.number).Add(row.tenant).Add(row.message_id);
  params.Add(static_cast<int>(row.side)).Add(row.author).Add(row.create_time).Add(row.due_time);
  params.Add(message.request_key).Add(ForgetTime(message.anonymous, row.create_time));
  params.Add(row.body);
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertMessage, params));
  if (!leaves) return row;
  std::vector<mamori::v1::Event> events = {message.event};
  events[0].set_subject_sequence(facts[0].GetInt64(0));
  RETURN_IF_ERROR(outbox::Append(tx, events));
  return row;
}

absl::StatusOr<db::Rows> SqlMessageStore::Read(absl::Time deadline, const char* sql,
                                               const db::Params& params) {
  return transactor_.Run<db::Rows>({.deadline = deadline, .read_only = true},
                                   [&](db::Tx& tx) { return tx.Query(sql, params); });
}

absl::StatusOr<int64_t> SqlMessageStore::Number(absl::Time deadline, const char* sql,
                                                const db::Params& params) {
  ASSIGN_OR_RETURN(const db::Rows rows, Read(deadline, sql, params));
  if (rows.size() != 1) return absl::InternalError("a number without a row");
  return rows[0].GetInt64(0);
}

absl::StatusOr<DialogueFacts> SqlMessageStore::Facts(const std::string& tenant,
                                                     const std::string& report_id,
                                                     absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      Read(deadline, kSelectFacts, db::Params().Add(kSealedBytes).Add(report_id).Add(tenant)));
  if (rows.empty()) return status::NotFound("report");
  return DialogueFacts{.sealed = rows[0].GetBytes(1),
                       .create_time = rows[0].GetTime(0),
                       .anonymous = rows[0].GetInt64(2) != 0,
                       .withdrawn = rows[0].GetInt64(3) != 0};
}

absl::StatusOr<MessageRow> SqlMessageStore::Post(const NewMessage& message, absl::Time deadline) {
  // After an unknown COMMIT the rerun finds the message by its request key.
  return transactor_.Run<MessageRow>(
      {.deadline = deadline, .settles_unknown_commit = true},
      [&](db::Tx& tx) { return PostMessage(tx, journal_, message); });
}

absl::StatusOr<std::vector<MessageRow>> SqlMessageStore::List(const std::string& tenant,
                                                              const std::string& report_id,
                                                              int64_t after, int limit,
                                                              absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   Read(deadline, kSelectMessages,
                        db::Params().Add(report_id).Add(tenant).Add(after).Add(limit)));
  std::vector<MessageRow> messages;
  for (const db::Row& row : rows) messages.push_back(ReadRow(row));
  return messages;
}

absl::StatusOr<int64_t> SqlMessageStore::ReadUpTo(const std::string& tenant,
                                                  const std::string& report_id,
                                                  const std::string& reader, absl::Time deadline) {
  return Number(deadline, kSelectRead, db::Params().Add(report_id).Add(reader).Add(tenant));
}

absl::StatusOr<int64_t> SqlMessageStore::CountAfter(const std::string& tenant,
                                                    const std::string& report_id,
                                                    v1::MessageSide reader, int64_t number,
                                                    absl::Time deadline) {
  db::Params params;
  params.Add(report_id).Add(tenant).Add(IsFor(reader, v1::MESSAGE_SIDE_REPORTER)).Add(number);
  return Number(deadline, kCountAfter, params);
}

absl::Status SqlMessageStore::MarkRead(const std::string& tenant, const std::string& report_id,
                                       const std::string& reader, int64_t number,
                                       absl::Time deadline) {
  return transactor_.Run(
      {.deadline = deadline, .settles_unknown_commit = true}, [&](db::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const db::Rows report,
                         tx.Query(kShareReport, db::Params().Add(report_id).Add(tenant)));
        if (report.empty()) return absl::OkStatus();
        db::Params params;
        params.Add(report_id).Add(reader).Add(tenant).Add(number).Add(report_id).Add(tenant);
        return tx.Execute(kMarkRead, params).status();
      });
}

absl::StatusOr<int64_t> SqlMessageStore::ForgetRequests(absl::Time now, int limit,
                                                        absl::Time deadline) {
  return ForgetRequestsBy(transactor_, kForgetRequests, now, limit, deadline);
}

}  // namespace mamori::intake
