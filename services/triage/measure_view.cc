#include "services/triage/measure_view.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/authz/access_record.h"
#include "common/idempotency/hash.h"
#include "common/status/macros.h"
#include "mamori/triage/v1/care_service.pb.h"
#include "mamori/triage/v1/fact_finding_service.pb.h"
#include "services/triage/fact_finding_rules.h"
#include "services/triage/work_name.h"

namespace mamori::triage {
namespace {

// What denies, whatever roles and memberships say.
constexpr authz::Fact kOut[] = {authz::Fact::kExcludedByHand,   authz::Fact::kSubject,
                                authz::Fact::kWitness,          authz::Fact::kSuperior,
                                authz::Fact::kKeptOut,          authz::Fact::kSameDepartment,
                                authz::Fact::kDepartmentUnknown};

bool IsOut(const CaseRow& row, const mamori::v1::AccessPolicy& policy,
           const ApprovalPerson& person) {
  const authz::Facts facts = authz::FactsOf({.tenant = row.tenant,
                                             .person = person.person,
                                             .roles = authz::RolesOf(person.roles),
                                             .department = person.department},
                                            row.access, policy);
  return std::any_of(std::begin(kOut), std::end(kOut),
                     [&](authz::Fact fact) { return facts.Has(fact); });
}

template <typename List>
bool Names(const List& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// What people say when they propose, without what the service adds.
v1::Measure Proposal(const v1::Measure& measure) {
  v1::Measure proposal;
  proposal.set_measure(measure.measure());
  proposal.set_text(measure.text());
  *proposal.mutable_findings() = measure.findings();
  *proposal.mutable_evidence() = measure.evidence();
  *proposal.mutable_guard_answers() = measure.guard_answers();
  return proposal;
}

const WorkRow* FindFinding(const CaseView& view, const std::string& name) {
  const auto parsed = ParseWorkName("findings", name);
  if (!parsed.ok()) return nullptr;
  const auto row = view.Find(WorkKind::kFinding, parsed->record_id);
  return row.ok() ? *row : nullptr;
}

absl::StatusOr<GuardFacts> GuardFactsOf(const CaseView& view, const v1::Measure& measure) {
  GuardFacts facts;
  for (const WorkRow* row : view.All(WorkKind::kMeasure)) {
    ASSIGN_OR_RETURN(const v1::Measure other, BodyOf<v1::Measure>(*row));
    if (other.has_outcome()) ++facts.carried_out[other.measure()];
  }
  std::set<const WorkRow*> cited;
  for (const std::string& name : measure.findings()) {
    const WorkRow* row = FindFinding(view, name);
    if (row == nullptr || !cited.insert(row).second) continue;
    ASSIGN_OR_RETURN(const v1::Finding finding, BodyOf<v1::Finding>(*row));
    facts.substantiated += IsSubstantiated(finding.outcome());
  }
  return facts;
}

// Of whom the case is, beside those whom its access record knows: who is cared for, who told what
// they suffered or saw, who reported retaliation. What they say by name alone finds nobody.
absl::StatusOr<std::set<std::string>> InvolvedIn(const CaseFile& file) {
  std::set<std::string> involved;
  for (const WorkRow& row : file.work) {
    if (row.kind == WorkKind::kCare) {
      ASSIGN_OR_RETURN(const auto care, BodyOf<v1::Care>(row));
      involved.insert(care.person());
    } else if (row.kind == WorkKind::kStatement) {
      ASSIGN_OR_RETURN(const auto statement, BodyOf<v1::Statement>(row));
      if (statement.role() != v1::STATEMENT_ROLE_OTHER) involved.insert(statement.person());
    } else if (row.kind == WorkKind::kRetaliation) {
      ASSIGN_OR_RETURN(const auto report, BodyOf<v1::RetaliationReport>(row));
      involved.insert(report.reporter());
      involved.insert(report.affected());
    }
  }
  return involved;
}

v1::MeasureState StateOf(const v1::Measure& measure, const ApprovalFacts& facts) {
  if (!measure.rejecter().empty()) return v1::MEASURE_STATE_REJECTED;
  if (measure.has_effect()) {
    return measure.effect().effective() ? v1::MEASURE_STATE_EFFECTIVE
                                        : v1::MEASURE_STATE_NOT_EFFECTIVE;
  }
  if (measure.has_outcome()) return v1::MEASURE_STATE_CARRIED_OUT;
  return IsApproved(facts) ? v1::MEASURE_STATE_APPROVED : v1::MEASURE_STATE_PROPOSED;
}

}  // namespace

std::string DigestOfMeasure(const CaseView& view, const v1::Measure& measure) {
  std::string cited;
  for (const std::string& name : measure.findings()) {
    const WorkRow* row = FindFinding(view, name);
    absl::StrAppend(&cited, idempotency::Hash({name, row == nullptr ? "" : row->body}));
  }
  // Whoever made one of them approves nothing: one that comes to the case later voids what was
  // approved without it.
  std::vector<id::Id> reports = view.file.reports;
  std::sort(reports.begin(), reports.end());
  std::string asked;
  for (const id::Id& report : reports) asked += report;
  return absl::BytesToHexString(idempotency::Hash(
      {"measure", Proposal(measure).SerializeAsString(), cited, idempotency::Hash({asked})}));
}

absl::StatusOr<ApprovalFacts> ApprovalFactsOf(const CaseView& view, const v1::Measure& measure) {
  const mamori::v1::ApprovalRule* rule = ApprovalRuleOf(view.policy, measure.measure());
  if (rule == nullptr) {
    return status::StateNotAllowed("the policy says nobody who approves this measure");
  }
  ApprovalFacts facts{.rule = *rule,
                      .measure = measure,
                      .digest = DigestOfMeasure(view, measure),
                      .now = Effective(view.file.time)};
  for (const mamori::v1::RosterEntry& entry : view.access.roster()) {
    facts.roster.push_back({.person = entry.person(),
                            .roles = {entry.roles().begin(), entry.roles().end()},
                            .department = entry.department()});
  }
  ASSIGN_OR_RETURN(const std::set<std::string> involved, InvolvedIn(view.file));
  facts.is_out = [&row = view.file.row, &access = view.access, rule,
                  involved](const ApprovalPerson& person) {
    if (involved.count(person.person) > 0) return true;
    // An outside approver stands in no department of ours until a token says so.
    if (person.department.empty() && Names(rule->outside_approvers(), person.person)) {
      return authz::IsExcluded(person.person, row.access);
    }
    return IsOut(row, access, person);
  };
  return facts;
}

absl::Status CheckGuard(const CaseView& view, const v1::Measure& measure) {
  const mamori::v1::MeasureGuard* guard = GuardOf(view.policy, measure.measure());
  if (guard == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(const GuardFacts facts, GuardFactsOf(view, measure));
  std::vector<std::string> ids, labels;
  for (const mamori::v1::GuardQuestion* question : MissingAnswers(*guard, measure, facts)) {
    ids.push_back(question->id());
    labels.push_back(absl::StrCat(question->label_en(), " (", question->id(), ")"));
  }
  if (ids.empty()) return absl::OkStatus();
  return status::Error(absl::StatusCode::kFailedPrecondition,
                       mamori::v1::ERROR_REASON_MEASURE_GUARD_INCOMPLETE,
                       absl::StrCat("missing before this measure: ", absl::StrJoin(labels, "; ")),
                       {{"missing", absl::StrJoin(ids, ",")}});
}

bool IsOpen(const v1::Measure& measure) {
  return measure.rejecter().empty() && !measure.has_outcome();
}

absl::StatusOr<v1::Measure> ShownMeasure(const CaseView& view, const WorkRow& row,
                                         const v1::Measure& measure) {
  ASSIGN_OR_RETURN(const ApprovalFacts facts, ApprovalFactsOf(view, measure));
  v1::Measure shown = measure;
  shown.set_name(NameOfWork("measures", view.file.row.case_id, row.record_id));
  shown.set_etag(EtagOf(row));
  shown.set_state(StateOf(measure, facts));
  shown.set_approvals_needed(facts.rule.approvals());
  // Once it is done it says under what it was done, not what its sources say since.
  if (!IsOpen(measure)) return shown;
  for (v1::MeasureApproval& approval : *shown.mutable_approvals()) {
    approval.set_fault(FaultOf(approval, facts));
  }
  shown.set_digest(facts.digest);
  shown.set_outside_approver(DecidersOf(facts).outside);
  return shown;
}

}  // namespace mamori::triage
