#include "services/triage/actor_request_rules.h"

#include "common/idempotency/request_id_rule.h"
#include "services/triage/named_request_rules.h"

namespace mamori::triage {
namespace {

using status::Violations;

template <typename Request>
absl::Status CheckList(const Request& request) {
  Violations violations;
  CheckName(violations, "name", "cases", request.name());
  CheckPageSize(violations, request.page_size());
  return violations.Status();
}

template <typename Request>
Violations CheckVerb(const Request& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckName(violations, "name", "cases", request.name());
  CheckReason(violations, request.reason());
  return violations;
}

}  // namespace

absl::Status Validate(const v1::ListActorsRequest& request) { return CheckList(request); }
absl::Status Validate(const v1::ListActorCandidatesRequest& request) { return CheckList(request); }

absl::Status Validate(const v1::JoinActorsRequest& request) {
  Violations violations = CheckVerb(request);
  CheckName(violations, "actor", "actors", request.actor());
  CheckName(violations, "other_case", "cases", request.other_case());
  CheckName(violations, "other_actor", "actors", request.other_actor());
  if (request.actor() == request.other_actor())
    violations.Add("other_actor", "is the same actor, want another");
  return violations.Status();
}

absl::Status Validate(const v1::SplitActorsRequest& request) {
  Violations violations = CheckVerb(request);
  CheckName(violations, "join", "joins", request.join());
  return violations.Status();
}

absl::Status Validate(const v1::ListUnseenLinksRequest& request) {
  Violations violations;
  CheckPageSize(violations, request.page_size());
  return violations.Status();
}

}  // namespace mamori::triage
