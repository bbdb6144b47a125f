#include "services/triage/preventions.h"

#include "common/authz/access_record.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/work_name.h"
#include "services/triage/work_request_rules.h"

namespace mamori::triage {

using server::CallContext;
using v1::PreventionAction;

namespace {

PreventionAction Shown(const CaseRow& row, const WorkRow& work, PreventionAction action) {
  action.set_name(NameOfWork("prevention", row.case_id, work.record_id));
  action.set_etag(EtagOf(work));
  return action;
}

}  // namespace

Preventions::ActionOr Preventions::Plan(const CallContext& call,
                                        const v1::PlanPreventionRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Do<PreventionAction>(
      call, request, case_id, authz::Action::kWork, [&](Work& work) -> ActionOr {
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kPrevent));
        const PreventionAction& said = request.prevention();
        if (!work.MayBeGiven(said.owner())) {
          return status::StateNotAllowed("the owner is kept out of the case");
        }
        if (time::FromTimestamp(said.due_time()) <= work.now()) {
          status::Violations violations;
          violations.Add("prevention.due_time", "has passed");
          return violations.Status();
        }
        PreventionAction action;
        action.set_action(said.action());
        action.set_owner(said.owner());
        *action.mutable_due_time() = said.due_time();
        *action.mutable_review_time() = said.review_time();
        action.set_planner(call.person);
        *action.mutable_plan_time() = time::ToTimestamp(work.now());
        const WorkRow row = work.Add(WorkKind::kPrevention, action);
        return Shown(work.row(), row, std::move(action));
      });
}

template <typename Request>
Preventions::ActionOr Preventions::Do(const CallContext& call, const Request& request,
                                      Effect effect) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const WorkName name, ParseWorkName("prevention", request.name()));
  return casework_.Do<PreventionAction>(
      call, request, name.case_id, authz::Action::kWork, [&](Work& work) -> ActionOr {
        ASSIGN_OR_RETURN(const WorkRow* before,
                         work.view().Find(WorkKind::kPrevention, name.record_id));
        if (!request.etag().empty() && request.etag() != EtagOf(*before)) {
          return status::EtagMismatch();
        }
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kPrevent));
        ASSIGN_OR_RETURN(PreventionAction action, BodyOf<PreventionAction>(*before));
        RETURN_IF_ERROR(effect(work, action));
        const WorkRow row = work.Put(*before, action);
        return Shown(work.row(), row, std::move(action));
      });
}

Preventions::ActionOr Preventions::Complete(const CallContext& call,
                                            const v1::CompletePreventionRequest& request) {
  return Do(call, request, [&](Work& work, PreventionAction& action) {
    if (action.has_complete_time()) return status::StateNotAllowed("it is done already");
    *action.mutable_complete_time() = time::ToTimestamp(work.now());
    action.set_outcome(request.outcome());
    return absl::OkStatus();
  });
}

Preventions::ActionOr Preventions::Review(const CallContext& call,
                                          const v1::ReviewPreventionRequest& request) {
  return Do(call, request, [&](Work& work, PreventionAction& action) {
    if (!action.has_complete_time()) return status::StateNotAllowed("it is not done yet");
    if (action.owner() == call.person) {
      return status::StateNotAllowed("its owner does not review it");
    }
    // Whether it has helped shows later.
    if (work.now() < time::FromTimestamp(action.review_time())) {
      return status::StateNotAllowed("it is not reviewed before its review_time");
    }
    action.set_reviewer(call.person);
    *action.mutable_reviewed_time() = time::ToTimestamp(work.now());
    action.set_effective(request.effective());
    action.set_review_reason(request.reason());
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::ListPreventionResponse> Preventions::List(
    const CallContext& call, const v1::ListPreventionRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  using ListOr = absl::StatusOr<v1::ListPreventionResponse>;
  return casework_.Read<v1::ListPreventionResponse>(
      call, case_id, [](const CaseView& view) -> ListOr {
        v1::ListPreventionResponse response;
        for (const WorkRow* row : view.All(WorkKind::kPrevention)) {
          ASSIGN_OR_RETURN(PreventionAction action, BodyOf<PreventionAction>(*row));
          *response.add_prevention() = Shown(view.file.row, *row, std::move(action));
        }
        return response;
      });
}

}  // namespace mamori::triage
