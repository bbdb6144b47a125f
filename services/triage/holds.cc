#include "services/triage/holds.h"

#include <string>
#include <vector>

#include "common/authz/record_rules.h"
#include "common/idempotency/hash.h"
#include "common/server/step_up.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/call_key.h"
#include "services/triage/guarded_request_rules.h"
#include "services/triage/hold_gate.h"
#include "services/triage/page.h"
#include "services/triage/record_row.h"

namespace mamori::triage {

using server::CallContext;
using v1::LegalHold;

namespace {

ActCaller CallerOf(const CallContext& call) { return {WhoOf(call), server::ActionOf(call)}; }

// What a hold names.
absl::StatusOr<HoldScope> ScopeOf(const LegalHold& hold) {
  std::vector<std::string> names(hold.cases().begin(), hold.cases().end());
  if (hold.has_case_name()) names.push_back(hold.case_name());
  HoldScope scope;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(id::Id one, id::FromName("cases", name));
    scope.cases.push_back(std::move(one));
  }
  if (hold.has_record_name()) {
    ASSIGN_OR_RETURN(scope.record, ParseRecordName(hold.record_name()));
  }
  return scope;
}

// What is gone cannot be kept.
absl::Status CheckThere(const ActResource& resource) {
  for (const CaseRow& row : resource.cases) {
    if (row.state == mamori::v1::CASE_STATE_DISPOSED) {
      return status::StateNotAllowed("the case was disposed of");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LegalHold> Holds::Place(const CallContext& call,
                                       const v1::PlaceHoldRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const HoldScope scope, ScopeOf(request.hold()));
  const char* const what = scope.record.has_value() ? scope.record->kind->resource : "case";
  const auto check = [&](const ActResource& resource) {
    return CheckHoldAccess(d_.gate, ViewerOf(call), request.hold(), resource, what);
  };
  ASSIGN_OR_RETURN(const ActResource first, d_.store.ReadScope(call.tenant, scope, call.deadline));
  RETURN_IF_ERROR(check(first));
  const id::Id hold_id = d_.ids.NewId();
  return d_.store.Place(KeyOf(call, request), CallerOf(call), call.tenant, hold_id, scope,
                        [&](const ActResource& resource) -> absl::StatusOr<LegalHold> {
                          RETURN_IF_ERROR(check(resource));
                          RETURN_IF_ERROR(CheckThere(resource));
                          LegalHold hold = request.hold();
                          hold.set_name(id::Name("holds", hold_id));
                          hold.set_placed_by(call.person);
                          *hold.mutable_place_time() = time::ToTimestamp(d_.clock.Now());
                          hold.clear_release_time();
                          hold.clear_release_act();
                          hold.set_version(1);
                          return hold;
                        });
}

absl::StatusOr<v1::ListHoldsResponse> Holds::List(const CallContext& call,
                                                  const v1::ListHoldsRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  const authz::Viewer viewer = ViewerOf(call);
  const std::string digest = idempotency::Hash(
      {"ListHolds", call.tenant, request.show_released() ? "1" : "0", call.person});
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(auto position, FromPageToken(d_.tokens, binding, request.page_token()));
  const int size = PageSize(request.page_size());
  v1::ListHoldsResponse response;
  // Nobody else is shown one: then none is opened either.
  if (!authz::MayLookAfterHolds(viewer.roles)) return response;
  // Pages are full although some are hidden: then more is asked for.
  for (;;) {
    const int want = size - response.holds_size() + 1;
    ASSIGN_OR_RETURN(const auto listed, d_.store.List(call.tenant, request.show_released(),
                                                      position, want, call.deadline));
    for (const ActResource& one : listed) {
      const bool shown = CheckHoldAccess(d_.gate, viewer, one.hold, one, "hold").ok();
      if (shown && response.holds_size() == size) {
        CaseRow last;
        last.create_time = absl::FromUnixMicros(position->create_micros);
        last.case_id = position->case_id;
        response.set_next_page_token(ToPageToken(d_.tokens, binding, last));
        return response;
      }
      if (shown) *response.add_holds() = one.hold;
      ASSIGN_OR_RETURN(id::Id hold_id, id::FromName("holds", one.hold.name()));
      position = CasePosition{
          .create_micros = absl::ToUnixMicros(time::FromTimestamp(one.hold.place_time())),
          .case_id = std::move(hold_id)};
    }
    if (static_cast<int>(listed.size()) < want) return response;
  }
}

absl::StatusOr<LegalHold> Holds::Release(const CallContext& call,
                                         const v1::ReleaseHoldRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id hold_id, id::FromName("holds", request.name()));
  ASSIGN_OR_RETURN(const id::Id act_id, id::FromName("acts", request.act()));
  const auto check = [&](const ActResource& resource) {
    return CheckHoldAccess(d_.gate, ViewerOf(call), resource.hold, resource, "hold");
  };
  ASSIGN_OR_RETURN(const ActResource first, d_.store.ReadHold(call.tenant, hold_id, call.deadline));
  RETURN_IF_ERROR(check(first));
  RETURN_IF_ERROR(server::RequireStepUp(call, d_.clock.Now()));
  return d_.store.Release(KeyOf(call, request), CallerOf(call), call.tenant, hold_id, act_id,
                          call.person, check);
}

}  // namespace mamori::triage
