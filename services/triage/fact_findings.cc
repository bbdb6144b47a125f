#include "services/triage/fact_findings.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/fact_finding_rules.h"
#include "services/triage/hearings.h"
#include "services/triage/work_name.h"

namespace mamori::triage {

using server::CallContext;

namespace {

v1::Statement Shown(const CaseRow& row, const WorkRow& work, v1::Statement statement) {
  statement.set_name(NameOfWork("statements", row.case_id, work.record_id));
  return statement;
}

v1::Finding Shown(const CaseRow& row, const WorkRow& work, v1::Finding finding) {
  finding.set_name(NameOfWork("findings", row.case_id, work.record_id));
  finding.set_etag(EtagOf(work));
  return finding;
}

absl::StatusOr<v1::FactFinding> WholeOf(const CaseView& view) {
  v1::FactFinding whole;
  whole.set_name(id::Name("cases", view.file.row.case_id));
  for (const WorkRow* row : view.All(WorkKind::kStatement)) {
    ASSIGN_OR_RETURN(v1::Statement statement, BodyOf<v1::Statement>(*row));
    *whole.add_statements() = Shown(view.file.row, *row, std::move(statement));
  }
  for (const WorkRow* row : view.All(WorkKind::kFinding)) {
    ASSIGN_OR_RETURN(v1::Finding finding, BodyOf<v1::Finding>(*row));
    *whole.add_findings() = Shown(view.file.row, *row, std::move(finding));
  }
  for (const WorkRow* row : view.All(WorkKind::kConclusion)) {
    ASSIGN_OR_RETURN(*whole.mutable_conclusion(), BodyOf<v1::FactConclusion>(*row));
  }
  return whole;
}

absl::StatusOr<const WorkRow*> FindStatement(const CaseView& view, const std::string& name) {
  const auto parsed = ParseWorkName("statements", name);
  if (!parsed.ok() || parsed->case_id != view.file.row.case_id) {
    return status::NotFound("statement");
  }
  return view.Find(WorkKind::kStatement, parsed->record_id);
}

// A finding rests on what this case has: never on another case's words.
absl::Status CheckSources(const CaseView& view, const v1::Finding& finding) {
  status::Violations violations;
  for (int i = 0; i < finding.sources_size(); ++i) {
    const std::string& resource = finding.sources(i).resource();
    const auto report = id::FromName("reports", resource);
    const bool is_report = report.ok();
    const bool is_statement = ParseWorkName("statements", resource).ok();
    const auto& reports = view.file.reports;
    if ((is_report && std::find(reports.begin(), reports.end(), *report) == reports.end()) ||
        (is_statement && !FindStatement(view, resource).ok())) {
      violations.Add(absl::StrCat("finding.sources[", i, "].resource"), "is not of this case");
    }
  }
  return violations.Status();
}

// A conclusion holds as long as the findings bear it: when one is revised, or another comes, it is
// void until somebody concludes anew. `revised` is empty for a finding that is new.
absl::Status VoidUnborne(Work& work, const id::Id& revised, v1::FactOutcome outcome) {
  const auto concluded = work.view().All(WorkKind::kConclusion);
  if (concluded.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto conclusion, BodyOf<v1::FactConclusion>(*concluded.front()));
  if (conclusion.has_void_time()) return absl::OkStatus();
  std::vector<v1::FactOutcome> outcomes = {outcome};
  for (const WorkRow* row : work.view().All(WorkKind::kFinding)) {
    if (row->record_id == revised) continue;
    ASSIGN_OR_RETURN(const auto finding, BodyOf<v1::Finding>(*row));
    outcomes.push_back(finding.outcome());
  }
  if (Supports(outcomes, conclusion.outcome())) return absl::OkStatus();
  *conclusion.mutable_void_time() = time::ToTimestamp(work.now());
  work.Put(*concluded.front(), conclusion);
  return absl::OkStatus();
}

absl::Status CheckAccusedHeard(const CaseView& view, v1::FactOutcome outcome) {
  if (!NeedsHearing(outcome)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const HearingFacts facts, HearingFactsOf(view));
  return CheckHeard(facts);
}

v1::Finding Authored(v1::Finding finding, const Work& work) {
  finding.clear_name();
  finding.clear_etag();
  finding.set_author(work.call().person);
  *finding.mutable_record_time() = time::ToTimestamp(work.now());
  return finding;
}

}  // namespace

absl::StatusOr<v1::Statement> FactFindings::RecordStatement(
    const CallContext& call, const v1::RecordStatementRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Do<v1::Statement>(
      call, request, case_id, authz::Action::kWork,
      [&](Work& work) -> absl::StatusOr<v1::Statement> {
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kInquire));
        v1::Statement statement = request.statement();
        status::Violations violations;
        if (statement.taker().empty()) statement.set_taker(call.person);
        if (statement.taker() == statement.person()) {
          violations.Add("statement.taker", "nobody takes their own statement");
        }
        if (time::FromTimestamp(statement.take_time()) > work.now()) {
          violations.Add("statement.take_time", "is in the future");
        }
        if (!statement.corrects().empty() &&
            !FindStatement(work.view(), statement.corrects()).ok()) {
          violations.Add("statement.corrects", "is not of this case");
        }
        RETURN_IF_ERROR(violations.Status());
        statement.clear_name();
        statement.set_recorder(call.person);
        *statement.mutable_record_time() = time::ToTimestamp(work.now());
        const WorkRow row = work.Add(WorkKind::kStatement, statement);
        return Shown(work.row(), row, std::move(statement));
      });
}

absl::StatusOr<v1::Finding> FactFindings::RecordFinding(const CallContext& call,
                                                        const v1::RecordFindingRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Do<v1::Finding>(call, request, case_id, authz::Action::kWork,
                                   [&](Work& work) -> absl::StatusOr<v1::Finding> {
                                     RETURN_IF_ERROR(work.NeedState(WorkVerb::kInquire));
                                     RETURN_IF_ERROR(CheckSources(work.view(), request.finding()));
                                     v1::Finding finding = Authored(request.finding(), work);
                                     const WorkRow row = work.Add(WorkKind::kFinding, finding);
                                     RETURN_IF_ERROR(VoidUnborne(work, {}, finding.outcome()));
                                     return Shown(work.row(), row, std::move(finding));
                                   });
}

absl::StatusOr<v1::Finding> FactFindings::ReviseFinding(const CallContext& call,
                                                        const v1::ReviseFindingRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const WorkName name, ParseWorkName("findings", request.name()));
  return casework_.Do<v1::Finding>(
      call, request, name.case_id, authz::Action::kWork,
      [&](Work& work) -> absl::StatusOr<v1::Finding> {
        ASSIGN_OR_RETURN(const WorkRow* before,
                         work.view().Find(WorkKind::kFinding, name.record_id));
        if (!request.etag().empty() && request.etag() != EtagOf(*before)) {
          return status::EtagMismatch();
        }
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kInquire));
        RETURN_IF_ERROR(CheckSources(work.view(), request.finding()));
        v1::Finding finding = Authored(request.finding(), work);
        const WorkRow row = work.Put(*before, finding);
        RETURN_IF_ERROR(VoidUnborne(work, name.record_id, finding.outcome()));
        return Shown(work.row(), row, std::move(finding));
      });
}

absl::StatusOr<v1::FactFinding> FactFindings::Conclude(
    const CallContext& call, const v1::ConcludeFactFindingRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Do<v1::FactFinding>(
      call, request, case_id, authz::Action::kWork,
      [&](Work& work) -> absl::StatusOr<v1::FactFinding> {
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kInquire));
        ASSIGN_OR_RETURN(v1::FactFinding whole, WholeOf(work.view()));
        std::vector<v1::FactOutcome> outcomes;
        for (const v1::Finding& finding : whole.findings()) outcomes.push_back(finding.outcome());
        if (!Supports(outcomes, request.conclusion().outcome())) {
          return status::StateNotAllowed("no finding supports this outcome");
        }
        RETURN_IF_ERROR(CheckAccusedHeard(work.view(), request.conclusion().outcome()));
        v1::FactConclusion conclusion = request.conclusion();
        conclusion.clear_void_time();
        conclusion.set_author(call.person);
        *conclusion.mutable_conclude_time() = time::ToTimestamp(work.now());
        const auto before = work.view().All(WorkKind::kConclusion);
        if (before.empty()) {
          work.Add(WorkKind::kConclusion, conclusion);
        } else {
          work.Put(*before.front(), conclusion);
        }
        *whole.mutable_conclusion() = std::move(conclusion);
        return whole;
      });
}

absl::StatusOr<v1::FactFinding> FactFindings::Get(const CallContext& call,
                                                  const v1::GetFactFindingRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Read<v1::FactFinding>(call, case_id, WholeOf);
}

}  // namespace mamori::triage
