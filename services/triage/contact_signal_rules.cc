#include "services/triage/contact_signal_rules.h"

#include "common/idempotency/request_id_rule.h"
#include "services/triage/named_request_rules.h"

namespace mamori::triage {
namespace {

using status::Violations;

template <typename Request>
Violations CheckVerb(const Request& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckName(violations, "name", "signals", request.name());
  return violations;
}

}  // namespace

absl::Status Validate(const v1::ListContactSignalsRequest& request) {
  Violations violations;
  CheckName(violations, "name", "cases", request.name());
  CheckPageSize(violations, request.page_size());
  return violations.Status();
}

absl::Status Validate(const v1::ListCaseProposalsRequest& request) {
  Violations violations;
  CheckPageSize(violations, request.page_size());
  switch (request.state()) {
    case v1::CONTACT_SIGNAL_STATE_UNSPECIFIED:
    case v1::CONTACT_SIGNAL_STATE_PROPOSED:
    case v1::CONTACT_SIGNAL_STATE_ACCEPTED:
    case v1::CONTACT_SIGNAL_STATE_DISMISSED:
      break;
    default:
      violations.Add("state", "want PROPOSED, ACCEPTED or DISMISSED");
  }
  return violations.Status();
}

absl::Status Validate(const v1::AcceptCaseProposalRequest& request) {
  return CheckVerb(request).Status();
}

absl::Status Validate(const v1::DismissCaseProposalRequest& request) {
  Violations violations = CheckVerb(request);
  if (!v1::DismissalCause_IsValid(request.cause()) ||
      request.cause() == v1::DISMISSAL_CAUSE_UNSPECIFIED) {
    violations.Add("cause", "want LEGITIMATE, OTHER_ACTOR, HANDLED_OTHERWISE or THRESHOLD");
  }
  return violations.Status();
}

absl::Status Validate(const v1::ListUnseenSignalsRequest& request) {
  Violations violations;
  CheckPageSize(violations, request.page_size());
  return violations.Status();
}

}  // namespace mamori::triage
