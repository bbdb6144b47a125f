#include "services/triage/fact_finding_rules.h"

#include <algorithm>

#include "services/triage/work_checks.h"

namespace mamori::triage {
namespace {

using status::Violations;

// Whether a source is one of the file's own, which are looked up, rather than evidence.
bool IsOfTheFile(const std::string& resource) {
  return ParseWorkName("statements", resource).ok() || id::FromName("reports", resource).ok();
}

void CheckFinding(Violations& violations, const v1::Finding& finding) {
  CheckSize(violations, "finding.text", finding.text(), 1, kMaxWorkText);
  CheckCount(violations, "finding.sources", finding.sources_size(), 1, kMaxCited);
  for (int i = 0; i < std::min(finding.sources_size(), kMaxCited); ++i) {
    const v1::FindingSource& source = finding.sources(i);
    const std::string at = absl::StrCat("finding.sources[", i, "]");
    CheckSize(violations, at + ".resource", source.resource(), 1, kMaxResourceBytes);
    if (!IsOfTheFile(source.resource())) CheckSha256(violations, at + ".sha256", source.sha256());
  }
  CheckEnum(violations, "finding.outcome", finding.outcome(), v1::FactOutcome_IsValid);
}

}  // namespace

absl::Status Validate(const v1::RecordStatementRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  const v1::Statement& statement = request.statement();
  CheckEnum(violations, "statement.kind", statement.kind(), v1::StatementKind_IsValid);
  CheckEnum(violations, "statement.role", statement.role(), v1::StatementRole_IsValid);
  CheckEnum(violations, "statement.form", statement.form(), v1::StatementForm_IsValid);
  CheckSize(violations, "statement.person", statement.person(), 1, kMaxPersonBytes);
  CheckSize(violations, "statement.taker", statement.taker(), 0, kMaxPersonBytes);
  CheckSize(violations, "statement.text", statement.text(), 1, kMaxStatement);
  CheckTime(violations, "statement.take_time", statement.has_take_time(), statement.take_time());
  if (!statement.taker().empty() && statement.taker() == statement.person()) {
    violations.Add("statement.taker", "nobody takes their own statement");
  }
  if (!statement.corrects().empty()) {
    CheckWorkName(violations, "statements", statement.corrects(), "statement.corrects");
  }
  return violations.Status();
}

absl::Status Validate(const v1::RecordFindingRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  CheckFinding(violations, request.finding());
  return violations.Status();
}

absl::Status Validate(const v1::ReviseFindingRequest& request) {
  Violations violations = CheckWorkVerb(request, "findings");
  CheckFinding(violations, request.finding());
  return violations.Status();
}

absl::Status Validate(const v1::ConcludeFactFindingRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  CheckEnum(violations, "conclusion.outcome", request.conclusion().outcome(),
            v1::FactOutcome_IsValid);
  CheckSize(violations, "conclusion.reason", request.conclusion().reason(), 1, kMaxWorkText);
  return violations.Status();
}

absl::Status Validate(const v1::GetFactFindingRequest& request) {
  Violations violations;
  CheckWorkName(violations, "", request.name());
  return violations.Status();
}

bool IsSubstantiated(v1::FactOutcome outcome) {
  return outcome == v1::FACT_OUTCOME_SUBSTANTIATED || outcome == v1::FACT_OUTCOME_PARTLY;
}

bool Supports(const std::vector<v1::FactOutcome>& findings, v1::FactOutcome outcome) {
  const auto any = [&](bool (*is)(v1::FactOutcome)) {
    return std::any_of(findings.begin(), findings.end(), is);
  };
  switch (outcome) {
    case v1::FACT_OUTCOME_SUBSTANTIATED:
    case v1::FACT_OUTCOME_PARTLY:
      return any(IsSubstantiated);
    case v1::FACT_OUTCOME_NOT:
      return any([](v1::FactOutcome one) { return one == v1::FACT_OUTCOME_NOT; }) &&
             !any([](v1::FactOutcome one) { return one == v1::FACT_OUTCOME_SUBSTANTIATED; });
    case v1::FACT_OUTCOME_UNDETERMINED:
      return true;
    default:
      return false;
  }
}

}  // namespace mamori::triage
