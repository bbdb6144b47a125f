#include "services/triage/tasks.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/authz/access_record.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/time/timestamp.h"
#include "services/triage/case_state.h"
#include "services/triage/work_name.h"
#include "services/triage/work_request_rules.h"

namespace mamori::triage {

using mamori::v1::Case;
using server::CallContext;
using v1::Task;

namespace {

Task Shown(const CaseRow& row, const WorkRow& work, Task task) {
  task.set_name(NameOfWork("tasks", row.case_id, work.record_id));
  return task;
}

Case CaseOf(const CaseRow& row, const std::vector<id::Id>& reports) {
  Case proto = ToProto(row);
  for (const id::Id& report : reports) proto.add_reports(id::Name("reports", report));
  return proto;
}

// The case that a report goes to when it is taken out of `from`. Whoever is kept out of that stays
// out, whoever was let in by name stays in, and what was still to be matched still is.
CaseRow Beside(const CaseRow& from, const id::Id& case_id, absl::Time now) {
  CaseRow row = from;
  row.case_id = case_id;
  row.state = mamori::v1::CASE_STATE_RECEIVED;
  authz::AddPastAssignee(row.assignee, row.access);
  row.assignee.clear();
  row.version = 0;
  row.event_sequence = 0;
  row.create_time = row.update_time = time::Told(now, row.anonymous);
  row.audit_first.clear();
  row.access.set_case_name(id::Name("cases", case_id));
  row.access_version = 1;
  row.access.set_version(row.access_version);
  return row;
}

}  // namespace

absl::StatusOr<Task> Tasks::Add(const CallContext& call, const v1::AddTaskRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Do<Task>(call, request, case_id, authz::Action::kWork,
                            [&](Work& work) -> absl::StatusOr<Task> {
                              RETURN_IF_ERROR(work.NeedState(WorkVerb::kTask));
                              if (!work.MayBeGiven(request.task().owner())) {
                                return status::StateNotAllowed("the owner is kept out of the case");
                              }
                              Task task;
                              task.set_text(request.task().text());
                              task.set_owner(request.task().owner());
                              *task.mutable_due_time() = request.task().due_time();
                              task.set_giver(call.person);
                              *task.mutable_give_time() = time::ToTimestamp(work.now());
                              const WorkRow row = work.Add(WorkKind::kTask, task);
                              return Shown(work.row(), row, std::move(task));
                            });
}

absl::StatusOr<Task> Tasks::Complete(const CallContext& call,
                                     const v1::CompleteTaskRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const WorkName name, ParseWorkName("tasks", request.name()));
  return casework_.Do<Task>(
      call, request, name.case_id, authz::Action::kWork, [&](Work& work) -> absl::StatusOr<Task> {
        ASSIGN_OR_RETURN(const WorkRow* before, work.view().Find(WorkKind::kTask, name.record_id));
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kEndTask));
        ASSIGN_OR_RETURN(Task task, BodyOf<Task>(*before));
        if (task.has_complete_time()) return status::StateNotAllowed("the task is done already");
        *task.mutable_complete_time() = time::ToTimestamp(work.now());
        task.set_outcome(request.outcome());
        const WorkRow row = work.Put(*before, task);
        return Shown(work.row(), row, std::move(task));
      });
}

absl::StatusOr<v1::ListTasksResponse> Tasks::List(const CallContext& call,
                                                  const v1::ListTasksRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Read<v1::ListTasksResponse>(
      call, case_id, [&](const CaseView& view) -> absl::StatusOr<v1::ListTasksResponse> {
        v1::ListTasksResponse response;
        for (const WorkRow* row : view.All(WorkKind::kTask)) {
          ASSIGN_OR_RETURN(Task task, BodyOf<Task>(*row));
          if (request.open_only() && task.has_complete_time()) continue;
          *response.add_tasks() = Shown(view.file.row, *row, std::move(task));
        }
        return response;
      });
}

absl::StatusOr<Case> Tasks::HandOver(const CallContext& call,
                                     const v1::HandOverCaseRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Do<Case>(
      call, request, case_id, authz::Action::kWork, [&](Work& work) -> absl::StatusOr<Case> {
        const CaseRow& row = work.row();
        if (!request.etag().empty() && request.etag() != EtagOf(row)) {
          return status::EtagMismatch();
        }
        if (!Next(row.state, Verb::kAssign).has_value()) {
          return status::StateNotAllowed("the case is given to nobody in this state");
        }
        if (!work.MayBeGiven(request.assignee())) {
          return status::StateNotAllowed("the person is kept out of the case");
        }
        if (row.assignee != request.assignee()) work.change().Assign(request.assignee());
        work.change().AddNote(call.person, request.note());
        return CaseOf(work.change().row(), work.view().file.reports);
      });
}

absl::StatusOr<bool> Tasks::NamesReporter(const CallContext& call, const id::Id& report) const {
  if (reports_ == nullptr) return false;
  ASSIGN_OR_RETURN(const auto found, reports_->Read(call.tenant, {report}, call.deadline));
  const auto it = found.find(report);
  return it != found.end() && it->second.has_reporter();
}

absl::StatusOr<Case> Tasks::Split(const CallContext& call, const v1::SplitReportRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  ASSIGN_OR_RETURN(const id::Id report, id::FromName("reports", request.report()));
  ASSIGN_OR_RETURN(const bool named, NamesReporter(call, report));
  return casework_.Do<Case>(
      call, request, case_id, authz::Action::kWork, [&](Work& work) -> absl::StatusOr<Case> {
        const CaseRow& row = work.row();
        if (!request.etag().empty() && request.etag() != EtagOf(row)) {
          return status::EtagMismatch();
        }
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kTask));
        const auto& reports = work.view().file.reports;
        if (row.state == mamori::v1::CASE_STATE_CONSULTING) {
          return status::StateNotAllowed("a consultation without consent opens no case");
        }
        if (reports.size() < 2 ||
            std::find(reports.begin(), reports.end(), report) == reports.end()) {
          return status::StateNotAllowed("not a report of the case beside others");
        }
        work.change().AddNote(call.person, request.reason());
        OpenedCase& opened = work.Open(Beside(row, work.NewId(), work.now()));
        opened.moved_report = report;
        // Not from the beginning of the day, by which it is told and an hour would have passed.
        if (row.anonymous) opened.builder.BeginClocks(time::EndOfDay(work.now()));
        opened.builder.TellOpened(report, named);
        return CaseOf(opened.builder.row(), {report});
      });
}

}  // namespace mamori::triage
