// The desk's own work on a case.
#ifndef MAMORI_SERVICES_TRIAGE_TASKS_H_
#define MAMORI_SERVICES_TRIAGE_TASKS_H_

#include "absl/status/statusor.h"
#include "mamori/triage/v1/task_service.pb.h"
#include "services/triage/casework.h"
#include "services/triage/report_source.h"

namespace mamori::triage {

class Tasks {
 public:
  // `reports` tells who named themselves; null where nobody asks, for tests.
  explicit Tasks(Casework& casework, ReportSource* reports = nullptr)
      : casework_(casework), reports_(reports) {}

  absl::StatusOr<v1::Task> Add(const server::CallContext& call, const v1::AddTaskRequest& request);
  absl::StatusOr<v1::Task> Complete(const server::CallContext& call,
                                    const v1::CompleteTaskRequest& request);
  absl::StatusOr<v1::ListTasksResponse> List(const server::CallContext& call,
                                             const v1::ListTasksRequest& request);
  absl::StatusOr<mamori::v1::Case> HandOver(const server::CallContext& call,
                                            const v1::HandOverCaseRequest& request);
  absl::StatusOr<mamori::v1::Case> Split(const server::CallContext& call,
                                         const v1::SplitReportRequest& request);

 private:
  // Whether a report that is taken out of a case names its reporter.
  absl::StatusOr<bool> NamesReporter(const server::CallContext& call, const id::Id& report) const;

  Casework& casework_;
  ReportSource* const reports_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TASKS_H_
