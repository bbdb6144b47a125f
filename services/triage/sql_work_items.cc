#include "services/triage/sql_work_items.h"

#include <optional>
#include <string>

#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "mamori/triage/v1/prevention_service.pb.h"
#include "mamori/triage/v1/task_service.pb.h"
#include "services/triage/casework.h"

namespace mamori::triage {
namespace {

constexpr char kPut[] =
    "INSERT INTO work_item (record_id, tenant, case_id, kind, stage, owner, due_time, row_id)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE stage = VALUES(stage), owner = VALUES(owner),"
    " due_time = VALUES(due_time), row_id = VALUES(row_id)";
constexpr char kDelete[] = "DELETE FROM work_item WHERE record_id = ? AND tenant = ?";
constexpr char kDeleteOfCase[] = "DELETE FROM work_item WHERE case_id = ? AND tenant = ?";

struct OpenItem {
  WorkStage stage = WorkStage::kToDo;
  std::string owner;
  absl::Time due_time;
};

// Nothing for what is done.
absl::StatusOr<std::optional<OpenItem>> OpenItemOf(const WorkRow& row) {
  if (row.kind == WorkKind::kTask) {
    ASSIGN_OR_RETURN(const auto task, BodyOf<v1::Task>(row));
    if (task.has_complete_time()) return std::nullopt;
    return OpenItem{WorkStage::kToDo, task.owner(), time::FromTimestamp(task.due_time())};
  }
  ASSIGN_OR_RETURN(const auto action, BodyOf<v1::PreventionAction>(row));
  if (action.has_reviewed_time()) return std::nullopt;
  const bool done = action.has_complete_time();
  return OpenItem{done ? WorkStage::kToReview : WorkStage::kToDo, action.owner(),
                  time::FromTimestamp(done ? action.review_time() : action.due_time())};
}

}  // namespace

absl::Status IndexWork(db::Tx& tx, const CaseRow& of_case, const WorkRow& row) {
  if (row.kind != WorkKind::kTask && row.kind != WorkKind::kPrevention) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<OpenItem> item, OpenItemOf(row));
  if (!item.has_value()) {
    return tx.Execute(kDelete, db::Params().Add(row.record_id).Add(of_case.tenant)).status();
  }
  db::Params params;
  params.Add(row.record_id).Add(of_case.tenant).Add(of_case.case_id);
  params.Add(static_cast<int>(row.kind)).Add(static_cast<int>(item->stage)).Add(item->owner);
  params.Add(item->due_time).Add(row.row_id);
  return tx.Execute(kPut, params).status();
}

absl::Status ForgetItems(db::Tx& tx, const CaseRow& of_case) {
  return tx.Execute(kDeleteOfCase, db::Params().Add(of_case.case_id).Add(of_case.tenant)).status();
}

}  // namespace mamori::triage
