#include "services/triage/casework.h"

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/triage/case_reads.h"

namespace mamori::triage {

using server::CallContext;

absl::StatusOr<const WorkRow*> CaseView::Find(WorkKind kind, const id::Id& record_id) const {
  for (const WorkRow& row : file.work) {
    if (row.kind == kind && row.record_id == record_id) return &row;
  }
  return status::NotFound("record");
}

std::vector<const WorkRow*> CaseView::All(WorkKind kind) const {
  std::vector<const WorkRow*> rows;
  for (const WorkRow& row : file.work) {
    if (row.kind == kind) rows.push_back(&row);
  }
  return rows;
}

std::string EtagOf(const WorkRow& row) { return absl::StrCat("w", row.version); }

absl::Status Work::NeedState(WorkVerb verb) const {
  if (Allows(row().state, verb)) return absl::OkStatus();
  return status::StateNotAllowed(
      absl::StrCat("not allowed in state ", mamori::v1::CaseState_Name(row().state)));
}

WorkRow Work::Append(std::vector<WorkRow>& rows, WorkRow row,
                     const google::protobuf::Message& body) {
  row.row_id = ids_.NewId();
  row.author = call_.person;
  row.create_time = time::Told(view_.now, change_.row().anonymous);
  row.body = body.SerializeAsString();
  rows.push_back(row);
  return row;
}

WorkRow Work::Add(WorkKind kind, const google::protobuf::Message& body) {
  return Append(rows_, {.record_id = ids_.NewId(), .kind = kind, .version = 1}, body);
}

WorkRow Work::Put(const WorkRow& before, const google::protobuf::Message& body) {
  return Append(rows_,
                {.record_id = before.record_id, .kind = before.kind, .version = before.version + 1},
                body);
}

void Work::AddTo(OpenedCase& opened, WorkKind kind, const google::protobuf::Message& body) {
  Append(opened.rows, {.record_id = ids_.NewId(), .kind = kind, .version = 1}, body);
}

WorkChange Work::Finish(std::string answer) && {
  WorkChange change{
      .rows = std::move(rows_), .answer = std::move(answer), .leaves_mark = leaves_mark_};
  if (!untouched_) change.change = std::move(change_).Finish();
  if (opened_.has_value()) {
    change.opened = WorkOpened{.change = std::move(opened_->builder).Finish(),
                               .rows = std::move(opened_->rows),
                               .moved_report = opened_->moved_report};
  }
  return change;
}

absl::StatusOr<std::string> Casework::Run(const CallContext& call, const CallKey& key,
                                          const id::Id& case_id, authz::Action action,
                                          Decide decide) {
  ASSIGN_OR_RETURN(const CaseRow row, d_.cases.GetRow(call.tenant, case_id, call.deadline));
  // Before the request id too: an old answer is not for one who has been kept out since.
  RETURN_IF_ERROR(d_.gate.Check(ViewerOf(call), row.access, action));
  RETURN_IF_ERROR(CheckMergedInto(d_.gate, d_.cases, call, row));
  ASSIGN_OR_RETURN(const auto assessor, d_.assessors.Get(row.policy_digest));
  ChangeContext context{d_.clock.Now(),   call.traceparent, d_.ids,
                        d_.gate.policy(), WhoOf(call),      server::ActionOf(call)};
  context.handlers = &d_.gate.handlers();
  if (d_.clocks != nullptr) {
    ASSIGN_OR_RETURN(context.clocks, d_.clocks->Get(row.policy_digest));
  }
  auto result = d_.store.Change(
      key, call.tenant, case_id, [&](const CaseFile& file) -> absl::StatusOr<WorkChange> {
        RETURN_IF_ERROR(d_.gate.Check(ViewerOf(call), file.row.access, action));
        const CaseView view{file, assessor->policy(), d_.gate.policy(), context.now};
        Work work(view, call, d_.ids, context);
        ASSIGN_OR_RETURN(std::string answer, decide(work));
        return std::move(work).Finish(std::move(answer));
      });
  d_.committed();
  return result;
}

absl::Status Casework::RunRead(const CallContext& call, const id::Id& case_id, authz::Action action,
                               Show show) {
  const auto admit = [&](const CaseRow& row) {
    return d_.gate.Check(ViewerOf(call), row.access, action);
  };
  ASSIGN_OR_RETURN(const CaseFile file, d_.store.Read(call.tenant, case_id, admit, call.deadline));
  RETURN_IF_ERROR(CheckMergedInto(d_.gate, d_.cases, call, file.row));
  ASSIGN_OR_RETURN(const auto assessor, d_.assessors.Get(file.row.policy_digest));
  RETURN_IF_ERROR(show({file, assessor->policy(), d_.gate.policy(), d_.clock.Now()}));
  return RecordCaseRead(d_.reads, call, case_id, file.row.anonymous);
}

}  // namespace mamori::triage
