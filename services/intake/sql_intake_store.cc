#include "services/intake/sql_intake_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/db/in_list.h"
#include "common/idempotency/request_id.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/intake/records.h"
#include "services/intake/report_chain.h"
#include "services/intake/sql_receipt_store.h"
#include "services/intake/sql_reporter_store.h"

namespace mamori::intake {
namespace {

constexpr char kInsertReports[] =
    "INSERT INTO report (tenant, create_time, report_id, company, kind, request_key, body_digest,"
    " audit_first, summary, body) VALUES ";

constexpr char kSelectAnswers[] =
    "SELECT request_key, body_digest, report_id, summary FROM report WHERE request_key IN (";
#define IS_ANONYMOUS "EXISTS (SELECT 1 FROM receipt c WHERE c.report_id = r.report_id)"
constexpr char kSelectFacts[] =
    "SELECT r.summary, " IS_ANONYMOUS
    " FROM report r FORCE INDEX (by_id) WHERE r.report_id = ? AND r.tenant = ?";
constexpr char kSelectAnonymous[] =
    "SELECT r.report_id, " IS_ANONYMOUS
    " FROM report r FORCE INDEX (by_id) WHERE r.tenant = ? AND r.report_id IN (";
#undef IS_ANONYMOUS
// The index is named: others begin with the tenant, and few statistics make one of those look good.
constexpr char kSelectReports[] =
    "SELECT report_id, create_time, event_sequence, body FROM report FORCE INDEX (by_id)"
    " WHERE tenant = ? AND report_id IN (";
constexpr char kSelectSupplements[] =
    "SELECT supplement_id, create_time, body FROM supplement WHERE report_id = ? AND tenant = ?"
    " ORDER BY create_time DESC, supplement_id DESC LIMIT ?";

// Lists: the index is named, so that no statistics ever turn a page into a scan; the first range
// condition is the one the index is entered by.
constexpr char kReportPage[] =
    "SELECT report_id, create_time, summary FROM report FORCE INDEX (PRIMARY)"
    " WHERE tenant = ? AND create_time <= ? AND (create_time < ? OR report_id < ?)"
    " ORDER BY create_time DESC, report_id DESC LIMIT ?";
constexpr char kReportPageOfCompany[] =
    "SELECT report_id, create_time, summary FROM report FORCE INDEX (by_company)"
    " WHERE tenant = ? AND company = ? AND create_time <= ? AND (create_time < ? OR report_id < ?)"
    " ORDER BY create_time DESC, report_id DESC LIMIT ?";
constexpr char kReportPageOfKind[] =
    "SELECT report_id, create_time, summary FROM report FORCE INDEX (by_kind)"
    " WHERE tenant = ? AND kind = ? AND create_time <= ? AND (create_time < ? OR report_id < ?)"
    " ORDER BY create_time DESC, report_id DESC LIMIT ?";
constexpr char kReportPageOfCompanyAndKind[] =
    "SELECT report_id, create_time, summary FROM report FORCE INDEX (by_company)"
    " WHERE tenant = ? AND company = ? AND kind = ? AND create_time <= ?"
    " AND (create_time < ? OR report_id < ?)"
    " ORDER BY create_time DESC, report_id DESC LIMIT ?";

constexpr char kSelectContacts[] =
    "SELECT contact_id, report_id, create_time, body FROM contact FORCE INDEX (by_id)"
    " WHERE tenant = ? AND contact_id IN (";
constexpr char kContactPage[] =
    "SELECT contact_id, report_id, create_time, body FROM contact FORCE INDEX (PRIMARY)"
    " WHERE tenant = ? AND create_time <= ? AND (create_time < ? OR contact_id < ?)"
    " ORDER BY create_time DESC, contact_id DESC LIMIT ?";
constexpr char kContactPageOfCompany[] =
    "SELECT contact_id, report_id, create_time, body FROM contact FORCE INDEX (by_company)"
    " WHERE tenant = ? AND company = ? AND create_time <= ? AND (create_time < ? OR contact_id < ?)"
    " ORDER BY create_time DESC, contact_id DESC LIMIT ?";
constexpr char kContactPageOfReport[] =
    "SELECT contact_id, report_id, create_time, body FROM contact FORCE INDEX (by_report)"
    " WHERE tenant = ? AND report_id = ? AND create_time <= ?"
    " AND (create_time < ? OR contact_id < ?)"
    " ORDER BY create_time DESC, contact_id DESC LIMIT ?";
constexpr char kContactPageOfReportAndCompany[] =
    "SELECT contact_id, report_id, create_time, body FROM contact FORCE INDEX (by_report)"
    " WHERE tenant = ? AND report_id = ? AND company = ? AND create_time <= ?"
    " AND (create_time < ? OR contact_id < ?)"
    " ORDER BY create_time DESC, contact_id DESC LIMIT ?";

// Moves the counter and holds the row until the commit: the supplements of a report go one after
// the other.
constexpr char kNextSequence[] =
    "UPDATE report FORCE INDEX (by_id) SET event_sequence = event_sequence + 1"
    " WHERE report_id = ? AND tenant = ?";
constexpr char kSelectSequence[] =
    "SELECT event_sequence, audit_first FROM report WHERE report_id = ? AND tenant = ?";
constexpr char kInsertSupplement[] =
    "INSERT INTO supplement (report_id, create_time, supplement_id, tenant, body)"
    " VALUES (?, ?, ?, ?, ?)";
// So that no contact stays of a report that is disposed of meanwhile.
constexpr char kShareReport[] =
    "SELECT 1 FROM report FORCE INDEX (by_id) WHERE report_id = ? AND tenant = ?"
    " LOCK IN SHARE MODE";
constexpr char kInsertContact[] =
    "INSERT INTO contact (tenant, create_time, contact_id, company, report_id, start_time,"
    " body) VALUES (?, ?, ?, ?, ?, ?, ?)";

audit::Entry EntryOf(audit::Kind kind, const id::Id& id, const std::string& tenant,
                     const char* action, const audit::Who& who, std::string commitment) {
  audit::Entry entry;
  entry.kind = kind;
  entry.resource_id = id;
  entry.tenant = tenant;
  entry.action = action;
  entry.who = who;
  entry.commitment = std::move(commitment);
  return entry;
}

void AddReport(const NewReport& report, std::string_view audit_first, db::Params& params) {
  params.AddView(report.tenant)
      .Add(report.create_time)
      .AddView(report.report_id)
      .AddView(report.company)
      .Add(report.kind)
      .AddView(report.answer.key)
      .AddView(report.answer.digest)
      .AddView(audit_first)
      .AddView(report.heading)
      .AddView(report.body);
}

void AddPosition(const Position& after, int limit, db::Params& params) {
  params.Add(after.create_micros).Add(after.create_micros).Add(after.id).Add(limit);
}

std::string AddList(const char* head, const std::vector<std::string>& values, db::Params& params) {
  const std::vector<std::string> list = db::InList(values);
  params.AddAll(list);
  return absl::StrCat(head, db::Placeholders(list.size()), ")");
}

std::vector<StoredContact> ToContacts(const db::Rows& rows) {
  std::vector<StoredContact> contacts;
  contacts.reserve(rows.size());
  for (const db::Row& row : rows) {
    contacts.push_back({.contact_id = row.GetBytes(0),
                        .report_id = row.IsNull(1) ? "" : row.GetBytes(1),
                        .create_time = row.GetTime(2),
                        .body = row.GetBytes(3)});
  }
  return contacts;
}

}  // namespace

absl::StatusOr<db::Rows> SqlIntakeStore::Read(absl::Time deadline, const std::string& sql,
                                              const db::Params& params) {
  return transactor_.Run<db::Rows>({.deadline = deadline, .read_only = true},
                                   [&](db::Tx& tx) { return tx.Query(sql, params); });
}

absl::StatusOr<std::vector<std::string>> SqlIntakeStore::InsertReports(
    const std::vector<const NewReport*>& reports, absl::Time deadline) {
  std::vector<const mamori::v1::Event*> events;
  events.reserve(reports.size());
  std::vector<audit::Entry> entries;
  entries.reserve(reports.size());
  for (const NewReport* report : reports) {
    events.push_back(&report->event);
    entries.push_back(EntryOf(audit::Kind::kReport, report->report_id, report->tenant,
                              "SubmitReport", report->who, report->answer.digest));
    entries.back().by_day = report->receipt.has_value();
  }
  // A rerun after an unknown COMMIT meets its own rows as ALREADY_EXISTS; the caller tells by their
  // answers.
  ASSIGN_OR_RETURN(const audit::Group group,
                   transactor_.Run<audit::Group>(
                       {.deadline = deadline, .settles_unknown_commit = true},
                       [&](db::Tx& tx) -> absl::StatusOr<audit::Group> {
                         ASSIGN_OR_RETURN(audit::Group group, journal_.Begin(tx, entries));
                         RETURN_IF_ERROR(tx.InsertRows(
                             kInsertReports, reports.size(), [&](size_t i, db::Params& params) {
                               AddReport(*reports[i], group.hashes[i], params);
                             }));
                         RETURN_IF_ERROR(InsertReceipts(tx, reports));
                         RETURN_IF_ERROR(InsertIdentities(tx, reports));
                         RETURN_IF_ERROR(outbox::Append(tx, events));
                         return group;
                       }));
  std::vector<std::string> statements;
  if (notary_ == nullptr) return statements;
  for (mamori::v1::EntryStatement& one : notary_->State(group)) {
    statements.push_back(StatementAnswer(std::move(one)));
  }
  return statements;
}

absl::StatusOr<std::vector<StoredAnswer>> SqlIntakeStore::FindAnswers(
    const std::vector<std::string>& keys, absl::Time deadline) {
  if (keys.empty()) return std::vector<StoredAnswer>();
  db::Params params;
  const std::string sql = AddList(kSelectAnswers, keys, params);
  ASSIGN_OR_RETURN(const db::Rows rows, Read(deadline, sql, params));
  std::vector<StoredAnswer> answers;
  answers.reserve(rows.size());
  for (const db::Row& row : rows) {
    answers.push_back({{.key = row.GetBytes(0),
                        .digest = row.GetBytes(1),
                        .response = SubmitAnswer(row.GetBytes(2))},
                       row.GetBytes(2),
                       row.IsNull(3) ? std::string() : row.GetBytes(3)});
  }
  return answers;
}

absl::StatusOr<ReportFacts> SqlIntakeStore::GetFacts(const std::string& tenant,
                                                     const std::string& report_id,
                                                     absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   Read(deadline, kSelectFacts, db::Params().Add(report_id).Add(tenant)));
  if (rows.empty()) return status::NotFound("report");
  return ReportFacts{.heading = rows[0].IsNull(0) ? std::string() : rows[0].GetBytes(0),
                     .anonymous = rows[0].GetInt64(1) != 0};
}

absl::StatusOr<std::map<std::string, bool>> SqlIntakeStore::AreAnonymous(
    const std::string& tenant, const std::vector<std::string>& ids, absl::Time deadline) {
  std::map<std::string, bool> anonymous;
  if (ids.empty()) return anonymous;
  db::Params params;
  params.Add(tenant);
  const std::string sql = AddList(kSelectAnonymous, ids, params);
  ASSIGN_OR_RETURN(const db::Rows rows, Read(deadline, sql, params));
  for (const db::Row& row : rows) anonymous[row.GetBytes(0)] = row.GetInt64(1) != 0;
  for (const std::string& id : ids) {
    if (!anonymous.contains(id)) return status::NotFound("report");
  }
  return anonymous;
}

absl::StatusOr<std::vector<StoredReport>> SqlIntakeStore::GetReports(
    const std::string& tenant, const std::vector<std::string>& ids, absl::Time deadline) {
  if (ids.empty()) return std::vector<StoredReport>();
  db::Params params;
  params.Add(tenant);
  const std::string sql = AddList(kSelectReports, ids, params);
  ASSIGN_OR_RETURN(const db::Rows rows, Read(deadline, sql, params));
  std::vector<StoredReport> reports;
  reports.reserve(rows.size());
  for (const db::Row& row : rows) {
    reports.push_back({.report_id = row.GetBytes(0),
                       .create_time = row.GetTime(1),
                       .event_sequence = row.GetInt64(2),
                       .body = row.GetBytes(3)});
  }
  return reports;
}

absl::StatusOr<std::vector<StoredSupplement>> SqlIntakeStore::GetSupplements(
    const std::string& tenant, const std::string& report_id, int limit, absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, Read(deadline, kSelectSupplements,
                                             db::Params().Add(report_id).Add(tenant).Add(limit)));
  std::vector<StoredSupplement> supplements;
  supplements.reserve(rows.size());
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    supplements.push_back({.supplement_id = row->GetBytes(0),
                           .create_time = row->GetTime(1),
                           .body = row->GetBytes(2)});
  }
  return supplements;
}

absl::StatusOr<std::vector<StoredHeading>> SqlIntakeStore::ListReports(const std::string& tenant,
                                                                       const ReportFilter& filter,
                                                                       const Position& after,
                                                                       int limit,
                                                                       absl::Time deadline) {
  const bool by_company = !filter.company.empty();
  const bool by_kind = filter.kind != 0;
  const char* sql = by_company && by_kind ? kReportPageOfCompanyAndKind
                    : by_company          ? kReportPageOfCompany
                    : by_kind             ? kReportPageOfKind
                                          : kReportPage;
  db::Params params;
  params.Add(tenant);
  if (by_company) params.Add(filter.company);
  if (by_kind) params.Add(filter.kind);
  AddPosition(after, limit, params);
  ASSIGN_OR_RETURN(const db::Rows rows, Read(deadline, sql, params));
  std::vector<StoredHeading> headings;
  headings.reserve(rows.size());
  for (const db::Row& row : rows) {
    headings.push_back({.report_id = row.GetBytes(0),
                        .create_time = row.GetTime(1),
                        .heading = row.IsNull(2) ? std::string() : row.GetBytes(2)});
  }
  return headings;
}

absl::StatusOr<std::string> SqlIntakeStore::AddSupplement(const NewSupplement& supplement,
                                                          absl::Time deadline) {
  return idempotency::AnswerOnce(
      transactor_, clock_, deadline, supplement.answer.key, supplement.answer.digest,
      [&](db::Tx& tx) -> absl::StatusOr<std::string> {
        ASSIGN_OR_RETURN(const int64_t found,
                         tx.Execute(kNextSequence,
                                    db::Params().Add(supplement.report_id).Add(supplement.tenant)));
        if (found == 0) return status::NotFound("report");
        ASSIGN_OR_RETURN(const db::Rows rows,
                         tx.Query(kSelectSequence,
                                  db::Params().Add(supplement.report_id).Add(supplement.tenant)));
        if (rows.size() != 1) return absl::InternalError("a locked report is gone");
        ASSIGN_OR_RETURN(const bool withdrawn,
                         IsWithdrawn(tx, supplement.tenant, supplement.report_id));
        if (withdrawn) return status::StateNotAllowed("the report was withdrawn");
        audit::Entry entry = EntryOf(audit::Kind::kReport, supplement.report_id, supplement.tenant,
                                     "SupplementReport", supplement.who, supplement.commitment);
        entry.by_day = supplement.anonymous;
        RETURN_IF_ERROR(
            journal_.Append(tx, std::move(entry), rows[0].IsNull(1) ? "" : rows[0].GetBytes(1)));
        RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertSupplement,
                                            db::Params()
                                                .Add(supplement.report_id)
                                                .Add(supplement.create_time)
                                                .Add(supplement.supplement_id)
                                                .Add(supplement.tenant)
                                                .Add(supplement.body)));
        std::vector<mamori::v1::Event> events = {supplement.event};
        events[0].set_subject_sequence(rows[0].GetInt64(0));
        RETURN_IF_ERROR(outbox::Append(tx, events));
        return supplement.answer.response;
      });
}

absl::StatusOr<std::string> SqlIntakeStore::AddContact(const NewContact& contact,
                                                       absl::Time deadline) {
  return idempotency::AnswerOnce(
      transactor_, clock_, deadline, contact.answer.key, contact.answer.digest,
      [&](db::Tx& tx) -> absl::StatusOr<std::string> {
        db::Params row;
        row.Add(contact.tenant)
            .Add(contact.create_time)
            .Add(contact.contact_id)
            .Add(contact.company);
        if (contact.report_id.empty()) {
          row.AddNull();
        } else {
          ASSIGN_OR_RETURN(
              const db::Rows rows,
              tx.Query(kShareReport, db::Params().Add(contact.report_id).Add(contact.tenant)));
          if (rows.empty()) return status::NotFound("report");
          row.Add(contact.report_id);
        }
        audit::Entry entry = EntryOf(audit::Kind::kContact, contact.contact_id, contact.tenant,
                                     "RecordContact", contact.who, contact.commitment);
        if (!contact.report_id.empty()) {
          entry.cause_kind = audit::Kind::kReport;
          entry.cause_id = contact.report_id;
        }
        RETURN_IF_ERROR(journal_.Begin(tx, {std::move(entry)}).status());
        row.Add(contact.start_time).Add(contact.body);
        RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertContact, row));
        RETURN_IF_ERROR(outbox::Append(tx, std::vector<const mamori::v1::Event*>{&contact.event}));
        return contact.answer.response;
      });
}

absl::StatusOr<std::vector<StoredContact>> SqlIntakeStore::GetContacts(
    const std::string& tenant, const std::vector<std::string>& ids, absl::Time deadline) {
  if (ids.empty()) return std::vector<StoredContact>();
  db::Params params;
  params.Add(tenant);
  const std::string sql = AddList(kSelectContacts, ids, params);
  ASSIGN_OR_RETURN(const db::Rows rows, Read(deadline, sql, params));
  return ToContacts(rows);
}

absl::StatusOr<std::vector<StoredContact>> SqlIntakeStore::ListContacts(const std::string& tenant,
                                                                        const ContactFilter& filter,
                                                                        const Position& after,
                                                                        int limit,
                                                                        absl::Time deadline) {
  const bool by_report = !filter.report_id.empty();
  const bool by_company = !filter.company.empty();
  const char* sql = by_report && by_company ? kContactPageOfReportAndCompany
                    : by_report             ? kContactPageOfReport
                    : by_company            ? kContactPageOfCompany
                                            : kContactPage;
  db::Params params;
  params.Add(tenant);
  if (by_report) params.Add(filter.report_id);
  if (by_company) params.Add(filter.company);
  AddPosition(after, limit, params);
  ASSIGN_OR_RETURN(const db::Rows rows, Read(deadline, sql, params));
  return ToContacts(rows);
}

absl::StatusOr<int64_t> SqlIntakeStore::PruneAnswers(absl::Time before, int limit,
                                                     absl::Time deadline) {
  return transactor_.Run<int64_t>({.deadline = deadline}, [&](db::Tx& tx) {
    return idempotency::PruneAnswers(tx, before, limit);
  });
}

}  // namespace mamori::intake
