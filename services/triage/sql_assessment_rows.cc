#include "services/triage/sql_assessment_rows.h"

#include <utility>

#include "absl/strings/str_replace.h"
#include "common/sealing/fields.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

constexpr char kUpdate[] =
    "UPDATE case_report SET assessment = ? WHERE report_id = ? AND tenant = ? AND case_id = ?";
constexpr char kSelect[] =
    "SELECT r.assessment, %V FROM case_report r"
    " WHERE r.report_id = ? AND r.tenant = ? AND r.case_id = ?";
constexpr char kMove[] =
    "UPDATE case_report SET case_id = ?, assessment = ?"
    " WHERE report_id = ? AND tenant = ? AND case_id = ?";

db::Params Of(std::string_view tenant, const id::Id& report_id, const id::Id& case_id) {
  return db::Params().Add(report_id).Add(tenant).Add(case_id);
}

std::string SealAt(const sealing::DataKey& key, std::string_view tenant, const id::Id& report_id,
                   int64_t version, std::string_view assessment) {
  return key.Seal(sealing::AssessmentBody(tenant, report_id, version), assessment);
}

absl::StatusOr<db::Rows> SelectSealed(db::Tx& tx, std::string_view tenant, const id::Id& report_id,
                                      const id::Id& case_id) {
  return tx.Query(absl::StrReplaceAll(kSelect, {{"%V", kAssessmentVersion}}),
                  Of(tenant, report_id, case_id));
}

}  // namespace

SealedAssessment ReadAssessment(const db::Row& row, size_t first) {
  return {.body = row.GetBytes(first),
          .version = row.IsNull(first + 1) ? 1 : row.GetInt64(first + 1)};
}

std::string SealAssessment(const sealing::DataKey& key, std::string_view tenant,
                           const id::Id& report_id, std::string_view assessment) {
  return SealAt(key, tenant, report_id, 1, assessment);
}

absl::StatusOr<mamori::v1::Assessment> OpenAssessment(const sealing::DataKey& key,
                                                      std::string_view tenant,
                                                      const id::Id& report_id,
                                                      const SealedAssessment& sealed) {
  mamori::v1::Assessment assessment;
  if (sealed.body.empty()) return assessment;
  ASSIGN_OR_RETURN(
      const std::string bytes,
      key.Open(sealing::AssessmentBody(tenant, report_id, sealed.version), sealed.body));
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

absl::StatusOr<bool> UpdateAssessment(db::Tx& tx, const AccessSeal& seal,
                                      const CaseContent& content, const CaseChange& change,
                                      const id::Id& report_id, std::string_view assessment,
                                      absl::Time deadline) {
  const CaseRow& row = change.row;
  ASSIGN_OR_RETURN(const db::Rows rows, SelectSealed(tx, row.tenant, report_id, row.case_id));
  if (rows.empty()) return false;
  const int64_t version = ReadAssessment(rows[0], 0).version + 1;
  ASSIGN_OR_RETURN(const sealing::DataKey key, content.KeyOf(tx, row, deadline));
  db::Params params;
  params.Add(SealAt(key, row.tenant, report_id, version, assessment));
  params.Append(Of(row.tenant, report_id, row.case_id));
  ASSIGN_OR_RETURN(const int64_t found, tx.Execute(kUpdate, params));
  if (found != 1) return false;
  audit::Entry entry;
  entry.kind = audit::Kind::kAssessment;
  entry.resource_id = report_id;
  entry.tenant = row.tenant;
  entry.action = change.action;
  entry.who = change.who;
  entry.access_version = version;
  entry.by_day = row.anonymous;
  // The first one has no entry: the chain begins with the second.
  RETURN_IF_ERROR(seal.journal().Append(tx, std::move(entry), ""));
  return true;
}

absl::Status MoveReports(db::Tx& tx, const ReportMove& move, const std::vector<id::Id>& reports,
                         const sealing::DataKey& from_key, const sealing::DataKey& into_key) {
  for (const id::Id& report_id : reports) {
    ASSIGN_OR_RETURN(const db::Rows rows, SelectSealed(tx, move.tenant, report_id, move.from));
    if (rows.size() != 1) return absl::InternalError("a locked case has not its report");
    const SealedAssessment sealed = ReadAssessment(rows[0], 0);
    ASSIGN_OR_RETURN(const mamori::v1::Assessment assessment,
                     OpenAssessment(from_key, move.tenant, report_id, sealed));
    db::Params params;
    params.Add(move.into).Add(
        SealAt(into_key, move.tenant, report_id, sealed.version, assessment.SerializeAsString()));
    params.Append(Of(move.tenant, report_id, move.from));
    RETURN_IF_ERROR(tx.ExecuteExpecting(1, kMove, params));
  }
  return absl::OkStatus();
}

}  // namespace mamori::triage
