#include "services/triage/closing.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "mamori/triage/v1/care_service.pb.h"
#include "mamori/triage/v1/fact_finding_service.pb.h"
#include "mamori/triage/v1/judgement_service.pb.h"
#include "mamori/triage/v1/measure_service.pb.h"
#include "mamori/triage/v1/prevention_service.pb.h"
#include "mamori/triage/v1/task_service.pb.h"
#include "services/triage/casework.h"
#include "services/triage/closing_rules.h"

namespace mamori::triage {
namespace {

bool Has(const CaseFile& file, WorkKind kind) {
  return std::any_of(file.work.begin(), file.work.end(),
                     [&](const WorkRow& row) { return row.kind == kind; });
}

// In the order in which the records were begun.
absl::StatusOr<ClosingFacts> FactsOf(const CaseFile& file) {
  ClosingFacts facts{.risk = Has(file, WorkKind::kDetrimentRisk)};
  facts.judged = file.row.kind == mamori::v1::REPORT_KIND_FEEDBACK;
  for (const WorkRow& row : file.work) {
    // What was planned before it happened again is no answer to that.
    if (row.kind == WorkKind::kReopening) facts.prevention = false;
    if (row.kind == WorkKind::kPrevention) {
      ASSIGN_OR_RETURN(const auto action, BodyOf<v1::PreventionAction>(row));
      facts.prevention |= !action.has_reviewed_time() || action.effective();
    }
    if (row.kind == WorkKind::kTask) {
      ASSIGN_OR_RETURN(const auto task, BodyOf<v1::Task>(row));
      facts.open_tasks |= !task.has_complete_time();
    }
    if (row.kind == WorkKind::kJudgement) {
      facts.judged = true;
      ASSIGN_OR_RETURN(const auto judgement, BodyOf<v1::Judgement>(row));
      facts.harassment = judgement.verdict() == v1::VERDICT_HARASSMENT;
    }
    if (row.kind == WorkKind::kCare) {
      ASSIGN_OR_RETURN(const auto care, BodyOf<v1::Care>(row));
      facts.cared |= care.kind() == v1::CARE_KIND_CONTACT || care.kind() == v1::CARE_KIND_DECLINED;
    }
  }
  return facts;
}

}  // namespace

absl::Status CheckRisk(const CaseFile& file) {
  if (Has(file, WorkKind::kDetrimentRisk)) return absl::OkStatus();
  return status::Error(absl::StatusCode::kFailedPrecondition,
                       mamori::v1::ERROR_REASON_RISK_NOT_ASSESSED,
                       "it is not recorded how likely it is that somebody suffers for reporting, "
                       "nor why that was not assessed");
}

absl::StatusOr<bool> EndsLikeClosing(const CaseFile& file) {
  bool decided = Has(file, WorkKind::kJudgement);
  for (const WorkRow& row : file.work) {
    if (row.kind == WorkKind::kConclusion) {
      ASSIGN_OR_RETURN(const auto conclusion, BodyOf<v1::FactConclusion>(row));
      decided |= !conclusion.has_void_time();
    }
    if (row.kind == WorkKind::kMeasure) {
      ASSIGN_OR_RETURN(const auto measure, BodyOf<v1::Measure>(row));
      // Also by one whose time ran out: somebody meant it to be done.
      const bool approved =
          std::any_of(measure.approvals().begin(), measure.approvals().end(),
                      [](const v1::MeasureApproval& one) { return !one.has_revoke_time(); });
      decided |= measure.has_outcome() || (measure.rejecter().empty() && approved);
    }
  }
  return EndsLikeClosing(file.row.state, decided);
}

absl::Status CheckClosing(const CaseFile& file, const std::string& no_prevention_reason) {
  ASSIGN_OR_RETURN(ClosingFacts facts, FactsOf(file));
  facts.no_prevention_reason = !no_prevention_reason.empty();
  const std::vector<std::string> missing = MissingForClosing(facts);
  if (missing.empty()) return absl::OkStatus();
  const std::string ids = absl::StrJoin(missing, ",");
  return status::Error(
      absl::StatusCode::kFailedPrecondition, mamori::v1::ERROR_REASON_CLOSING_INCOMPLETE,
      absl::StrCat("missing before it is closed: ", ids,
                   " (risk: how likely it is that somebody suffers for reporting; prevention: an "
                   "action against recurrence or the reason why there is none; care: a contact "
                   "with whom it happened to, that no care is wanted, or a judgement that it was "
                   "no harassment; tasks: each to be completed)"),
      {{"missing", ids}});
}

}  // namespace mamori::triage
