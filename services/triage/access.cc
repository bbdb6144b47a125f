#include "services/triage/access.h"

#include <map>
#include <string>
#include <vector>

#include "common/authz/access_record.h"
#include "common/server/step_up.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/triage/call_key.h"
#include "services/triage/case_change.h"
#include "services/triage/validate.h"

namespace mamori::triage {

using authz::Action;
using mamori::v1::CaseAccess;
using server::CallContext;

namespace {

authz::Viewer ViewerOf(const v1::AccessQuestion& question) {
  return {.tenant = question.tenant(),
          .person = question.person(),
          .roles = authz::RolesOf(question.roles()),
          .department = question.department()};
}

Action ActionOf(v1::AccessAction action) {
  switch (action) {
    case v1::ACCESS_ACTION_NOTICE:
      return Action::kBeTold;
    case v1::ACCESS_ACTION_SUPPLEMENT:
      return Action::kSupplement;
    case v1::ACCESS_ACTION_READ_ACCESS:
      return Action::kReadAccess;
    default:
      return Action::kRead;
  }
}

bool Allows(const AccessGate& gate, const v1::AccessQuestion& question, const CaseAccess& record) {
  if (question.person().empty()) {
    return authz::MayTellUnknownReaders(question.tenant(), record);
  }
  return gate.Check(ViewerOf(question), record, ActionOf(question.action())).ok();
}

// The ids that are asked about, by tenant.
struct Asked {
  std::vector<id::Id> cases;
  std::vector<id::Id> reports;
};

}  // namespace

Access::AccessOr Access::Get(const CallContext& call, const v1::GetAccessRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(const CaseRow row, d_.cases.GetRow(call.tenant, case_id, call.deadline));
  RETURN_IF_ERROR(d_.gate.Check(triage::ViewerOf(call), row.access, Action::kReadAccess));
  return ToProto(row.access);
}

template <typename Request>
Access::AccessOr Access::Do(const CallContext& call, const Request& request, Effect effect) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  const authz::Viewer viewer = triage::ViewerOf(call);
  // Before the request id too: an old answer is not for one who has been kept out since.
  ASSIGN_OR_RETURN(const CaseRow first, d_.cases.GetRow(call.tenant, case_id, call.deadline));
  RETURN_IF_ERROR(d_.gate.Check(viewer, first.access, Action::kChangeAccess));
  RETURN_IF_ERROR(server::RequireStepUp(call, d_.clock.Now()));
  const ChangeContext context{d_.clock.Now(),   call.traceparent, d_.ids,
                              d_.gate.policy(), WhoOf(call),      server::ActionOf(call)};
  AccessOr result = d_.cases.ChangeAccess(
      KeyOf(call, request), call.tenant, case_id,
      [&](const CaseRow& row) -> absl::StatusOr<CaseChange> {
        RETURN_IF_ERROR(d_.gate.Check(viewer, row.access, Action::kChangeAccess));
        if (!request.etag().empty() && request.etag() != ToProto(row.access).etag()) {
          return status::EtagMismatch();
        }
        ChangeBuilder builder(row, context);
        RETURN_IF_ERROR(effect(builder.ChangeAccess(), time::Told(context.now, row.anonymous)));
        return std::move(builder).Finish();
      });
  d_.committed();
  return result;
}

Access::AccessOr Access::Exclude(const CallContext& call, const v1::ExcludePersonRequest& request) {
  return Do(call, request, [&](CaseAccess& access, absl::Time now) {
    authz::Exclude(request.person(), call.person, d_.gate.policy(), now, access);
    return absl::OkStatus();
  });
}

Access::AccessOr Access::AddMember(const CallContext& call, const v1::AddMemberRequest& request) {
  return Do(call, request, [&](CaseAccess& access, absl::Time now) {
    if (authz::AddMember(request.person(), call.person, now, access)) return absl::OkStatus();
    return status::StateNotAllowed("the person is kept out of the case");
  });
}

Access::AccessOr Access::RemoveMember(const CallContext& call,
                                      const v1::RemoveMemberRequest& request) {
  return Do(call, request, [&](CaseAccess& access, absl::Time now) {
    authz::RemoveMember(request.person(), d_.gate.policy(), now, access);
    return absl::OkStatus();
  });
}

Access::AccessOr Access::Match(const CallContext& call, const v1::MatchActorRequest& request) {
  return Do(call, request, [&](CaseAccess& access, absl::Time now) {
    const auto* match = request.has_match() ? &request.match() : nullptr;
    if (authz::Match(request.slot(), match, request.closed(), call.person, d_.gate.policy(), now,
                     access)) {
      return absl::OkStatus();
    }
    return status::StateNotAllowed("the case has no such slot");
  });
}

absl::StatusOr<v1::CheckAccessResponse> Access::CheckAll(const CallContext& call,
                                                         const v1::CheckAccessRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  std::map<std::string, Asked> asked;
  for (const v1::AccessQuestion& question : request.questions()) {
    Asked& one = asked[question.tenant()];
    if (const auto id = id::FromName("cases", question.resource()); id.ok()) {
      one.cases.push_back(*id);
    } else {
      one.reports.push_back(*id::FromName("reports", question.resource()));
    }
  }
  // By tenant and name: a case and a report may have the same id.
  std::map<std::pair<std::string, std::string>, CaseAccess> records;
  for (const auto& [tenant, one] : asked) {
    ASSIGN_OR_RETURN(auto cases, d_.records.ReadByCase(tenant, one.cases, call.deadline));
    ASSIGN_OR_RETURN(auto reports, d_.records.ReadByReport(tenant, one.reports, call.deadline));
    for (auto& [id, record] : cases) records[{tenant, id::Name("cases", id)}] = record;
    for (auto& [id, record] : reports) records[{tenant, id::Name("reports", id)}] = record;
  }
  v1::CheckAccessResponse response;
  for (const v1::AccessQuestion& question : request.questions()) {
    v1::AccessAnswer& answer = *response.add_answers();
    const auto record = records.find({question.tenant(), question.resource()});
    answer.set_no_case(record == records.end());
    answer.set_allowed(record != records.end() && Allows(d_.gate, question, record->second));
  }
  return response;
}

}  // namespace mamori::triage
