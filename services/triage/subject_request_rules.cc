#include "services/triage/subject_request_rules.h"

#include <algorithm>
#include <string>

#include "common/time/timestamp.h"
#include "services/triage/disclosure_rules.h"
#include "services/triage/named_request_rules.h"
#include "services/triage/retention_rules.h"
#include "services/triage/work_checks.h"

namespace mamori::triage {
namespace {

using status::Violations;
using v1::DisclosureRequest;
using v1::SubjectRequest;

constexpr int kMaxNames = 20;
constexpr size_t kLeastNameBytes = 2;

template <typename Request>
absl::Status CheckSubjectName(const Request& request) {
  Violations violations;
  CheckName(violations, "name", kSubjectRequestNames, request.name());
  return violations.Status();
}

template <typename Request>
Violations CheckSubjectVerb(const Request& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckName(violations, "name", kSubjectRequestNames, request.name());
  return violations;
}

bool IsSettled(const DisclosureRequest& one) {
  return one.state() == v1::DISCLOSURE_STATE_DECIDED ||
         one.state() == v1::DISCLOSURE_STATE_ANSWERED;
}

}  // namespace

absl::Status Validate(const v1::ReceiveSubjectRequestRequest& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  const SubjectRequest& asked = request.subject_request();
  CheckSize(violations, "subject_request.person", asked.person(), 1, kMaxPersonBytes);
  CheckCount(violations, "subject_request.names", asked.names_size(), 0, kMaxNames);
  for (int i = 0; i < std::min(asked.names_size(), kMaxNames); ++i) {
    CheckSize(violations, absl::StrCat("subject_request.names[", i, "]"), asked.names(i),
              kLeastNameBytes, kMaxPersonBytes);
  }
  CheckEnum(violations, "subject_request.requester", asked.requester(), v1::Requester_IsValid);
  const bool other = asked.requester() != v1::REQUESTER_PRINCIPAL;
  CheckSize(violations, "subject_request.requester_name", asked.requester_name(), other ? 1 : 0,
            kMaxPersonBytes);
  CheckSize(violations, "subject_request.text", asked.text(), 1, kMaxWorkText);
  CheckTime(violations, "subject_request.receive_time", asked.has_receive_time(),
            asked.receive_time());
  return violations.Status();
}

absl::Status Validate(const v1::CheckSubjectRequesterRequest& request) {
  Violations violations = CheckSubjectVerb(request);
  CheckSize(violations, "identity_check", request.identity_check(), 1, kMaxWords);
  return violations.Status();
}

absl::Status Validate(const v1::GatherSubjectRequestRequest& request) {
  return CheckSubjectName(request);
}

absl::Status Validate(const v1::GetSubjectRequestRequest& request) {
  return CheckSubjectName(request);
}

absl::Status Validate(const v1::ListSubjectRequestsRequest& request) {
  Violations violations;
  CheckPageSize(violations, request.page_size());
  return violations.Status();
}

absl::Status Validate(const v1::ComposeSubjectAnswerRequest& request) {
  return CheckSubjectName(request);
}

absl::Status Validate(const v1::AnswerSubjectRequestRequest& request) {
  Violations violations = CheckSubjectVerb(request);
  CheckSize(violations, "answer", request.answer(), 1, kMaxWorkText);
  CheckTime(violations, "answer_time", request.has_answer_time(), request.answer_time());
  return violations.Status();
}

bool MayHandleSubjectRequests(authz::RoleSet roles) {
  return roles.Meets({authz::Role::kFirstReader, authz::Role::kLawyer});
}

absl::Status CheckSubjectReceive(const SubjectRequest& request, absl::Time now) {
  Violations violations;
  if (time::FromTimestamp(request.receive_time()) > now) {
    violations.Add("subject_request.receive_time", "is in the future");
  }
  return violations.Status();
}

absl::Status CheckSubjectCheck(const SubjectRequest& request) {
  if (request.state() != v1::DISCLOSURE_STATE_ANSWERED) return absl::OkStatus();
  return status::StateNotAllowed("the request was answered");
}

absl::Status CheckSubjectGather(const SubjectRequest& request) {
  if (request.state() == v1::DISCLOSURE_STATE_CONFIRMED) return absl::OkStatus();
  return status::StateNotAllowed("it was not confirmed who asks, or was answered");
}

absl::Status CheckSubjectCompose(const std::vector<DisclosureRequest>& found) {
  if (std::all_of(found.begin(), found.end(), IsSettled)) return absl::OkStatus();
  return status::StateNotAllowed("not everything that was found is decided");
}

absl::Status CheckSubjectAnswer(const SubjectRequest& request,
                                const std::vector<DisclosureRequest>& found,
                                const std::string& answerer, absl::Time answer_time,
                                absl::Time now) {
  if (request.state() != v1::DISCLOSURE_STATE_CONFIRMED &&
      request.state() != v1::DISCLOSURE_STATE_NOT_CONFIRMED) {
    return status::StateNotAllowed("who asks was not checked, or it was answered");
  }
  if (absl::Status decided = CheckSubjectCompose(found); !decided.ok()) return decided;
  for (const DisclosureRequest& one : found) {
    if (one.state() == v1::DISCLOSURE_STATE_ANSWERED) continue;
    absl::Status may = CheckAnswer(one, answerer, answer_time, now);
    if (!may.ok()) return may;
  }
  Violations violations;
  if (answer_time > now) violations.Add("answer_time", "is in the future");
  if (answer_time < time::FromTimestamp(request.receive_time())) {
    violations.Add("answer_time", "is before the request came");
  }
  return violations.Status();
}

std::optional<absl::Time> CloseTimeOf(const SubjectRequest& request) {
  if (request.state() != v1::DISCLOSURE_STATE_ANSWERED) return std::nullopt;
  if (request.has_close_time()) return time::FromTimestamp(request.close_time());
  return std::max(time::FromTimestamp(request.create_time()),
                  time::FromTimestamp(request.answer_time()));
}

std::vector<v1::ToldMatter> ToldOf(const std::vector<DisclosureRequest>& found) {
  std::vector<v1::ToldMatter> told;
  for (const DisclosureRequest& one : found) {
    if (one.outcome() == v1::DISCLOSURE_OUTCOME_REFUSED) continue;
    v1::ToldMatter& matter = told.emplace_back();
    matter.set_decision(one.decision());
    for (const v1::DisclosurePart& part : one.parts()) {
      v1::ToldPart& shown = *matter.add_parts();
      shown.set_ground(part.ground());
      if (part.ground() == v1::REDACTION_GROUND_UNSPECIFIED) shown.set_part(part.part());
    }
  }
  // By what is told alone, so that the order says nothing else.
  std::sort(told.begin(), told.end(), [](const v1::ToldMatter& a, const v1::ToldMatter& b) {
    return a.SerializeAsString() < b.SerializeAsString();
  });
  return told;
}

}  // namespace mamori::triage
