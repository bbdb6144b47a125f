#include "services/triage/work_request_rules.h"

#include "services/triage/work_checks.h"

namespace mamori::triage {
namespace {

using google::protobuf::Timestamp;
using status::Violations;

bool IsAfter(const Timestamp& one, const Timestamp& other) {
  return one.seconds() != other.seconds() ? one.seconds() > other.seconds()
                                          : one.nanos() > other.nanos();
}

}  // namespace

absl::Status Validate(const v1::PlanPreventionRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  const v1::PreventionAction& action = request.prevention();
  CheckSize(violations, "prevention.action", action.action(), 1, kMaxWorkText);
  CheckSize(violations, "prevention.owner", action.owner(), 1, kMaxPersonBytes);
  CheckTime(violations, "prevention.due_time", action.has_due_time(), action.due_time());
  CheckTime(violations, "prevention.review_time", action.has_review_time(), action.review_time());
  if (action.has_due_time() && action.has_review_time() &&
      !IsAfter(action.review_time(), action.due_time())) {
    violations.Add("prevention.review_time", "is not after the due time");
  }
  return violations.Status();
}

absl::Status Validate(const v1::CompletePreventionRequest& request) {
  Violations violations = CheckWorkVerb(request, "prevention");
  CheckSize(violations, "outcome", request.outcome(), 1, kMaxWords);
  return violations.Status();
}

absl::Status Validate(const v1::ReviewPreventionRequest& request) {
  Violations violations = CheckWorkVerb(request, "prevention");
  CheckSize(violations, "reason", request.reason(), 1, kMaxWords);
  return violations.Status();
}

absl::Status Validate(const v1::ListPreventionRequest& request) {
  Violations violations;
  CheckWorkName(violations, "", request.name());
  return violations.Status();
}

absl::Status Validate(const v1::AddTaskRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  CheckSize(violations, "task.text", request.task().text(), 1, kMaxWords);
  CheckSize(violations, "task.owner", request.task().owner(), 1, kMaxPersonBytes);
  CheckTime(violations, "task.due_time", request.task().has_due_time(), request.task().due_time());
  return violations.Status();
}

absl::Status Validate(const v1::CompleteTaskRequest& request) {
  Violations violations = CheckWorkVerb(request, "tasks");
  CheckSize(violations, "outcome", request.outcome(), 1, kMaxWords);
  return violations.Status();
}

absl::Status Validate(const v1::ListTasksRequest& request) {
  Violations violations;
  CheckWorkName(violations, "", request.name());
  return violations.Status();
}

absl::Status Validate(const v1::HandOverCaseRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  CheckSize(violations, "assignee", request.assignee(), 1, kMaxPersonBytes);
  CheckSize(violations, "note", request.note(), 1, kMaxWorkText);
  return violations.Status();
}

absl::Status Validate(const v1::SplitReportRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  if (!id::FromName("reports", request.report()).ok()) {
    violations.Add("report", "want reports/{26 characters}");
  }
  CheckSize(violations, "reason", request.reason(), 1, kMaxWorkText);
  return violations.Status();
}

}  // namespace mamori::triage
