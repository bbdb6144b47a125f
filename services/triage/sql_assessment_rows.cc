#include "services/triage/sql_assessment_rows.h"

#include <utility>

#include "common/sealing/fields.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

constexpr char kUpdate[] =
    "UPDATE case_report SET assessment = ? WHERE report_id = ? AND tenant = ? AND case_id = ?";
constexpr char kSelect[] =
    "SELECT assessment FROM case_report WHERE report_id = ? AND tenant = ? AND case_id = ?";
constexpr char kMove[] =
    "UPDATE case_report SET case_id = ?, assessment = ?"
    " WHERE report_id = ? AND tenant = ? AND case_id = ?";

db::Params Of(std::string_view tenant, const id::Id& report_id, const id::Id& case_id) {
  return db::Params().Add(report_id).Add(tenant).Add(case_id);
}

}  // namespace

std::string SealAssessment(const sealing::DataKey& key, std::string_view tenant,
                           const id::Id& report_id, std::string_view assessment) {
  return key.Seal(sealing::AssessmentBody(tenant, report_id), assessment);
}

absl::StatusOr<mamori::v1::Assessment> OpenAssessment(const sealing::DataKey& key,
                                                      std::string_view tenant,
                                                      const id::Id& report_id,
                                                      std::string_view sealed) {
  mamori::v1::Assessment assessment;
  if (sealed.empty()) return assessment;
  ASSIGN_OR_RETURN(const std::string bytes,
                   key.Open(sealing::AssessmentBody(tenant, report_id), sealed));
  if (assessment.ParseFromString(bytes)) return assessment;
  return absl::DataLossError("a stored assessment cannot be read");
}

absl::Status OpenCases(db::Tx& tx, const AccessSeal& seal, const CaseContent& content,
                       const std::vector<NewCase>& cases, absl::Time deadline) {
  std::vector<const CaseRow*> rows;
  for (const NewCase& one : cases) rows.push_back(&one.change->row);
  ASSIGN_OR_RETURN(const std::vector<sealing::FreshKey> keys, content.NewKeys(tx, rows, deadline));
  std::vector<CaseReportRow> reports(cases.size());
  std::vector<NewCase> sealed = cases;
  for (size_t i = 0; i < cases.size(); ++i) {
    if (cases[i].report == nullptr) continue;
    ASSIGN_OR_RETURN(const sealing::DataKey key, content.sealer().Open(keys[i]));
    const CaseReportRow& report = *cases[i].report;
    reports[i] = {
        .report_id = report.report_id,
        .tenant = report.tenant,
        .case_id = report.case_id,
        .join_time = report.join_time,
        .assessment = SealAssessment(key, report.tenant, report.report_id, report.assessment)};
    sealed[i].report = &reports[i];
  }
  return InsertCases(tx, seal, sealed);
}

absl::StatusOr<bool> UpdateAssessment(db::Tx& tx, const CaseContent& content, const CaseRow& row,
                                      const id::Id& report_id, std::string_view assessment,
                                      absl::Time deadline) {
  ASSIGN_OR_RETURN(const sealing::DataKey key, content.KeyOf(tx, row, deadline));
  db::Params params;
  params.Add(SealAssessment(key, row.tenant, report_id, assessment));
  params.Append(Of(row.tenant, report_id, row.case_id));
  ASSIGN_OR_RETURN(const int64_t found, tx.Execute(kUpdate, params));
  return found == 1;
}

absl::Status MoveReports(db::Tx& tx, const ReportMove& move, const std::vector<id::Id>& reports,
                         const sealing::DataKey& from_key, const sealing::DataKey& into_key) {
  for (const id::Id& report_id : reports) {
    ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelect, Of(move.tenant, report_id, move.from)));
    if (rows.size() != 1) return absl::InternalError("a locked case has not its report");
    ASSIGN_OR_RETURN(const mamori::v1::Assessment assessment,
                     OpenAssessment(from_key, move.tenant, report_id, rows[0].GetBytes(0)));
    db::Params params;
    params.Add(move.into).Add(
        SealAssessment(into_key, move.tenant, report_id, assessment.SerializeAsString()));
    params.Append(Of(move.tenant, report_id, move.from));
    RETURN_IF_ERROR(tx.ExecuteExpecting(1, kMove, params));
  }
  return absl::OkStatus();
}

}  // namespace mamori::triage
