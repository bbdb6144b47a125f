#include "services/triage/measures.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/authz/access_record.h"
#include "common/idempotency/hash.h"
#include "common/idempotency/page_token.h"
#include "common/server/step_up.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/approval_status.h"
#include "services/triage/measure_rules.h"
#include "services/triage/measure_view.h"
#include "services/triage/page.h"
#include "services/triage/work_name.h"

namespace mamori::triage {

using server::CallContext;
using v1::Measure;

namespace {

ApprovalPerson PersonOf(const CallContext& call) {
  return {.person = call.person, .roles = call.roles, .department = call.department};
}

absl::Status CheckProposal(const CaseView& view, const Measure& measure) {
  status::Violations violations;
  const auto& known = view.policy.measures();
  if (std::none_of(known.begin(), known.end(),
                   [&](const auto& one) { return one.id() == measure.measure(); })) {
    violations.Add("measure.measure", "is no measure of the case's policy");
  }
  for (int i = 0; i < measure.findings_size(); ++i) {
    const auto name = ParseWorkName("findings", measure.findings(i));
    if (!name.ok() || !view.Find(WorkKind::kFinding, name->record_id).ok()) {
      violations.Add(absl::StrCat("measure.findings[", i, "]"), "is not of this case");
    }
  }
  return violations.Status();
}

void LetIn(Work& work, const std::string& person) {
  const auto& members = work.row().access.members();
  if (std::any_of(members.begin(), members.end(),
                  [&](const auto& one) { return one.person() == person; })) {
    return;
  }
  authz::AddMember(person, "", work.now(), work.change().ChangeAccess());
}

// Somebody decides: those of the roster, or the outside approver, who is let in.
absl::Status NeedDeciders(Work& work, const Measure& measure) {
  ASSIGN_OR_RETURN(const ApprovalFacts facts, ApprovalFactsOf(work.view(), measure));
  const WhoDecides who = DecidersOf(facts);
  if (who.deciders == Deciders::kNobody) return NobodyDecides(facts, who);
  if (who.deciders == Deciders::kOutside) LetIn(work, who.outside);
  return absl::OkStatus();
}

// What was said, without what only the service says.
Measure Stored(const Measure& said) {
  Measure measure;
  measure.set_measure(said.measure());
  measure.set_text(said.text());
  *measure.mutable_findings() = said.findings();
  *measure.mutable_evidence() = said.evidence();
  *measure.mutable_guard_answers() = said.guard_answers();
  return measure;
}

absl::Status CheckOutcome(const v1::MeasureOutcome& outcome, const Measure& measure,
                          const ApprovalFacts& facts) {
  status::Violations violations;
  const absl::Time done = time::FromTimestamp(outcome.carry_out_time());
  if (done > facts.now) violations.Add("outcome.carry_out_time", "is in the future");
  for (const v1::MeasureApproval& approval : measure.approvals()) {
    if (FaultOf(approval, facts) == v1::APPROVAL_FAULT_UNSPECIFIED &&
        done < time::FromTimestamp(approval.approve_time())) {
      violations.Add("outcome.carry_out_time", "is before its approvals");
      break;
    }
  }
  return violations.Status();
}

absl::Status NeedApproved(const ApprovalFacts& facts) {
  if (IsApproved(facts)) return absl::OkStatus();
  return status::Error(
      absl::StatusCode::kFailedPrecondition, mamori::v1::ERROR_REASON_APPROVALS_MISSING,
      absl::StrCat("of ", facts.rule.approvals(), " approvals that are needed ", CountOf(facts),
                   " hold now: others were revoked, have run out, were for something else, or "
                   "come from someone who is kept out"));
}

// Of an approval, and of what relies on one: the clock is not behind, so that nothing that has run
// out holds again; and the person has authenticated as the rule wants it.
absl::Status NeedPerson(const Work& work, const ApprovalFacts& facts) {
  RETURN_IF_ERROR(CheckClock(work.view().file.time));
  return facts.rule.step_up() ? server::RequireStepUp(work.call(), facts.now) : absl::OkStatus();
}

absl::Status CheckApproval(const Work& work, const v1::ApproveMeasureRequest& request,
                           const ApprovalFacts& facts) {
  RETURN_IF_ERROR(StatusOf(MayApprove(PersonOf(work.call()), facts), facts));
  RETURN_IF_ERROR(NeedPerson(work, facts));
  if (request.digest() != facts.digest) return status::EtagMismatch();
  return CheckGuard(work.view(), facts.measure);
}

std::vector<id::Id> ReportsBeside(const std::set<id::Id>& known,
                                  const std::vector<id::Id>& reports) {
  std::vector<id::Id> others;
  for (const id::Id& report_id : reports) {
    if (known.count(report_id) == 0) others.push_back(report_id);
  }
  return others;
}

// `facts` are of `measure`, and see what is added.
void AddApproval(Work& work, const WorkRow& row, const ApprovalFacts& facts, Measure& measure) {
  const CallContext& call = work.call();
  const bool outside = MayApprove(PersonOf(call), facts) == ApprovalAnswer::kMayOutside;
  v1::MeasureApproval& approval = *measure.add_approvals();
  approval.set_approver(call.person);
  for (const std::string& role : call.roles) approval.add_roles(role);
  approval.set_department(call.department);
  *approval.mutable_approve_time() = time::ToTimestamp(facts.now);
  *approval.mutable_expire_time() =
      time::ToTimestamp(facts.now + absl::Seconds(facts.rule.hold_time().seconds()));
  approval.set_digest(facts.digest);
  approval.set_outside(outside);
  work.LeaveMark();
  if (IsApproved(facts)) work.change().TellMeasureApproved(row.record_id, measure.measure());
}

}  // namespace

template <typename Request>
Measures::MeasureOr Measures::Do(const CallContext& call, const Request& request,
                                 authz::Action action, Effect effect) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const WorkName name, ParseWorkName("measures", request.name()));
  return casework_.Do<Measure>(call, request, name.case_id, action, [&](Work& work) -> MeasureOr {
    ASSIGN_OR_RETURN(const WorkRow* row, work.view().Find(WorkKind::kMeasure, name.record_id));
    ASSIGN_OR_RETURN(Measure measure, BodyOf<Measure>(*row));
    RETURN_IF_ERROR(effect(work, *row, measure));
    return ShownMeasure(work.view(), work.Put(*row, measure), measure);
  });
}

template <typename Request>
Measures::MeasureOr Measures::DoOpen(const CallContext& call, const Request& request,
                                     authz::Action action, Effect effect) {
  return Do(call, request, action, [&](Work& work, const WorkRow& row, Measure& measure) {
    if (!IsOpen(measure)) return status::StateNotAllowed("the measure is rejected or carried out");
    RETURN_IF_ERROR(work.NeedState(WorkVerb::kMeasure));
    return effect(work, row, measure);
  });
}

Measures::MeasureOr Measures::Propose(const CallContext& call,
                                      const v1::ProposeMeasureRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Do<Measure>(
      call, request, case_id, authz::Action::kWork, [&](Work& work) -> MeasureOr {
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kMeasure));
        RETURN_IF_ERROR(CheckProposal(work.view(), request.measure()));
        Measure measure = Stored(request.measure());
        measure.add_proposers(call.person);
        *measure.mutable_propose_time() = time::ToTimestamp(work.now());
        RETURN_IF_ERROR(CheckGuard(work.view(), measure));
        RETURN_IF_ERROR(NeedDeciders(work, measure));
        return ShownMeasure(work.view(), work.Add(WorkKind::kMeasure, measure), measure);
      });
}

Measures::MeasureOr Measures::Revise(const CallContext& call,
                                     const v1::ReviseMeasureRequest& request) {
  return DoOpen(call, request, authz::Action::kWork,
                [&](Work& work, const WorkRow& row, Measure& measure) -> absl::Status {
                  if (!request.etag().empty() && request.etag() != EtagOf(row)) {
                    return status::EtagMismatch();
                  }
                  RETURN_IF_ERROR(CheckProposal(work.view(), request.measure()));
                  if (request.measure().measure() != measure.measure()) {
                    status::Violations violations;
                    violations.Add("measure.measure", "the kind stays; propose another measure");
                    return violations.Status();
                  }
                  Measure revised = Stored(request.measure());
                  *revised.mutable_proposers() = measure.proposers();
                  const auto& before = measure.proposers();
                  if (std::find(before.begin(), before.end(), call.person) == before.end()) {
                    revised.add_proposers(call.person);
                  }
                  *revised.mutable_propose_time() = measure.propose_time();
                  *revised.mutable_approvals() = measure.approvals();
                  measure = std::move(revised);
                  RETURN_IF_ERROR(CheckGuard(work.view(), measure));
                  return NeedDeciders(work, measure);
                });
}

Measures::MeasureOr Measures::Get(const CallContext& call, const v1::GetMeasureRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const WorkName name, ParseWorkName("measures", request.name()));
  return casework_.Read<Measure>(call, name.case_id, [&](const CaseView& view) -> MeasureOr {
    ASSIGN_OR_RETURN(const WorkRow* row, view.Find(WorkKind::kMeasure, name.record_id));
    ASSIGN_OR_RETURN(const Measure measure, BodyOf<Measure>(*row));
    return ShownMeasure(view, *row, measure);
  });
}

absl::StatusOr<v1::ListMeasuresResponse> Measures::List(const CallContext& call,
                                                        const v1::ListMeasuresRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  const std::string query = idempotency::Hash({"ListMeasures", call.tenant, case_id});
  const idempotency::TokenBinding binding{call.tenant, call.person, query};
  size_t from = 0;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(const std::string position,
                     casework_.tokens().Open(binding, request.page_token()));
    if (!absl::SimpleAtoi(position, &from)) return status::PageTokenInvalid();
  }
  using ListOr = absl::StatusOr<v1::ListMeasuresResponse>;
  return casework_.Read<v1::ListMeasuresResponse>(
      call, case_id, [&](const CaseView& view) -> ListOr {
        const std::vector<const WorkRow*> rows = view.All(WorkKind::kMeasure);
        const size_t end =
            std::min(rows.size(), from + static_cast<size_t>(PageSize(request.page_size())));
        v1::ListMeasuresResponse response;
        for (size_t i = from; i < end; ++i) {
          ASSIGN_OR_RETURN(const Measure measure, BodyOf<Measure>(*rows[i]));
          ASSIGN_OR_RETURN(*response.add_measures(), ShownMeasure(view, *rows[i], measure));
        }
        // Records are only ever added, so a position stays what it was.
        if (end < rows.size()) {
          response.set_next_page_token(
              casework_.tokens().Seal(binding, absl::StrFormat("%06d", end)));
        }
        return response;
      });
}

Measures::MeasureOr Measures::Approve(const CallContext& call,
                                      const v1::ApproveMeasureRequest& request) {
  // Reports of which it is known that the person did not make them.
  std::set<id::Id> of_others;
  for (;;) {
    std::vector<id::Id> to_ask;
    auto approved =
        DoOpen(call, request, authz::Action::kRead,
               [&](Work& work, const WorkRow& row, Measure& measure) -> absl::Status {
                 to_ask.clear();
                 ASSIGN_OR_RETURN(const ApprovalFacts facts, ApprovalFactsOf(work.view(), measure));
                 RETURN_IF_ERROR(CheckApproval(work, request, facts));
                 to_ask = ReportsBeside(of_others, work.view().file.reports);
                 if (ownership_ != nullptr && !to_ask.empty()) {
                   return absl::AbortedError("intake is asked first");
                 }
                 AddApproval(work, row, facts, measure);
                 return absl::OkStatus();
               });
    if (ownership_ == nullptr || to_ask.empty()) return approved;
    // Outside the transaction, and only for somebody who could approve otherwise. When a report
    // joins the case meanwhile it is no longer what they have read.
    for (id::Id& report_id : to_ask) {
      ASSIGN_OR_RETURN(const bool own, ownership_->IsOwn(call, report_id));
      if (own) return NotAllowed("who reported it does not approve a measure");
      of_others.insert(std::move(report_id));
    }
  }
}

Measures::MeasureOr Measures::Revoke(const CallContext& call,
                                     const v1::RevokeApprovalRequest& request) {
  return DoOpen(call, request, authz::Action::kRead,
                [&](Work& work, const WorkRow&, Measure& measure) -> absl::Status {
                  bool found = false;
                  for (v1::MeasureApproval& approval : *measure.mutable_approvals()) {
                    if (approval.approver() != call.person || approval.has_revoke_time()) continue;
                    *approval.mutable_revoke_time() = time::ToTimestamp(work.now());
                    found = true;
                  }
                  if (found) return absl::OkStatus();
                  return status::StateNotAllowed("the person has no approval to take back");
                });
}

Measures::MeasureOr Measures::Refer(const CallContext& call,
                                    const v1::ReferMeasureRequest& request) {
  return DoOpen(call, request, authz::Action::kWork,
                [&](Work& work, const WorkRow&, Measure& measure) -> absl::Status {
                  ASSIGN_OR_RETURN(const ApprovalFacts facts,
                                   ApprovalFactsOf(work.view(), measure));
                  if (DecidersOf(facts).deciders == Deciders::kEnough) {
                    return status::StateNotAllowed("enough people could approve it");
                  }
                  return NeedDeciders(work, measure);
                });
}

Measures::MeasureOr Measures::Reject(const CallContext& call,
                                     const v1::RejectMeasureRequest& request) {
  return DoOpen(call, request, authz::Action::kRead,
                [&](Work& work, const WorkRow& row, Measure& measure) -> absl::Status {
                  ASSIGN_OR_RETURN(const ApprovalFacts facts,
                                   ApprovalFactsOf(work.view(), measure));
                  if (!MayReject(PersonOf(call), facts)) {
                    return NotAllowed("no role of the person decides on this measure");
                  }
                  if (!request.etag().empty() && request.etag() != EtagOf(row)) {
                    return status::EtagMismatch();
                  }
                  measure.set_digest(facts.digest);
                  measure.set_reject_reason(request.reason());
                  measure.set_rejecter(call.person);
                  return absl::OkStatus();
                });
}

Measures::MeasureOr Measures::RecordOutcome(const CallContext& call,
                                            const v1::RecordMeasureOutcomeRequest& request) {
  return DoOpen(call, request, authz::Action::kWork,
                [&](Work& work, const WorkRow& row, Measure& measure) -> absl::Status {
                  if (!request.etag().empty() && request.etag() != EtagOf(row)) {
                    return status::EtagMismatch();
                  }
                  ASSIGN_OR_RETURN(const ApprovalFacts facts,
                                   ApprovalFactsOf(work.view(), measure));
                  RETURN_IF_ERROR(NeedPerson(work, facts));
                  RETURN_IF_ERROR(NeedApproved(facts));
                  RETURN_IF_ERROR(CheckGuard(work.view(), measure));
                  RETURN_IF_ERROR(CheckOutcome(request.outcome(), measure, facts));
                  for (v1::MeasureApproval& approval : *measure.mutable_approvals()) {
                    approval.set_fault(FaultOf(approval, facts));
                  }
                  measure.set_digest(facts.digest);
                  work.LeaveMark();
                  *measure.mutable_outcome() = request.outcome();
                  measure.mutable_outcome()->set_recorder(call.person);
                  *measure.mutable_outcome()->mutable_record_time() = time::ToTimestamp(work.now());
                  work.change().TellMeasureCarriedOut(row.record_id, measure.measure());
                  return absl::OkStatus();
                });
}

Measures::MeasureOr Measures::AssessEffect(const CallContext& call,
                                           const v1::AssessMeasureEffectRequest& request) {
  return Do(call, request, authz::Action::kWork,
            [&](Work& work, const WorkRow& row, Measure& measure) -> absl::Status {
              if (!request.etag().empty() && request.etag() != EtagOf(row)) {
                return status::EtagMismatch();
              }
              RETURN_IF_ERROR(work.NeedState(WorkVerb::kReview));
              if (!measure.has_outcome()) {
                return status::StateNotAllowed("the measure is not carried out");
              }
              *measure.mutable_effect() = request.effect();
              measure.mutable_effect()->set_assessor(call.person);
              *measure.mutable_effect()->mutable_assess_time() = time::ToTimestamp(work.now());
              return absl::OkStatus();
            });
}

}  // namespace mamori::triage
