#include "services/triage/sql_work_rows.h"

#include <map>
#include <utility>

#include "common/sealing/fields.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/case_audit.h"
#include "services/triage/sql_work_items.h"
#include "services/triage/work_store.h"

namespace mamori::triage {
namespace {

constexpr char kSelectReportIds[] =
    "SELECT report_id FROM case_report WHERE case_id = ? AND tenant = ?"
    " ORDER BY join_time, report_id LIMIT 1000";
constexpr char kSelectLast[] =
    "SELECT COALESCE(MAX(sequence), 0) FROM case_work WHERE case_id = ? AND tenant = ?";
constexpr char kInsertWork[] =
    "INSERT INTO case_work (row_id, tenant, case_id, sequence, record_id, kind, version, author,"
    " create_time, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

db::Params Of(const CaseRow& row) { return db::Params().Add(row.case_id).Add(row.tenant); }

}  // namespace

WorkRow ReadWork(const db::Row& row, const id::Id& case_id) {
  return {.row_id = row.GetBytes(0),
          .record_id = row.GetBytes(1),
          .kind = static_cast<WorkKind>(row.GetInt64(2)),
          .version = row.GetInt64(3),
          .author = row.GetBytes(4),
          .create_time = row.GetTime(5),
          .body = row.GetBytes(6),
          .case_id = case_id,
          .sequence = row.GetInt64(7)};
}

absl::StatusOr<CaseFile> SelectFile(db::Tx& tx, CaseRow row) {
  CaseFile file;
  ASSIGN_OR_RETURN(const db::Rows reports, tx.Query(kSelectReportIds, Of(row)));
  for (const db::Row& report : reports) file.reports.push_back(report.GetBytes(0));
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectWorkRows, Of(row)));
  std::map<id::Id, size_t> places;
  for (const db::Row& one : rows) {
    WorkRow work = ReadWork(one, row.case_id);
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
    WorkRow placed = row;
    placed.case_id = of_case.case_id;
    placed.sequence = ++sequence;
    if (row.kind == WorkKind::kMeasure) RETURN_IF_ERROR(RecordMeasure(tx, seal, change, row));
    const std::string place = CaseContent::PlaceOf(placed);
    const CaseContent::Sealed sealed =
        CaseContent::Seal(key, sealing::WorkBody(of_case.tenant, place), row.body);
    db::Params params;
    params.Add(row.row_id).Add(of_case.tenant).Add(of_case.case_id).Add(sequence);
    params.Add(row.record_id).Add(static_cast<int>(row.kind)).Add(row.version).Add(row.author);
    params.Add(row.create_time).Add(sealed.text);
    RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertWork, params));
    RETURN_IF_ERROR(RecordWork(tx, seal, of_case, change, sealed.commitment));
    RETURN_IF_ERROR(IndexWork(tx, of_case, row));
  }
  return absl::OkStatus();
}

}  // namespace mamori::triage
