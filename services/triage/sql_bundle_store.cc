#include "services/triage/sql_bundle_store.h"

#include <algorithm>
#include <utility>

#include "common/status/macros.h"
#include "services/triage/case_audit.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/sql_work_rows.h"

namespace mamori::triage {
namespace {

constexpr char kSelectReports[] =
    "SELECT report_id, join_time FROM case_report WHERE case_id = ? AND tenant = ?"
    " ORDER BY join_time, report_id LIMIT 1000";
constexpr char kSelectNotes[] =
    "SELECT note_id, text FROM case_note WHERE case_id = ? AND tenant = ? ORDER BY create_time";
constexpr char kSelectCertificate[] =
    "SELECT case_id, certificate, audit_random FROM disposition WHERE case_id = ? AND tenant = ?";

}  // namespace

absl::StatusOr<CaseRow> SqlBundleStore::Record(std::string_view tenant, const id::Id& case_id,
                                               const audit::Who& who, const std::string& action,
                                               NoteRow purpose, Admit admit, absl::Time deadline) {
  // After an unknown COMMIT it stands there twice rather than not at all: as two notes.
  return transactor_.Run<CaseRow>(
      {.deadline = deadline, .settles_unknown_commit = true},
      [&](db::Tx& tx) -> absl::StatusOr<CaseRow> {
        ASSIGN_OR_RETURN(CaseRow row, SelectCase(tx, seal_, tenant, case_id, true));
        RETURN_IF_ERROR(admit(row));
        CaseChange change{.row = row, .who = who, .action = action};
        const absl::StatusOr<sealing::DataKey> key = content_.KeyOf(tx, row, deadline);
        std::string commitment;
        if (key.ok()) {
          change.note = purpose;
          CaseContent::SealNote(*key, change);
          ASSIGN_OR_RETURN(commitment, InsertNote(tx, change));
        } else if (!absl::IsNotFound(key.status())) {
          return key.status();
        }
        RETURN_IF_ERROR(RecordWork(tx, seal_, row, change, std::move(commitment)));
        return row;
      });
}

absl::StatusOr<db::Rows> SqlBundleStore::Read(const CaseRow& row, const char* sql,
                                              absl::Time deadline) {
  return transactor_.Run<db::Rows>({.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
    return tx.Query(sql, db::Params().Add(row.case_id).Add(row.tenant));
  });
}

absl::StatusOr<std::vector<JoinedReport>> SqlBundleStore::ListReports(const CaseRow& row,
                                                                      absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, Read(row, kSelectReports, deadline));
  std::vector<JoinedReport> reports;
  for (const db::Row& one : rows) {
    reports.push_back({id::Name("reports", one.GetBytes(0)), one.GetTime(1)});
  }
  std::sort(reports.begin(), reports.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return reports;
}

absl::StatusOr<std::vector<CommittedRow>> SqlBundleStore::ListCommitted(const CaseRow& row,
                                                                        absl::Time deadline) {
  std::vector<CommittedRow> all;
  ASSIGN_OR_RETURN(const db::Rows notes, Read(row, kSelectNotes, deadline));
  for (const db::Row& one : notes) {
    all.push_back(
        {.of = CommittedRow::Of::kNote, .row_id = one.GetBytes(0), .content = one.GetBytes(1)});
  }
  ASSIGN_OR_RETURN(const db::Rows work, Read(row, kSelectWorkRows, deadline));
  for (const db::Row& one : work) {
    const WorkRow record = ReadWork(one, row.case_id);
    all.push_back({.of = CommittedRow::Of::kWork,
                   .row_id = record.row_id,
                   .kind = record.kind,
                   .place = CaseContent::PlaceOf(record),
                   .content = record.body});
  }
  ASSIGN_OR_RETURN(const db::Rows certificate, Read(row, kSelectCertificate, deadline));
  for (const db::Row& one : certificate) {
    all.push_back({.of = CommittedRow::Of::kCertificate,
                   .row_id = one.GetBytes(0),
                   .random = one.GetBytes(2),
                   .content = one.GetBytes(1)});
  }
  return all;
}

}  // namespace mamori::triage
