#include "services/triage/sql_work_store.h"

#include <map>
#include <utility>
#include <vector>

#include "common/sealing/fields.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/case_audit.h"
#include "services/triage/sql_assessment_rows.h"
#include "services/triage/sql_case_rows.h"

namespace mamori::triage {
namespace {

constexpr char kSelectWork[] =
    "SELECT row_id, record_id, kind, version, author, create_time, body FROM case_work"
    " WHERE case_id = ? AND tenant = ? ORDER BY sequence";
constexpr char kSelectReportIds[] =
    "SELECT report_id FROM case_report WHERE case_id = ? AND tenant = ?"
    " ORDER BY join_time, report_id LIMIT 1000";
constexpr char kSelectLast[] =
    "SELECT COALESCE(MAX(sequence), 0) FROM case_work WHERE case_id = ? AND tenant = ?";
constexpr char kInsertWork[] =
    "INSERT INTO case_work (row_id, tenant, case_id, sequence, record_id, kind, version, author,"
    " create_time, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

db::Params Of(const CaseRow& row) { return db::Params().Add(row.case_id).Add(row.tenant); }

// Its records are sealed still.
absl::StatusOr<CaseFile> ReadFile(db::Tx& tx, CaseRow row) {
  CaseFile file;
  ASSIGN_OR_RETURN(const db::Rows reports, tx.Query(kSelectReportIds, Of(row)));
  for (const db::Row& report : reports) file.reports.push_back(report.GetBytes(0));
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectWork, Of(row)));
  std::map<id::Id, size_t> places;
  for (const db::Row& one : rows) {
    WorkRow work{.row_id = one.GetBytes(0),
                 .record_id = one.GetBytes(1),
                 .kind = static_cast<WorkKind>(one.GetInt64(2)),
                 .version = one.GetInt64(3),
                 .author = one.GetBytes(4),
                 .create_time = one.GetTime(5),
                 .body = one.GetBytes(6)};
    const auto [place, first] = places.emplace(work.record_id, file.work.size());
    if (first) {
      file.work.push_back(std::move(work));
    } else {
      file.work[place->second] = std::move(work);
    }
  }
  file.row = std::move(row);
  return file;
}

// `of_case` has the hash of its chain's first entry.
absl::Status InsertWork(db::Tx& tx, const AccessSeal& seal, const sealing::DataKey& key,
                        const CaseRow& of_case, const CaseChange& change,
                        const std::vector<WorkRow>& rows) {
  if (rows.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const db::Rows last, tx.Query(kSelectLast, Of(of_case)));
  int64_t sequence = last[0].GetInt64(0);
  if (sequence + static_cast<int64_t>(rows.size()) > kMaxWorkRows) {
    return status::StateNotAllowed("the case's file is full");
  }
  for (const WorkRow& row : rows) {
    const CaseContent::Sealed sealed =
        CaseContent::Seal(key, sealing::WorkBody(of_case.tenant, row.row_id), row.body);
    db::Params params;
    params.Add(row.row_id).Add(of_case.tenant).Add(of_case.case_id).Add(++sequence);
    params.Add(row.record_id).Add(static_cast<int>(row.kind)).Add(row.version).Add(row.author);
    params.Add(row.create_time).Add(sealed.text);
    RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertWork, params));
    RETURN_IF_ERROR(RecordWork(tx, seal, of_case, change, sealed.commitment));
  }
  return absl::OkStatus();
}

// `from_key` is that of the case `from`.
absl::Status Open(db::Tx& tx, const AccessSeal& seal, const CaseContent& content,
                  const CaseRow& from, const sealing::DataKey& from_key, const WorkOpened& opened,
                  absl::Time deadline) {
  const CaseRow& row = opened.change.row;
  RETURN_IF_ERROR(InsertCases(tx, seal, {{.change = &opened.change, .report = nullptr}}));
  if (opened.rows.empty() && opened.moved_report.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const CaseRow stored, SelectCase(tx, seal, row.tenant, row.case_id, true));
  ASSIGN_OR_RETURN(const sealing::DataKey key, content.KeyOf(tx, stored, deadline));
  if (!opened.moved_report.empty()) {
    RETURN_IF_ERROR(MoveReports(tx, {row.tenant, from.case_id, row.case_id}, {opened.moved_report},
                                from_key, key));
  }
  return InsertWork(tx, seal, key, stored, opened.change, opened.rows);
}

}  // namespace

absl::StatusOr<std::string> SqlWorkStore::Change(const CallKey& call, std::string_view tenant,
                                                 const id::Id& case_id, Decide decide) {
  using Answered = CaseContent::Answered<std::string>;
  return content_.AnswerOnce(
      transactor_, clock_, call, tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        // The lock on the case: of decisions that cross, the second reads what the first wrote.
        ASSIGN_OR_RETURN(CaseRow before, SelectCase(tx, seal_, tenant, case_id, true));
        ASSIGN_OR_RETURN(CaseFile file, ReadFile(tx, std::move(before)));
        RETURN_IF_ERROR(content_.OpenWork(file.row, call.deadline, file.work));
        ASSIGN_OR_RETURN(WorkChange change, decide(file));
        ASSIGN_OR_RETURN(sealing::DataKey key, content_.KeyOf(tx, file.row, call.deadline));
        if (change.change.has_value()) {
          CaseContent::SealNote(key, *change.change);
          RETURN_IF_ERROR(UpdateCase(tx, seal_, file.row, *change.change));
          RETURN_IF_ERROR(InsertWork(tx, seal_, key, file.row, *change.change, change.rows));
        }
        if (change.opened.has_value()) {
          RETURN_IF_ERROR(Open(tx, seal_, content_, file.row, key, *change.opened, call.deadline));
        }
        return Answered{std::move(change.answer), std::move(key)};
      });
}

absl::StatusOr<CaseFile> SqlWorkStore::Read(std::string_view tenant, const id::Id& case_id,
                                            Admit admit, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      CaseFile file,
      transactor_.Run<CaseFile>(
          {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<CaseFile> {
            ASSIGN_OR_RETURN(CaseRow row, SelectCase(tx, seal_, tenant, case_id, false));
            RETURN_IF_ERROR(admit(row));
            return ReadFile(tx, std::move(row));
          }));
  RETURN_IF_ERROR(content_.OpenWork(file.row, deadline, file.work));
  return file;
}

}  // namespace mamori::triage
