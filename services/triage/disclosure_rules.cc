#include "services/triage/disclosure_rules.h"

#include "common/status/role_not_allowed.h"
#include "common/time/timestamp.h"
#include "services/triage/work_checks.h"

namespace mamori::triage {
namespace {

using status::Violations;

constexpr char kDisclosures[] = "disclosures";
constexpr size_t kMaxPartBytes = 1 << 10;
constexpr int kMaxParts = 200;

// A part is redacted for a ground and a reason, or is not, for none.
void CheckPart(Violations& violations, const std::string& path, const v1::DisclosurePart& part) {
  CheckSize(violations, path + ".part", part.part(), 1, kMaxPartBytes);
  if (!v1::RedactionGround_IsValid(part.ground())) violations.Add(path + ".ground", "is no ground");
  const bool redacted = part.ground() != v1::REDACTION_GROUND_UNSPECIFIED;
  CheckSize(violations, path + ".reason", part.reason(), redacted ? 1 : 0,
            redacted ? kMaxWords : 0);
}

int Redacted(const v1::DecideDisclosureRequest& request) {
  return static_cast<int>(std::count_if(request.parts().begin(), request.parts().end(),
                                        [](const v1::DisclosurePart& part) {
                                          return part.ground() != v1::REDACTION_GROUND_UNSPECIFIED;
                                        }));
}

// The outcome is what its parts come to.
void CheckOutcome(Violations& violations, const v1::DecideDisclosureRequest& request) {
  const int redacted = Redacted(request);
  switch (request.outcome()) {
    case v1::DISCLOSURE_OUTCOME_FULL:
      if (redacted > 0) violations.Add("outcome", "parts are redacted, so it is not all");
      return;
    case v1::DISCLOSURE_OUTCOME_PARTIAL:
      if (redacted == 0 || redacted == request.parts_size()) {
        violations.Add("outcome", "want some parts redacted and some not");
      }
      return;
    case v1::DISCLOSURE_OUTCOME_REFUSED:
      if (redacted < request.parts_size()) {
        violations.Add("outcome", "parts are not redacted, so it is not nothing");
      }
      return;
    default:
      violations.Add("outcome", "is required");
  }
}

bool IsDecided(const v1::DisclosureRequest& disclosure) {
  return disclosure.state() == v1::DISCLOSURE_STATE_DECIDED ||
         disclosure.state() == v1::DISCLOSURE_STATE_ANSWERED;
}

}  // namespace

absl::Status Validate(const v1::ReceiveDisclosureRequestRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  const v1::DisclosureRequest& disclosure = request.disclosure();
  CheckSize(violations, "disclosure.person", disclosure.person(), 1, kMaxPersonBytes);
  CheckEnum(violations, "disclosure.requester", disclosure.requester(), v1::Requester_IsValid);
  const bool other = disclosure.requester() != v1::REQUESTER_PRINCIPAL;
  CheckSize(violations, "disclosure.requester_name", disclosure.requester_name(), other ? 1 : 0,
            kMaxPersonBytes);
  CheckSize(violations, "disclosure.text", disclosure.text(), 1, kMaxWorkText);
  CheckTime(violations, "disclosure.receive_time", disclosure.has_receive_time(),
            disclosure.receive_time());
  return violations.Status();
}

absl::Status Validate(const v1::CheckRequesterIdentityRequest& request) {
  Violations violations = CheckWorkVerb(request, kDisclosures);
  CheckSize(violations, "identity_check", request.identity_check(), 1, kMaxWords);
  return violations.Status();
}

absl::Status Validate(const v1::DecideDisclosureRequest& request) {
  Violations violations = CheckWorkVerb(request, kDisclosures);
  CheckCount(violations, "parts", request.parts_size(), 1, kMaxParts);
  for (int i = 0; i < std::min(request.parts_size(), kMaxParts); ++i) {
    CheckPart(violations, absl::StrCat("parts[", i, "]"), request.parts(i));
  }
  CheckOutcome(violations, request);
  CheckSize(violations, "decision", request.decision(), 1, kMaxWorkText);
  return violations.Status();
}

absl::Status Validate(const v1::AnswerDisclosureRequest& request) {
  Violations violations = CheckWorkVerb(request, kDisclosures);
  CheckSize(violations, "answer", request.answer(), 1, kMaxWorkText);
  CheckTime(violations, "answer_time", request.has_answer_time(), request.answer_time());
  return violations.Status();
}

absl::Status Validate(const v1::ListDisclosuresRequest& request) {
  Violations violations;
  CheckWorkName(violations, "", request.name());
  return violations.Status();
}

absl::Status CheckReceive(const v1::DisclosureRequest& disclosure, absl::Time now) {
  Violations violations;
  if (time::FromTimestamp(disclosure.receive_time()) > now) {
    violations.Add("disclosure.receive_time", "is in the future");
  }
  return violations.Status();
}

absl::Status CheckIdentityStep(const v1::DisclosureRequest& disclosure) {
  if (!IsDecided(disclosure)) return absl::OkStatus();
  return status::StateNotAllowed("the request was decided");
}

absl::Status CheckDecision(const v1::DisclosureRequest& disclosure, v1::DisclosureOutcome outcome) {
  if (IsDecided(disclosure)) return status::StateNotAllowed("the request was decided");
  if (outcome != v1::DISCLOSURE_OUTCOME_REFUSED &&
      disclosure.state() != v1::DISCLOSURE_STATE_CONFIRMED) {
    return status::StateNotAllowed("nothing is disclosed to somebody who was not confirmed");
  }
  return absl::OkStatus();
}

absl::Status CheckAnswer(const v1::DisclosureRequest& disclosure, const std::string& answerer,
                         absl::Time answer_time, absl::Time now) {
  if (disclosure.state() != v1::DISCLOSURE_STATE_DECIDED) {
    return status::StateNotAllowed("the request is not decided, or was answered");
  }
  // Four eyes look at what leaves the house.
  if (disclosure.outcome() != v1::DISCLOSURE_OUTCOME_REFUSED && answerer == disclosure.decider()) {
    return status::RoleNotAllowed();
  }
  Violations violations;
  if (answer_time > now) violations.Add("answer_time", "is in the future");
  if (answer_time < time::FromTimestamp(disclosure.receive_time())) {
    violations.Add("answer_time", "is before the request came");
  }
  return violations.Status();
}

}  // namespace mamori::triage
