// The statements on the assessments of reports: each is sealed under the key of the case that its
// report is in, and goes with that.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_ASSESSMENT_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_ASSESSMENT_ROWS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/tx.h"
#include "mamori/v1/assessment.pb.h"
#include "services/triage/case_content.h"
#include "services/triage/sql_case_rows.h"

namespace mamori::triage {

// Of `case_report` `r`: the version of its assessment, as ReadAssessment reads it (253 is
// audit::Kind::kAssessment).
inline constexpr char kAssessmentVersion[] =
    "(SELECT e.access_version FROM audit_entry e WHERE e.resource_id = r.report_id AND e.kind = 253"
    " ORDER BY e.sequence DESC LIMIT 1)";
// Of the columns assessment and kAssessmentVersion, the first of them at `first`.
SealedAssessment ReadAssessment(const db::Row& row, size_t first);

// What is stored of it, at its first version; `assessment` is a serialized mamori.v1.Assessment.
std::string SealAssessment(const sealing::DataKey& key, std::string_view tenant,
                           const id::Id& report_id, std::string_view assessment);
// Of a disposed case it is empty. DATA_LOSS, also for an older one that was put back.
absl::StatusOr<mamori::v1::Assessment> OpenAssessment(const sealing::DataKey& key,
                                                      std::string_view tenant,
                                                      const id::Id& report_id,
                                                      const SealedAssessment& sealed);

// InsertCases for cases that reports open: each has its key from here on.
absl::Status OpenCases(db::Tx& tx, const AccessSeal& seal, const CaseContent& content,
                       const std::vector<NewCase>& cases, absl::Time deadline);

// Puts another assessment in the place of that of a report in the case that `change` is about,
// which this transaction has locked, and tells the audit that the older one counts no more. False
// when the report is not in it any more.
absl::StatusOr<bool> UpdateAssessment(db::Tx& tx, const AccessSeal& seal,
                                      const CaseContent& content, const CaseChange& change,
                                      const id::Id& report_id, std::string_view assessment,
                                      absl::Time deadline);

// Where reports go to, of cases that this transaction has locked, and of which it has the keys.
struct ReportMove {
  std::string_view tenant;
  const id::Id& from;
  const id::Id& into;
};
absl::Status MoveReports(db::Tx& tx, const ReportMove& move, const std::vector<id::Id>& reports,
                         const sealing::DataKey& from_key, const sealing::DataKey& into_key);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_ASSESSMENT_ROWS_H_
