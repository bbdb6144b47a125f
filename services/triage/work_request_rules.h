// What is wrong with requests about prevention and tasks, field by field. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_WORK_REQUEST_RULES_H_
#define MAMORI_SERVICES_TRIAGE_WORK_REQUEST_RULES_H_

#include "absl/status/status.h"
#include "mamori/triage/v1/prevention_service.pb.h"
#include "mamori/triage/v1/task_service.pb.h"

namespace mamori::triage {

absl::Status Validate(const v1::PlanPreventionRequest& request);
absl::Status Validate(const v1::CompletePreventionRequest& request);
absl::Status Validate(const v1::ReviewPreventionRequest& request);
absl::Status Validate(const v1::ListPreventionRequest& request);
absl::Status Validate(const v1::AddTaskRequest& request);
absl::Status Validate(const v1::CompleteTaskRequest& request);
absl::Status Validate(const v1::ListTasksRequest& request);
absl::Status Validate(const v1::HandOverCaseRequest& request);
absl::Status Validate(const v1::SplitReportRequest& request);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_WORK_REQUEST_RULES_H_
