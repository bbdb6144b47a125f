#include "services/triage/closing.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "mamori/triage/v1/care_service.pb.h"
#include "mamori/triage/v1/judgement_service.pb.h"
#include "services/triage/casework.h"
#include "services/triage/closing_rules.h"

namespace mamori::triage {
namespace {

bool HasRisk(const CaseFile& file) {
  return std::any_of(file.work.begin(), file.work.end(),
                     [](const WorkRow& row) { return row.kind == WorkKind::kDetrimentRisk; });
}

absl::StatusOr<ClosingFacts> FactsOf(const CaseFile& file) {
  ClosingFacts facts{.risk = HasRisk(file)};
  for (const WorkRow& row : file.work) {
    if (row.kind == WorkKind::kPrevention) facts.prevention = true;
    if (row.kind == WorkKind::kJudgement) {
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
  if (HasRisk(file)) return absl::OkStatus();
  return status::Error(absl::StatusCode::kFailedPrecondition,
                       mamori::v1::ERROR_REASON_RISK_NOT_ASSESSED,
                       "it is not recorded how likely it is that somebody suffers for reporting, "
                       "nor why that was not assessed");
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
                   "action against recurrence or the reason why there is none; "
                   "care: a contact with whom it happened to, or that no care is wanted)"),
      {{"missing", ids}});
}

}  // namespace mamori::triage
