#include "services/intake/sql_evidence_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/db/in_list.h"
#include "common/outbox/outbox.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/intake/report_chain.h"
#include "services/intake/request_forgetting.h"
#include "services/intake/sql_blob_store.h"
#include "services/intake/sql_request_forgetting.h"

namespace mamori::intake {
namespace {

#define EVIDENCE_COLUMNS                                                                        \
  "evidence_id, report_id, tenant, side, author, anonymous, create_time, complete_time, state," \
  " chunk_count, blob_id, derivative_id, request_key, body"
#define ACCESS_COLUMNS \
  "evidence_id, number, access_id, report_id, tenant, kind, person, caller, create_time, body"

constexpr char kSelectUpload[] =
    "SELECT " EVIDENCE_COLUMNS " FROM evidence WHERE request_key = ? AND tenant = ?";
constexpr char kSelectOne[] =
    "SELECT " EVIDENCE_COLUMNS
    " FROM evidence WHERE evidence_id = ? AND report_id = ? AND tenant = ?";
constexpr char kSelectPage[] =
    "SELECT " EVIDENCE_COLUMNS
    " FROM evidence FORCE INDEX (by_report) WHERE report_id = ? AND tenant = ?"
    " AND side IN (?, ?) AND (create_time < ? OR (create_time = ? AND evidence_id < ?))"
    " ORDER BY create_time DESC, evidence_id DESC LIMIT ?";
constexpr char kSelectUninspected[] =
    "SELECT " EVIDENCE_COLUMNS
    " FROM evidence FORCE INDEX (by_state) WHERE state = 2 AND evidence_id > ?"
    " ORDER BY evidence_id LIMIT ?";
constexpr char kSelectStale[] =
    "SELECT " EVIDENCE_COLUMNS
    " FROM evidence FORCE INDEX (by_state) WHERE state = 1 AND create_time < ?"
    " ORDER BY evidence_id LIMIT ?";
constexpr char kInsertEvidence[] = "INSERT INTO evidence (" EVIDENCE_COLUMNS
                                   ", forget_time)"
                                   " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kForgetRequests[] =
    "UPDATE evidence FORCE INDEX (by_forget) SET request_key = NULL, forget_time = 0"
    " WHERE forget_time > 0 AND forget_time <= ? ORDER BY forget_time LIMIT ?";
constexpr char kSelectUsed[] =
    "SELECT COUNT(*), COALESCE(SUM(chunk_count), 0) FROM evidence"
    " WHERE report_id = ? AND tenant = ? AND side = ?";
constexpr char kComplete[] =
    "UPDATE evidence SET state = 2, complete_time = ?"
    " WHERE evidence_id = ? AND report_id = ? AND tenant = ? AND state = 1";
constexpr char kInspected[] =
    "UPDATE evidence SET state = 3 WHERE evidence_id = ? AND report_id = ? AND tenant = ?"
    " AND state = 2";
constexpr char kSelectState[] =
    "SELECT state FROM evidence WHERE evidence_id = ? AND report_id = ? AND tenant = ?";
constexpr char kDeleteStale[] =
    "DELETE FROM evidence WHERE evidence_id = ? AND report_id = ? AND tenant = ? AND state = 1";
constexpr char kSelectLast[] =
    "SELECT COALESCE(MAX(number), 0) FROM evidence_access WHERE evidence_id = ? AND tenant = ?";
constexpr char kInsertAccess[] =
    "INSERT INTO evidence_access (" ACCESS_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kSelectAccesses[] =
    "SELECT " ACCESS_COLUMNS
    " FROM evidence_access WHERE evidence_id = ? AND tenant = ? AND number < ?"
    " ORDER BY number DESC LIMIT ?";
constexpr char kSelectInspections[] =
    "SELECT " ACCESS_COLUMNS
    " FROM evidence_access WHERE tenant = ? AND kind = 2 AND evidence_id IN (";
constexpr char kDropBlob[] = "INSERT IGNORE INTO evidence_drop (blob_id, tenant) VALUES (?, ?)";
constexpr char kDropOriginals[] =
    "INSERT IGNORE INTO evidence_drop (blob_id, tenant)"
    " SELECT blob_id, tenant FROM evidence WHERE report_id = ? AND tenant = ?";
constexpr char kDropDerivatives[] =
    "INSERT IGNORE INTO evidence_drop (blob_id, tenant)"
    " SELECT derivative_id, tenant FROM evidence WHERE report_id = ? AND tenant = ?";
constexpr char kDeleteAccesses[] =
    "DELETE a FROM evidence_access a JOIN evidence e ON e.evidence_id = a.evidence_id"
    " WHERE e.report_id = ? AND e.tenant = ?";
constexpr char kDeleteEvidence[] = "DELETE FROM evidence WHERE report_id = ? AND tenant = ?";
constexpr char kSelectDropped[] =
    "SELECT blob_id, tenant FROM evidence_drop ORDER BY blob_id LIMIT ?";
constexpr char kForget[] = "DELETE FROM evidence_drop WHERE blob_id = ? AND tenant = ?";

EvidenceRow ReadRow(const db::Row& row) {
  return {.evidence_id = row.GetBytes(0),
          .report_id = row.GetBytes(1),
          .tenant = row.GetBytes(2),
          .side = static_cast<v1::MessageSide>(row.GetInt64(3)),
          .author = row.GetBytes(4),
          .anonymous = row.GetInt64(5) != 0,
          .create_time = row.GetTime(6),
          .complete_time = row.GetTime(7),
          .state = static_cast<v1::EvidenceState>(row.GetInt64(8)),
          .chunk_count = row.GetInt64(9),
          .blob_id = row.GetBytes(10),
          .derivative_id = row.GetBytes(11),
          .request_key = row.IsNull(12) ? std::string() : row.GetBytes(12),
          .body = row.GetBytes(13)};
}

std::vector<EvidenceRow> ReadRows(const db::Rows& rows) {
  std::vector<EvidenceRow> all;
  for (const db::Row& row : rows) all.push_back(ReadRow(row));
  return all;
}

std::vector<EvidenceAccessRow> ReadAccesses(const db::Rows& rows) {
  std::vector<EvidenceAccessRow> all;
  for (const db::Row& row : rows) {
    all.push_back({.evidence_id = row.GetBytes(0),
                   .number = row.GetInt64(1),
                   .access_id = row.GetBytes(2),
                   .report_id = row.GetBytes(3),
                   .tenant = row.GetBytes(4),
                   .kind = static_cast<v1::EvidenceAccessKind>(row.GetInt64(5)),
                   .person = row.GetBytes(6),
                   .caller = row.GetBytes(7),
                   .create_time = row.GetTime(8),
                   .body = row.GetBytes(9)});
  }
  return all;
}

db::Params Of(const std::string& report_id, const std::string& tenant) {
  return db::Params().Add(report_id).Add(tenant);
}

db::Params Which(const EvidenceAccessRow& row) {
  return db::Params().Add(row.evidence_id).Add(row.report_id).Add(row.tenant);
}

absl::StatusOr<std::string> LockChain(db::Tx& tx, const std::string& report_id,
                                      const std::string& tenant) {
  ASSIGN_OR_RETURN(LockedReport report, LockReport(tx, tenant, report_id, 0));
  return std::move(report.audit_first);
}

absl::Status CheckNotWithdrawn(db::Tx& tx, const std::string& report_id,
                               const std::string& tenant) {
  ASSIGN_OR_RETURN(const bool withdrawn, IsWithdrawn(tx, tenant, report_id));
  return withdrawn ? status::StateNotAllowed("the report was withdrawn") : absl::OkStatus();
}

audit::Entry EntryOf(const std::string& report_id, const std::string& tenant, const char* action,
                     bool anonymous) {
  audit::Entry entry;
  entry.kind = audit::Kind::kReport;
  entry.resource_id = report_id;
  entry.tenant = tenant;
  entry.action = action;
  entry.by_day = anonymous;
  return entry;
}

}  // namespace

absl::StatusOr<db::Rows> SqlEvidenceStore::Read(absl::Time deadline, const std::string& sql,
                                                const db::Params& params) {
  return transactor_.Run<db::Rows>({.deadline = deadline, .read_only = true},
                                   [&](db::Tx& tx) { return tx.Query(sql, params); });
}

absl::StatusOr<EvidenceRow> SqlEvidenceStore::FindUpload(const std::string& tenant,
                                                         const std::string& request_key,
                                                         absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   Read(deadline, kSelectUpload, db::Params().Add(request_key).Add(tenant)));
  if (rows.empty()) return status::NotFound("evidence");
  return ReadRow(rows[0]);
}

absl::StatusOr<EvidenceRow> SqlEvidenceStore::AddIn(db::Tx& tx, const EvidenceRow& row,
                                                    const audit::Who& who) {
  ASSIGN_OR_RETURN(const std::string first, LockChain(tx, row.report_id, row.tenant));
  ASSIGN_OR_RETURN(const db::Rows same,
                   tx.Query(kSelectUpload, db::Params().Add(row.request_key).Add(row.tenant)));
  if (!same.empty()) return ReadRow(same[0]);
  RETURN_IF_ERROR(CheckNotWithdrawn(tx, row.report_id, row.tenant));
  ASSIGN_OR_RETURN(
      const db::Rows used,
      tx.Query(kSelectUsed, Of(row.report_id, row.tenant).Add(static_cast<int>(row.side))));
  if (used.at(0).GetInt64(0) >= kMaxEvidencePerSide ||
      used[0].GetInt64(1) + row.chunk_count > kMaxChunksPerSide) {
    return status::StateNotAllowed("the report has as many files as it may have");
  }
  db::Params params;
  params.Add(row.evidence_id).Add(row.report_id).Add(row.tenant).Add(static_cast<int>(row.side));
  params.Add(row.author).Add(row.anonymous).Add(row.create_time).Add(row.complete_time);
  params.Add(static_cast<int>(row.state)).Add(row.chunk_count).Add(row.blob_id);
  params.Add(row.derivative_id).Add(row.request_key).Add(row.body);
  params.Add(ForgetTime(row.anonymous, row.create_time));
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertEvidence, params));
  for (const std::string& blob : {row.blob_id, row.derivative_id}) {
    RETURN_IF_ERROR(CreateBlob(tx, {row.tenant, blob}));
  }
  audit::Entry entry = EntryOf(row.report_id, row.tenant, "StartUpload", row.anonymous);
  entry.who = who;
  RETURN_IF_ERROR(journal_.Append(tx, std::move(entry), first));
  return row;
}

absl::StatusOr<EvidenceRow> SqlEvidenceStore::Add(const EvidenceRow& row, const audit::Who& who,
                                                  absl::Time deadline) {
  return transactor_.Run<EvidenceRow>({.deadline = deadline, .settles_unknown_commit = true},
                                      [&](db::Tx& tx) { return AddIn(tx, row, who); });
}

absl::Status SqlEvidenceStore::AddAccessIn(db::Tx& tx, const NewEvidenceAccess& access,
                                           const std::string& first) {
  const EvidenceAccessRow& row = access.row;
  ASSIGN_OR_RETURN(const db::Rows last,
                   tx.Query(kSelectLast, db::Params().Add(row.evidence_id).Add(row.tenant)));
  db::Params params;
  params.Add(row.evidence_id).Add(last.at(0).GetInt64(0) + 1).Add(row.access_id);
  params.Add(row.report_id).Add(row.tenant).Add(static_cast<int>(row.kind)).Add(row.person);
  params.Add(row.caller).Add(row.create_time).Add(row.body);
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertAccess, params));
  audit::Entry entry = EntryOf(row.report_id, row.tenant, access.action, access.anonymous);
  entry.who = {row.caller, row.person};
  entry.commitment = access.commitment;
  RETURN_IF_ERROR(journal_.Append(tx, std::move(entry), first));
  if (access.event.fact_case() == mamori::v1::Event::FACT_NOT_SET) return absl::OkStatus();
  // Only now is it known that there is an event, which moves the counter.
  ASSIGN_OR_RETURN(const LockedReport report, LockReport(tx, row.tenant, row.report_id, 1));
  std::vector<mamori::v1::Event> events = {access.event};
  events[0].set_subject_sequence(report.event_sequence);
  return outbox::Append(tx, events);
}

absl::Status SqlEvidenceStore::Complete(const std::string& commitment,
                                        const NewEvidenceAccess& access, absl::Time deadline) {
  const EvidenceAccessRow& row = access.row;
  return transactor_.Run({.deadline = deadline, .settles_unknown_commit = true}, [&](db::Tx& tx) {
    ASSIGN_OR_RETURN(const std::string first, LockChain(tx, row.report_id, row.tenant));
    RETURN_IF_ERROR(CheckNotWithdrawn(tx, row.report_id, row.tenant));
    db::Params params;
    params.Add(row.create_time).Append(Which(row));
    ASSIGN_OR_RETURN(const int64_t changed, tx.Execute(kComplete, params));
    if (changed == 0) {
      ASSIGN_OR_RETURN(const db::Rows state, tx.Query(kSelectState, Which(row)));
      return state.empty() ? status::NotFound("evidence") : absl::OkStatus();
    }
    audit::Entry entry = EntryOf(row.report_id, row.tenant, "AddEvidence", access.anonymous);
    entry.who = {row.caller, row.person};
    entry.commitment = commitment;
    RETURN_IF_ERROR(journal_.Append(tx, std::move(entry), first));
    return AddAccessIn(tx, access, first);
  });
}

absl::StatusOr<EvidenceRow> SqlEvidenceStore::Get(const std::string& tenant,
                                                  const std::string& report_id,
                                                  const std::string& evidence_id,
                                                  absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      Read(deadline, kSelectOne, db::Params().Add(evidence_id).Add(report_id).Add(tenant)));
  if (rows.empty()) return status::NotFound("evidence");
  return ReadRow(rows[0]);
}

absl::StatusOr<std::vector<EvidenceRow>> SqlEvidenceStore::List(const std::string& tenant,
                                                                const std::string& report_id,
                                                                v1::MessageSide side,
                                                                const Position& after, int limit,
                                                                absl::Time deadline) {
  const bool either = side == v1::MESSAGE_SIDE_UNSPECIFIED;
  db::Params params = Of(report_id, tenant);
  params.Add(static_cast<int>(either ? v1::MESSAGE_SIDE_REPORTER : side));
  params.Add(static_cast<int>(either ? v1::MESSAGE_SIDE_DESK : side));
  params.Add(after.create_micros).Add(after.create_micros).Add(after.id).Add(limit);
  ASSIGN_OR_RETURN(const db::Rows rows, Read(deadline, kSelectPage, params));
  return ReadRows(rows);
}

absl::Status SqlEvidenceStore::AddAccess(const NewEvidenceAccess& access, absl::Time deadline) {
  const EvidenceAccessRow& row = access.row;
  // Of an unknown COMMIT the reader is told, and asks again: a read more in the chain than there
  // was, never one less.
  return transactor_.Run({.deadline = deadline}, [&](db::Tx& tx) {
    ASSIGN_OR_RETURN(const std::string first, LockChain(tx, row.report_id, row.tenant));
    ASSIGN_OR_RETURN(const db::Rows state, tx.Query(kSelectState, Which(row)));
    if (state.empty()) return status::NotFound("evidence");
    return AddAccessIn(tx, access, first);
  });
}

absl::StatusOr<bool> SqlEvidenceStore::Settle(const NewEvidenceAccess& access,
                                              const worker::Lease& lease, absl::Time deadline) {
  const EvidenceAccessRow& row = access.row;
  return transactor_.Run<bool>({.deadline = deadline, .settles_unknown_commit = true},
                               [&](db::Tx& tx) -> absl::StatusOr<bool> {
                                 RETURN_IF_ERROR(worker::CheckFences(tx, {lease}));
                                 const auto first = LockChain(tx, row.report_id, row.tenant);
                                 if (absl::IsNotFound(first.status())) return false;
                                 RETURN_IF_ERROR(first.status());
                                 ASSIGN_OR_RETURN(const int64_t changed,
                                                  tx.Execute(kInspected, Which(row)));
                                 if (changed == 0) return false;
                                 RETURN_IF_ERROR(AddAccessIn(tx, access, *first));
                                 return true;
                               });
}

absl::StatusOr<std::vector<EvidenceAccessRow>> SqlEvidenceStore::ListAccess(
    const std::string& tenant, const std::string& evidence_id, int64_t before, int limit,
    absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   Read(deadline, kSelectAccesses,
                        db::Params().Add(evidence_id).Add(tenant).Add(before).Add(limit)));
  return ReadAccesses(rows);
}

absl::StatusOr<std::vector<EvidenceAccessRow>> SqlEvidenceStore::FindInspections(
    const std::string& tenant, const std::vector<std::string>& evidence_ids, absl::Time deadline) {
  if (evidence_ids.empty()) return std::vector<EvidenceAccessRow>();
  const std::vector<std::string> list = db::InList(evidence_ids);
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      Read(deadline, absl::StrCat(kSelectInspections, db::Placeholders(list.size()), ")"),
           db::Params().Add(tenant).AddAll(list)));
  return ReadAccesses(rows);
}

absl::StatusOr<std::vector<EvidenceRow>> SqlEvidenceStore::ListUninspected(const std::string& after,
                                                                           int limit,
                                                                           absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   Read(deadline, kSelectUninspected, db::Params().Add(after).Add(limit)));
  return ReadRows(rows);
}

absl::StatusOr<bool> SqlEvidenceStore::DropOneStale(const EvidenceRow& row, absl::Time deadline) {
  return transactor_.Run<bool>(
      {.deadline = deadline, .settles_unknown_commit = true},
      [&](db::Tx& tx) -> absl::StatusOr<bool> {
        const auto first = LockChain(tx, row.report_id, row.tenant);
        if (absl::IsNotFound(first.status())) return false;
        RETURN_IF_ERROR(first.status());
        ASSIGN_OR_RETURN(
            const int64_t deleted,
            tx.Execute(kDeleteStale,
                       db::Params().Add(row.evidence_id).Add(row.report_id).Add(row.tenant)));
        if (deleted == 0) return false;  // complete by now
        for (const std::string& blob : {row.blob_id, row.derivative_id}) {
          RETURN_IF_ERROR(tx.Execute(kDropBlob, db::Params().Add(blob).Add(row.tenant)).status());
        }
        audit::Entry entry = EntryOf(row.report_id, row.tenant, "DropUpload", row.anonymous);
        entry.who.caller = "intake";
        RETURN_IF_ERROR(journal_.Append(tx, std::move(entry), *first));
        return true;
      });
}

absl::StatusOr<int> SqlEvidenceStore::DropStale(absl::Time before, int limit, absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   Read(deadline, kSelectStale, db::Params().Add(before).Add(limit)));
  int dropped = 0;
  for (const EvidenceRow& row : ReadRows(rows)) {
    ASSIGN_OR_RETURN(const bool one, DropOneStale(row, deadline));
    if (one) ++dropped;
  }
  return dropped;
}

absl::StatusOr<std::vector<Blob>> SqlEvidenceStore::ListDropped(int limit, absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, Read(deadline, kSelectDropped, db::Params().Add(limit)));
  std::vector<Blob> blobs;
  for (const db::Row& row : rows) blobs.push_back({row.GetBytes(1), row.GetBytes(0)});
  return blobs;
}

absl::Status SqlEvidenceStore::Forget(const Blob& blob, absl::Time deadline) {
  return transactor_.Run({.deadline = deadline, .settles_unknown_commit = true}, [&](db::Tx& tx) {
    return tx.Execute(kForget, db::Params().Add(blob.blob_id).Add(blob.tenant)).status();
  });
}

absl::StatusOr<int64_t> SqlEvidenceStore::ForgetRequests(absl::Time now, int limit,
                                                         absl::Time deadline) {
  return ForgetRequestsBy(transactor_, kForgetRequests, now, limit, deadline);
}

absl::Status DropEvidenceBytes(db::Tx& tx, const std::string& tenant,
                               const std::string& report_id) {
  RETURN_IF_ERROR(tx.Execute(kDropOriginals, Of(report_id, tenant)).status());
  return tx.Execute(kDropDerivatives, Of(report_id, tenant)).status();
}

absl::Status DropEvidence(db::Tx& tx, const std::string& tenant, const std::string& report_id) {
  RETURN_IF_ERROR(DropEvidenceBytes(tx, tenant, report_id));
  RETURN_IF_ERROR(tx.Execute(kDeleteAccesses, Of(report_id, tenant)).status());
  return tx.Execute(kDeleteEvidence, Of(report_id, tenant)).status();
}

}  // namespace mamori::intake
