#include "services/triage/two_person.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "common/audit/entry.h"
#include "common/authz/access_record.h"
#include "common/idempotency/hash.h"
#include "common/server/step_up.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/call_key.h"
#include "services/triage/case_change.h"
#include "services/triage/guarded_request_rules.h"
#include "services/triage/hold_gate.h"
#include "services/triage/opinion_gate.h"
#include "services/triage/page.h"

namespace mamori::triage {

using mamori::v1::CaseAccess;
using server::CallContext;
using v1::TwoPersonAct;

namespace {

ActCaller CallerOf(const CallContext& call) { return {WhoOf(call), server::ActionOf(call)}; }

v1::ActApproval ApprovalOf(const CallContext& call, absl::Time now) {
  v1::ActApproval approval;
  approval.set_person(call.person);
  *approval.mutable_approve_time() = time::ToTimestamp(now);
  for (const std::string& role : call.roles) approval.add_roles(role);
  approval.set_department(call.department);
  return approval;
}

// A kind of act that the resource may be of.
v1::ActKind AnyKindAbout(const std::string& resource) {
  if (id::FromName("holds", resource).ok()) return v1::ACT_KIND_RELEASE_HOLD;
  if (id::FromName("policies", resource).ok()) return v1::ACT_KIND_TRAIN_OPINION;
  if (ParseRecordName(resource).ok()) return v1::ACT_KIND_DISPOSE_RECORD;
  return v1::ACT_KIND_REMOVE_EXCLUSION;
}

absl::Status NoSuchAct() { return status::NotFound("act"); }

}  // namespace

absl::Status TwoPerson::Check(const CallContext& call, const ActResource& resource) const {
  const authz::Viewer viewer = ViewerOf(call);
  if (resource.of_tenant) return CheckOpinionRole(call);
  if (resource.hold.version() > 0) {
    return CheckHoldAccess(d_.gate, viewer, resource.hold, resource, "hold");
  }
  if (resource.record.has_value()) {
    return CheckRecordAccess(viewer, *resource.record->kind, resource.record->person);
  }
  for (const CaseRow& row : resource.cases) {
    RETURN_IF_ERROR(d_.gate.Check(viewer, row.access, authz::Action::kChangeAccess));
  }
  return absl::OkStatus();
}

TwoPerson::ActOr TwoPerson::Admit(const CallContext& call, const id::Id& act_id) const {
  ASSIGN_OR_RETURN(const TwoPersonAct act, d_.store.Get(call.tenant, act_id, call.deadline));
  const absl::StatusOr<ActResource> resource =
      d_.store.ReadResource(call.tenant, act.kind(), act.resource(), call.deadline);
  const absl::Status may = resource.ok() ? Check(call, *resource) : resource.status();
  if (absl::IsNotFound(may)) return NoSuchAct();
  RETURN_IF_ERROR(may);
  return act;
}

absl::Status TwoPerson::CheckPossible(const TwoPersonAct& asked, const ActResource& resource,
                                      absl::Time now) const {
  if (asked.kind() == v1::ACT_KIND_TRAIN_OPINION) return absl::OkStatus();
  if (asked.kind() == v1::ACT_KIND_RELEASE_HOLD) {
    return resource.hold.has_release_time() ? status::StateNotAllowed("the hold was released")
                                            : absl::OkStatus();
  }
  if (asked.kind() == v1::ACT_KIND_DISPOSE_CASE) {
    return CheckDisposable(resource.retention, d_.retention, now);
  }
  if (asked.kind() == v1::ACT_KIND_DISPOSE_RECORD) {
    const RetainedRecord& record = *resource.record;
    return CheckDisposable(record.close_time, record.held,
                           RecordClassOf(d_.retention, *record.kind), now);
  }
  if (asked.kind() == v1::ACT_KIND_UNSEAL_IDENTITY) {
    const auto report = id::FromName("reports", asked.fields(0).value());
    const auto& reports = resource.reports;
    return report.ok() && std::find(reports.begin(), reports.end(), *report) != reports.end()
               ? absl::OkStatus()
               : status::StateNotAllowed("the report is none of the case");
  }
  CaseAccess access = resource.cases[0].access;
  if (authz::RemoveExclusion(asked.fields(0).value(), d_.gate.policy(), now, access)) {
    return absl::OkStatus();
  }
  return status::StateNotAllowed("the person is not kept out, or stays out for another cause");
}

absl::StatusOr<NewAct> TwoPerson::Make(const CallContext& call, const TwoPersonAct& asked,
                                       const ActResource& resource, const ActTime& time) const {
  RETURN_IF_ERROR(CheckClock(time));
  const absl::Time now = Effective(time);
  RETURN_IF_ERROR(CheckPossible(asked, resource, now));
  const ActPeriods periods = PeriodsOf(d_.policy, asked.emergency());
  NewAct result{.act_id = d_.ids.NewId()};
  TwoPersonAct& act = result.act;
  act.set_name(id::Name("acts", result.act_id));
  act.set_kind(asked.kind());
  act.set_resource(asked.resource());
  *act.mutable_fields() = asked.fields();
  act.set_reason(asked.reason());
  act.set_emergency(asked.emergency());
  act.set_resource_version(resource.version);
  *act.mutable_request_time() = time::ToTimestamp(now);
  *act.mutable_not_before_time() = time::ToTimestamp(now + periods.wait);
  *act.mutable_expire_time() = time::ToTimestamp(now + periods.expiry);
  act.set_salt(audit::NewRandom());
  act.set_hash(HashOfAct(call.tenant, act));
  act.set_state(v1::ACT_STATE_REQUESTED);
  *act.add_approvals() = ApprovalOf(call, now);
  act.set_version(1);
  if (act.emergency()) {
    const ChangeContext context{d_.clock.Now(),   call.traceparent, d_.ids,
                                d_.gate.policy(), WhoOf(call),      server::ActionOf(call)};
    ChangeBuilder builder(resource.cases[0], context);
    builder.TellEmergency(result.act_id);
    result.told = std::move(builder).Finish();
  }
  return result;
}

TwoPerson::ActOr TwoPerson::Request(const CallContext& call, const v1::RequestActRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  const TwoPersonAct& asked = request.act();
  // Before the request id and the step-up too: whoever may not see it is told of neither.
  ASSIGN_OR_RETURN(const ActResource first, d_.store.ReadResource(call.tenant, asked.kind(),
                                                                  asked.resource(), call.deadline));
  RETURN_IF_ERROR(Check(call, first));
  RETURN_IF_ERROR(server::RequireStepUp(call, d_.clock.Now()));
  ActOr act = d_.store.Add(
      KeyOf(call, request), CallerOf(call), call.tenant, asked.kind(), asked.resource(),
      [&](const ActResource& resource, const ActTime& time) -> absl::StatusOr<NewAct> {
        RETURN_IF_ERROR(Check(call, resource));
        return Make(call, asked, resource, time);
      });
  d_.committed();
  return act;
}

TwoPerson::ActOr TwoPerson::Approve(const CallContext& call, const v1::ApproveActRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id act_id, id::FromName("acts", request.name()));
  RETURN_IF_ERROR(Admit(call, act_id).status());
  RETURN_IF_ERROR(server::RequireStepUp(call, d_.clock.Now()));
  return d_.store.Change(KeyOf(call, request), CallerOf(call), call.tenant, act_id,
                         [&](const TwoPersonAct& act, const ActResource& resource,
                             const ActTime& time) -> absl::StatusOr<TwoPersonAct> {
                           const absl::Status may = Check(call, resource);
                           if (!may.ok()) return absl::IsNotFound(may) ? NoSuchAct() : may;
                           RETURN_IF_ERROR(CheckApprove(act, call.person, request.hash(),
                                                        {.time = time,
                                                         .access = resource.access(),
                                                         .past = &resource.past,
                                                         .resource_version = resource.version}));
                           TwoPersonAct after = act;
                           *after.add_approvals() = ApprovalOf(call, Effective(time));
                           after.set_state(v1::ACT_STATE_APPROVED);
                           return after;
                         });
}

TwoPerson::ActOr TwoPerson::Withdraw(const CallContext& call,
                                     const v1::WithdrawActRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id act_id, id::FromName("acts", request.name()));
  RETURN_IF_ERROR(Admit(call, act_id).status());
  return d_.store.Change(KeyOf(call, request), CallerOf(call), call.tenant, act_id,
                         [&](const TwoPersonAct& act, const ActResource& resource,
                             const ActTime&) -> absl::StatusOr<TwoPersonAct> {
                           const absl::Status may = Check(call, resource);
                           if (!may.ok()) return absl::IsNotFound(may) ? NoSuchAct() : may;
                           RETURN_IF_ERROR(CheckWithdraw(act));
                           TwoPersonAct after = act;
                           after.set_state(v1::ACT_STATE_WITHDRAWN);
                           return after;
                         });
}

TwoPerson::ActOr TwoPerson::Get(const CallContext& call, const v1::GetActRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id act_id, id::FromName("acts", request.name()));
  ASSIGN_OR_RETURN(const TwoPersonAct act, Admit(call, act_id));
  return ToProto(act);
}

absl::StatusOr<v1::ListActsResponse> TwoPerson::List(const CallContext& call,
                                                     const v1::ListActsRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const ActResource resource,
                   d_.store.ReadResource(call.tenant, AnyKindAbout(request.resource()),
                                         request.resource(), call.deadline));
  RETURN_IF_ERROR(Check(call, resource));
  const std::string digest =
      idempotency::Hash({"ListActs", call.tenant, request.resource(), call.person});
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(const auto position, FromPageToken(d_.tokens, binding, request.page_token()));
  const int size = PageSize(request.page_size());
  ASSIGN_OR_RETURN(
      const std::vector<TwoPersonAct> acts,
      d_.store.List(call.tenant, request.resource(), position, size + 1, call.deadline));
  v1::ListActsResponse response;
  for (int i = 0; i < static_cast<int>(acts.size()) && i < size; ++i) {
    *response.add_acts() = ToProto(acts[i]);
  }
  if (static_cast<int>(acts.size()) > size) {
    const TwoPersonAct& last = acts[size - 1];
    CaseRow at;
    at.create_time = time::FromTimestamp(last.request_time());
    ASSIGN_OR_RETURN(at.case_id, id::FromName("acts", last.name()));
    response.set_next_page_token(ToPageToken(d_.tokens, binding, at));
  }
  return response;
}

absl::StatusOr<CaseAccess> TwoPerson::RemoveExclusion(const CallContext& call,
                                                      const v1::RemoveExclusionRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(const id::Id act_id, id::FromName("acts", request.act()));
  ASSIGN_OR_RETURN(const ActResource first,
                   d_.store.ReadResource(call.tenant, v1::ACT_KIND_REMOVE_EXCLUSION, request.name(),
                                         call.deadline));
  RETURN_IF_ERROR(Check(call, first));
  RETURN_IF_ERROR(server::RequireStepUp(call, d_.clock.Now()));
  const ChangeContext context{d_.clock.Now(),   call.traceparent, d_.ids,
                              d_.gate.policy(), WhoOf(call),      server::ActionOf(call)};
  auto result = d_.store.ChangeAccessByAct(
      KeyOf(call, request), call.tenant, case_id, act_id, call.person,
      {{"person", request.person()}}, [&](const CaseRow& row) -> absl::StatusOr<CaseChange> {
        RETURN_IF_ERROR(d_.gate.Check(ViewerOf(call), row.access, authz::Action::kChangeAccess));
        ChangeBuilder builder(row, context);
        authz::RemoveExclusion(request.person(), d_.gate.policy(), context.now,
                               builder.ChangeAccess());
        return std::move(builder).Finish();
      });
  d_.committed();
  return result;
}

// The identity is intake's: it asks for the person who reads it, and gives it once this has been
// committed.
absl::StatusOr<v1::UseIdentityActResponse> TwoPerson::UseIdentity(
    const CallContext& call, const v1::UseIdentityActRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  RETURN_IF_ERROR(server::RequireResource(call, {request.act(), request.report()}));
  ASSIGN_OR_RETURN(const id::Id act_id, id::FromName("acts", request.act()));
  ASSIGN_OR_RETURN(const id::Id report_id, id::FromName("reports", request.report()));
  RETURN_IF_ERROR(d_.store.UseForIdentity(
      KeyOf(call, request), CallerOf(call), call.tenant, report_id, act_id, call.person,
      [&](const CaseRow& row) -> absl::Status {
        RETURN_IF_ERROR(d_.gate.Check(ViewerOf(call), row.access, authz::Action::kChangeAccess));
        return server::RequireStepUp(call, d_.clock.Now());
      }));
  v1::UseIdentityActResponse response;
  response.set_tell_reporter(d_.unsealing.reporter_notice() != mamori::v1::REPORTER_NOTICE_NONE);
  return response;
}

}  // namespace mamori::triage
