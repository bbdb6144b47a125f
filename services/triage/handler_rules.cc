#include "services/triage/handler_rules.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/idempotency/request_id_rule.h"
#include "common/status/errors.h"
#include "common/status/role_not_allowed.h"
#include "common/time/timestamp.h"
#include "services/triage/named_request_rules.h"
#include "services/triage/work_checks.h"

namespace mamori::triage {
namespace {

using status::Violations;
using v1::DesignatedHandler;

constexpr size_t kMaxVersionBytes = 64;
constexpr int kMaxSteps = 100;

template <typename Request>
Violations CheckVerb(const Request& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckName(violations, "name", "handlers", request.name());
  return violations;
}

v1::DesignationStep& Step(DesignatedHandler& handler, v1::DesignationState state,
                          const HandlerCaller& caller, absl::Time now) {
  handler.set_state(state);
  handler.set_version(handler.version() + 1);
  v1::DesignationStep& step = *handler.add_steps();
  step.set_state(state);
  step.set_person(caller.person);
  *step.mutable_step_time() = time::ToTimestamp(now);
  return step;
}

absl::Status CheckRoom(const DesignatedHandler& handler) {
  if (handler.steps_size() < kMaxSteps) return absl::OkStatus();
  return status::StateNotAllowed("the record of the designation is full");
}

}  // namespace

absl::Status Validate(const v1::DesignateHandlerRequest& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckSize(violations, "person", request.person(), 1, kMaxPersonBytes);
  return violations.Status();
}

absl::Status Validate(const v1::AcceptDesignationRequest& request) {
  Violations violations = CheckVerb(request);
  CheckSize(violations, "duty_version", request.duty_version(), 1, kMaxVersionBytes);
  return violations.Status();
}

absl::Status Validate(const v1::WithdrawDesignationRequest& request) {
  Violations violations = CheckVerb(request);
  if (request.cause() == v1::WITHDRAWAL_CAUSE_UNSPECIFIED ||
      !v1::WithdrawalCause_IsValid(request.cause())) {
    violations.Add("cause", "is required");
  }
  CheckSize(violations, "successor", request.successor(), 0, kMaxPersonBytes);
  return violations.Status();
}

absl::Status Validate(const v1::GetDesignatedHandlerRequest& request) {
  Violations violations;
  CheckName(violations, "name", "handlers", request.name());
  return violations.Status();
}

absl::Status Validate(const v1::ListDesignatedHandlersRequest& request) {
  Violations violations;
  CheckPageSize(violations, request.page_size());
  return violations.Status();
}

std::string DutyVersionOf(const mamori::v1::DesignatedHandlerPolicy& policy) {
  return policy.duty_version().empty() ? "1" : policy.duty_version();
}

bool MayHandle(const DesignatedHandler& handler, std::string_view duty_version) {
  return handler.state() == v1::DESIGNATION_STATE_ACCEPTED &&
         handler.duty_version() == duty_version;
}

bool IsNamedKind(const mamori::v1::DesignatedHandlerPolicy& policy, mamori::v1::ReportKind kind) {
  return std::find(policy.kinds().begin(), policy.kinds().end(), kind) != policy.kinds().end();
}

bool MayDesignate(const HandlerCaller& caller) {
  return caller.roles.Meets({authz::Role::kAdmin, authz::Role::kFirstReader});
}

bool MayReadHandlers(const HandlerCaller& caller) {
  return MayDesignate(caller) || caller.roles.Has(authz::Role::kAuditor);
}

absl::StatusOr<DesignatedHandler> Designate(const DesignatedHandler* before,
                                            std::string_view person, const HandlerCaller& caller,
                                            absl::Time now) {
  // Nobody lets themselves in.
  if (!MayDesignate(caller) || caller.person == person) return status::RoleNotAllowed();
  DesignatedHandler after;
  if (before != nullptr) {
    if (before->state() != v1::DESIGNATION_STATE_WITHDRAWN) {
      return status::StateNotAllowed("the person is designated");
    }
    if (absl::Status room = CheckRoom(*before); !room.ok()) return room;
    after = *before;
    // What was accepted before is not accepted now.
    after.clear_duty_version();
  }
  after.set_person(std::string(person));
  Step(after, v1::DESIGNATION_STATE_DESIGNATED, caller, now);
  return after;
}

absl::StatusOr<DesignatedHandler> AcceptDesignation(const DesignatedHandler& before,
                                                    std::string_view duty_version,
                                                    std::string_view in_force,
                                                    const HandlerCaller& caller, absl::Time now) {
  if (caller.person != before.person()) return status::RoleNotAllowed();
  if (duty_version != in_force) {
    Violations violations;
    violations.Add("duty_version", absl::StrCat("want ", std::string(in_force)));
    return violations.Status();
  }
  // Whoever accepted an older version accepts anew.
  if (before.state() == v1::DESIGNATION_STATE_WITHDRAWN || MayHandle(before, in_force)) {
    return status::StateNotAllowed("there is nothing to accept");
  }
  if (absl::Status room = CheckRoom(before); !room.ok()) return room;
  DesignatedHandler after = before;
  after.set_duty_version(std::string(duty_version));
  Step(after, v1::DESIGNATION_STATE_ACCEPTED, caller, now)
      .set_duty_version(std::string(duty_version));
  return after;
}

absl::StatusOr<DesignatedHandler> WithdrawDesignation(const DesignatedHandler& before,
                                                      v1::WithdrawalCause cause,
                                                      std::string_view successor,
                                                      const HandlerCaller& caller, absl::Time now) {
  if (!MayDesignate(caller) && caller.person != before.person()) return status::RoleNotAllowed();
  if (before.state() == v1::DESIGNATION_STATE_WITHDRAWN) {
    return status::StateNotAllowed("the designation has ended");
  }
  if (successor == before.person()) {
    Violations violations;
    violations.Add("successor", "is whose designation ends");
    return violations.Status();
  }
  // Whatever the record has room for: it must be possible to end it.
  DesignatedHandler after = before;
  Step(after, v1::DESIGNATION_STATE_WITHDRAWN, caller, now).set_cause(cause);
  return after;
}

}  // namespace mamori::triage
