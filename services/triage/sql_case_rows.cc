#include "services/triage/sql_case_rows.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/authz/access_record.h"
#include "common/outbox/outbox.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/case_audit.h"
#include "services/triage/sql_deadline_rows.h"
#include "services/triage/sql_handler_rows.h"
#include "services/triage/sql_retention_rows.h"

namespace mamori::triage {
namespace {

constexpr char kInsertCases[] =
    "INSERT INTO case_record (case_id, tenant, company, state, report_kind, severity, assignee,"
    " categories, policy_digest, merged_into, version, event_sequence, create_time, update_time,"
    " access_version, audience, audit_first, anonymous) VALUES ";
constexpr char kUpdateCase[] =
    "UPDATE case_record SET state = ?, severity = ?, assignee = ?, categories = ?,"
    " merged_into = ?, version = ?, event_sequence = ?, update_time = ?,"
    " access_version = ?, audience = ?, anonymous = ?"
    " WHERE case_id = ? AND tenant = ? AND version = ?";
constexpr char kInsertCategories[] =
    "INSERT INTO case_category (tenant, category, create_time, case_id) VALUES ";
constexpr char kDeleteCategories[] = "DELETE FROM case_category WHERE case_id = ? AND tenant = ?";
constexpr char kInsertReports[] =
    "INSERT INTO case_report (report_id, tenant, case_id, join_time, assessment) VALUES ";
constexpr char kInsertNote[] =
    "INSERT INTO case_note (note_id, tenant, case_id, author, create_time, text)"
    " VALUES (?, ?, ?, ?, ?, ?)";
constexpr char kInsertWatchEvents[] =
    "INSERT INTO watch_event (case_id, version, ordinal, tenant, due_time, event) VALUES ";

std::string Join(const std::vector<std::string>& categories) {
  return absl::StrJoin(categories, ",");
}

void AddCategoryRows(const CaseRow& row, std::vector<db::Params>& rows) {
  for (const std::string& category : row.categories) {
    db::Params params;
    params.Add(row.tenant).Add(category).Add(row.create_time).Add(row.case_id);
    rows.push_back(std::move(params));
  }
}

absl::Status Insert(db::Tx& tx, const char* head, const std::vector<db::Params>& rows) {
  return rows.empty() ? absl::OkStatus() : tx.InsertRows(head, rows);
}

}  // namespace

absl::StatusOr<std::string> InsertNote(db::Tx& tx, const CaseChange& change) {
  if (!change.note.has_value()) return std::string();
  if (change.note->sealed.empty()) return absl::InternalError("a note that nobody has sealed");
  db::Params params;
  params.Add(change.note->note_id).Add(change.row.tenant).Add(change.row.case_id);
  params.Add(change.note->author).Add(change.note->create_time);
  params.Add(change.note->sealed);
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertNote, params));
  return change.note->commitment;
}

const std::string& CaseColumns() {
  static const std::string* const columns = new std::string(absl::StrCat(
      "c.case_id, c.tenant, c.company, c.state, c.report_kind, c.severity, c.assignee,"
      " c.categories, c.policy_digest, c.merged_into, c.version, c.event_sequence, c.create_time,"
      " c.update_time, c.audit_first, c.anonymous, ",
      kAccessColumns));
  return *columns;
}

CaseRow ReadCase(const db::Row& row, const AccessSeal& seal) {
  CaseRow result;
  result.case_id = row.GetBytes(0);
  result.tenant = row.GetBytes(1);
  result.company = row.GetBytes(2);
  result.state = static_cast<mamori::v1::CaseState>(row.GetInt64(3));
  result.kind = static_cast<mamori::v1::ReportKind>(row.GetInt64(4));
  result.severity = static_cast<mamori::v1::Severity>(row.GetInt64(5));
  result.assignee = row.GetBytes(6);
  result.categories = absl::StrSplit(row.GetBytes(7), ',', absl::SkipEmpty());
  result.policy_digest = row.GetBytes(8);
  if (!row.IsNull(9)) result.merged_into = row.GetBytes(9);
  result.version = row.GetInt64(10);
  result.event_sequence = row.GetInt64(11);
  result.create_time = row.GetTime(12);
  result.update_time = row.GetTime(13);
  if (!row.IsNull(14)) result.audit_first = row.GetBytes(14);
  result.anonymous = row.GetInt64(15) != 0;
  result.access_version = row.GetInt64(16);
  result.access = ReadAccess(row, 16, seal, result.tenant, result.case_id);
  return result;
}

absl::StatusOr<CaseRow> SelectCase(db::Tx& tx, const AccessSeal& seal, std::string_view tenant,
                                   const id::Id& case_id, bool for_update) {
  const std::string sql =
      absl::StrCat("SELECT ", CaseColumns(), " FROM case_record c", kJoinAccess,
                   " WHERE c.case_id = ? AND c.tenant = ?", for_update ? " FOR UPDATE" : "");
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(sql, db::Params().Add(case_id).Add(tenant)));
  if (rows.empty()) return status::NotFound("case");
  return ReadCase(rows[0], seal);
}

absl::Status InsertCases(db::Tx& tx, const AccessSeal& seal, const std::vector<NewCase>& cases) {
  std::vector<db::Params> rows;
  std::vector<db::Params> categories;
  std::vector<const CaseReportRow*> reports;
  std::vector<const CaseChange*> changes;
  std::vector<const CaseRow*> access;
  ASSIGN_OR_RETURN(const std::vector<std::string> firsts, RecordOpened(tx, seal, cases));
  for (const NewCase& one : cases) {
    const CaseRow& row = one.change->row;
    db::Params params;
    params.Add(row.case_id).Add(row.tenant).Add(row.company);
    params.Add(static_cast<int>(row.state)).Add(static_cast<int>(row.kind));
    params.Add(static_cast<int>(row.severity)).Add(row.assignee).Add(Join(row.categories));
    params.Add(row.policy_digest).AddNull().Add(row.version).Add(row.event_sequence);
    params.Add(row.create_time).Add(row.update_time);
    params.Add(row.access_version).Add(authz::AudienceOf(row.access));
    params.Add(firsts[rows.size()]).Add(row.anonymous);
    access.push_back(&row);
    rows.push_back(std::move(params));
    AddCategoryRows(row, categories);
    if (one.report != nullptr) reports.push_back(one.report);
    changes.push_back(one.change);
  }
  RETURN_IF_ERROR(Insert(tx, kInsertCases, rows));
  RETURN_IF_ERROR(InsertAccess(tx, seal, access));
  RETURN_IF_ERROR(Insert(tx, kInsertCategories, categories));
  RETURN_IF_ERROR(InsertReports(tx, reports));
  RETURN_IF_ERROR(OpenClocks(tx, changes));
  return WriteEvents(tx, changes);
}

absl::Status UpdateCase(db::Tx& tx, const AccessSeal& seal, const CaseRow& before,
                        const CaseChange& change) {
  const CaseRow& row = change.row;
  db::Params params;
  params.Add(static_cast<int>(row.state)).Add(static_cast<int>(row.severity)).Add(row.assignee);
  params.Add(Join(row.categories));
  if (row.merged_into.empty()) {
    params.AddNull();
  } else {
    params.Add(row.merged_into);
  }
  params.Add(row.version).Add(row.event_sequence).Add(row.update_time);
  params.Add(row.access_version).Add(authz::AudienceOf(row.access)).Add(row.anonymous);
  params.Add(row.case_id).Add(row.tenant).Add(before.version);
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kUpdateCase, params));
  if (!row.assignee.empty() && row.assignee != before.assignee) {
    RETURN_IF_ERROR(CheckHandler(tx, seal, row, row.assignee, HandlersOf(change)));
  }
  RETURN_IF_ERROR(TrackClosing(tx, before, row));
  if (row.categories != before.categories) {
    const auto deleted =
        tx.Execute(kDeleteCategories, db::Params().Add(row.case_id).Add(row.tenant));
    RETURN_IF_ERROR(deleted.status());
    std::vector<db::Params> categories;
    AddCategoryRows(row, categories);
    RETURN_IF_ERROR(Insert(tx, kInsertCategories, categories));
  }
  if (row.access_version != before.access_version) {
    RETURN_IF_ERROR(UpdateAccess(tx, seal, before, row));
  }
  RETURN_IF_ERROR(MoveClocks(tx, change));
  ASSIGN_OR_RETURN(std::string commitment, InsertNote(tx, change));
  RETURN_IF_ERROR(WriteEvents(tx, {&change}));
  return RecordChange(tx, seal, before, change, std::move(commitment));
}

absl::Status InsertReports(db::Tx& tx, const std::vector<const CaseReportRow*>& reports) {
  std::vector<db::Params> rows;
  for (const CaseReportRow* report : reports) {
    db::Params params;
    params.Add(report->report_id).Add(report->tenant).Add(report->case_id);
    params.Add(report->join_time).Add(report->assessment);
    rows.push_back(std::move(params));
  }
  return Insert(tx, kInsertReports, rows);
}

absl::Status WriteEvents(db::Tx& tx, const std::vector<const CaseChange*>& changes) {
  std::vector<mamori::v1::Event> leaving;
  std::vector<db::Params> watched;
  for (const CaseChange* change : changes) {
    int ordinal = 0;
    for (const mamori::v1::Event& event : change->events) {
      if (event.subject_sequence() > 0) leaving.push_back(event);
      db::Params params;
      params.Add(change->row.case_id).Add(change->row.version).Add(ordinal++);
      params.Add(change->row.tenant).Add(change->watch_due).Add(event.SerializeAsString());
      watched.push_back(std::move(params));
    }
  }
  RETURN_IF_ERROR(outbox::Append(tx, leaving));
  return Insert(tx, kInsertWatchEvents, watched);
}

}  // namespace mamori::triage
