#include "services/triage/measure_rules.h"

#include <algorithm>
#include <set>

#include "services/triage/work_checks.h"

namespace mamori::triage {
namespace {

using status::Violations;

constexpr char kCollection[] = "measures";
constexpr int kMaxAnswers = 20;
constexpr int kMaxPage = 1000;
constexpr size_t kMaxIdBytes = 64;
constexpr size_t kDigestDigits = 64;
// Beyond any contract; a number from there on is a slip.
constexpr int kMaxDays = 3660;

void CheckAnswers(Violations& violations, const v1::Measure& measure) {
  CheckCount(violations, "measure.guard_answers", measure.guard_answers_size(), 0, kMaxAnswers);
  std::set<std::string> questions;
  for (int i = 0; i < std::min(measure.guard_answers_size(), kMaxAnswers); ++i) {
    const v1::GuardAnswer& answer = measure.guard_answers(i);
    const std::string at = absl::StrCat("measure.guard_answers[", i, "]");
    CheckSize(violations, at + ".question", answer.question(), 1, kMaxIdBytes);
    if (!questions.insert(answer.question()).second) {
      violations.Add(at + ".question", "is answered twice");
    }
    CheckSize(violations, at + ".text", answer.text(), 0, kMaxWords);
    if (answer.days() < 0 || answer.days() > kMaxDays) {
      violations.Add(at + ".days", absl::StrCat("want 0 to ", kMaxDays));
    }
  }
}

// A measure rests on findings of its own case.
void CheckFindings(Violations& violations, const v1::Measure& measure, std::string_view of_case) {
  CheckCount(violations, "measure.findings", measure.findings_size(), 0, kMaxCited);
  std::set<std::string> seen;
  for (int i = 0; i < std::min(measure.findings_size(), kMaxCited); ++i) {
    const std::string at = absl::StrCat("measure.findings[", i, "]");
    const auto name = ParseWorkName("findings", measure.findings(i));
    if (!name.ok() || id::Name("cases", name->case_id) != of_case) {
      violations.Add(at, "want a finding of this case");
    } else if (!seen.insert(measure.findings(i)).second) {
      violations.Add(at, "stands twice");
    }
  }
}

void CheckMeasure(Violations& violations, const v1::Measure& measure, std::string_view of_case) {
  CheckSize(violations, "measure.measure", measure.measure(), 1, kMaxIdBytes);
  CheckSize(violations, "measure.text", measure.text(), 1, kMaxWorkText);
  CheckFindings(violations, measure, of_case);
  CheckCount(violations, "measure.evidence", measure.evidence_size(), 0, kMaxCited);
  for (int i = 0; i < std::min(measure.evidence_size(), kMaxCited); ++i) {
    const std::string at = absl::StrCat("measure.evidence[", i, "]");
    CheckSize(violations, at + ".resource", measure.evidence(i).resource(), 1, kMaxResourceBytes);
    CheckSha256(violations, at + ".sha256", measure.evidence(i).sha256());
  }
  CheckAnswers(violations, measure);
}

// "cases/{id}" of a name below it.
std::string_view CaseOf(std::string_view name) { return name.substr(0, name.find("/measures/")); }

template <typename Request>
absl::Status CheckVerbAlone(const Request& request) {
  return CheckWorkVerb(request, kCollection).Status();
}

}  // namespace

absl::Status Validate(const v1::ProposeMeasureRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  CheckMeasure(violations, request.measure(), request.name());
  return violations.Status();
}

absl::Status Validate(const v1::ReviseMeasureRequest& request) {
  Violations violations = CheckWorkVerb(request, kCollection);
  CheckMeasure(violations, request.measure(), CaseOf(request.name()));
  return violations.Status();
}

absl::Status Validate(const v1::GetMeasureRequest& request) {
  Violations violations;
  CheckWorkName(violations, kCollection, request.name());
  return violations.Status();
}

absl::Status Validate(const v1::ListMeasuresRequest& request) {
  Violations violations;
  CheckWorkName(violations, "", request.name());
  if (request.page_size() < 0 || request.page_size() > kMaxPage) {
    violations.Add("page_size", absl::StrCat("want 0 to ", kMaxPage));
  }
  return violations.Status();
}

absl::Status Validate(const v1::ApproveMeasureRequest& request) {
  Violations violations = CheckWorkVerb(request, kCollection);
  CheckSize(violations, "digest", request.digest(), kDigestDigits, kDigestDigits);
  return violations.Status();
}

absl::Status Validate(const v1::RevokeApprovalRequest& request) { return CheckVerbAlone(request); }

absl::Status Validate(const v1::ReferMeasureRequest& request) { return CheckVerbAlone(request); }

absl::Status Validate(const v1::RejectMeasureRequest& request) {
  Violations violations = CheckWorkVerb(request, kCollection);
  CheckSize(violations, "reason", request.reason(), 1, kMaxWords);
  return violations.Status();
}

absl::Status Validate(const v1::RecordMeasureOutcomeRequest& request) {
  Violations violations = CheckWorkVerb(request, kCollection);
  const v1::MeasureOutcome& outcome = request.outcome();
  CheckSize(violations, "outcome.reference_number", outcome.reference_number(), 0, kMaxPersonBytes);
  CheckSize(violations, "outcome.contact_person", outcome.contact_person(), 1, kMaxPersonBytes);
  CheckTime(violations, "outcome.carry_out_time", outcome.has_carry_out_time(),
            outcome.carry_out_time());
  CheckSize(violations, "outcome.next_action", outcome.next_action(), 1, kMaxWords);
  return violations.Status();
}

absl::Status Validate(const v1::AssessMeasureEffectRequest& request) {
  Violations violations = CheckWorkVerb(request, kCollection);
  CheckSize(violations, "effect.reason", request.effect().reason(), 1, kMaxWords);
  return violations.Status();
}

}  // namespace mamori::triage
