#include "services/triage/sql_desk_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/sql_visible.h"
#include "services/triage/work_state_rules.h"

namespace mamori::triage {
namespace {

// The indexes end in (due_time, record_id) and are named, as those of the list of cases.
constexpr char kByDue[] = "by_due", kByOwner[] = "by_owner";
constexpr char kColumns[] =
    ", i.stage, i.due_time, w.row_id, w.record_id, w.kind, w.version, w.author, w.create_time,"
    " w.body, w.case_id, w.sequence";
constexpr char kFrom[] = " FROM work_item i FORCE INDEX (";
constexpr char kOfCase[] =
    " STRAIGHT_JOIN work_item i ON i.case_id = c.case_id JOIN case_work w ON w.row_id = i.row_id";
constexpr char kJoins[] =
    ") JOIN case_record c ON c.case_id = i.case_id JOIN case_work w ON w.row_id = i.row_id";
constexpr char kOf[] = "i.tenant = ? AND i.kind = ?";
constexpr char kOfOwner[] = " AND i.owner = ?";
constexpr char kOfStage[] = " AND i.stage = ?";
constexpr char kDueBy[] = " AND i.due_time <= ?";
constexpr char kAfter[] = " AND i.due_time >= ? AND (i.due_time > ? OR i.record_id > ?)";
constexpr char kOrder[] = " ORDER BY i.due_time, i.record_id LIMIT ?";

// Where the work of the kind may still be done.
std::vector<int> StatesFor(WorkKind kind) {
  const WorkVerb verb = kind == WorkKind::kTask ? WorkVerb::kEndTask : WorkVerb::kPrevent;
  std::vector<int> states;
  for (int state = mamori::v1::CaseState_MIN; state <= mamori::v1::CaseState_MAX; ++state) {
    if (mamori::v1::CaseState_IsValid(state) &&
        Allows(static_cast<mamori::v1::CaseState>(state), verb)) {
      states.push_back(state);
    }
  }
  return states;
}

WorkListEntry ReadEntry(const db::Row& row, const AccessSeal& seal) {
  constexpr size_t kFirst = kCaseColumnCount;
  return {.row = ReadCase(row, seal),
          .work = {.row_id = row.GetBytes(kFirst + 2),
                   .record_id = row.GetBytes(kFirst + 3),
                   .kind = static_cast<WorkKind>(row.GetInt64(kFirst + 4)),
                   .version = row.GetInt64(kFirst + 5),
                   .author = row.GetBytes(kFirst + 6),
                   .create_time = row.GetTime(kFirst + 7),
                   .body = row.GetBytes(kFirst + 8),
                   .case_id = row.GetBytes(kFirst + 9),
                   .sequence = row.GetInt64(kFirst + 10)},
          .stage = static_cast<WorkStage>(row.GetInt64(kFirst)),
          .due_time = row.GetTime(kFirst + 1)};
}

}  // namespace

absl::StatusOr<std::vector<WorkListEntry>> SqlDeskStore::List(
    const WorkListFilter& filter, const std::optional<WorkListPosition>& position, int limit,
    absl::Time deadline) {
  const ListViewer viewer = AsIndexed(seal_, filter.tenant, filter.viewer);
  std::string sql = absl::StrCat("SELECT ", CaseColumns(), kColumns);
  db::Params params;
  if (IsMemberAlone(viewer)) {
    absl::StrAppend(&sql, kFromMemberships, kOfCase, kJoinAccess, kOfMember, kOf);
    params.Add(filter.tenant).Add(viewer.person);
  } else {
    absl::StrAppend(&sql, kFrom, filter.owner.empty() ? kByDue : kByOwner, kJoins, kJoinAccess,
                    " WHERE ", kOf);
  }
  params.Add(filter.tenant).Add(static_cast<int>(filter.kind));
  if (!filter.owner.empty()) {
    sql += kOfOwner;
    params.Add(filter.owner);
  }
  if (filter.stage.has_value()) {
    sql += kOfStage;
    params.Add(static_cast<int>(*filter.stage));
  }
  if (filter.due_by.has_value()) {
    sql += kDueBy;
    params.Add(*filter.due_by);
  }
  const std::vector<int> states = StatesFor(filter.kind);
  absl::StrAppend(&sql, " AND c.state IN (", db::Placeholders(states.size()), ")");
  for (int state : states) params.Add(state);
  AppendLetIn(viewer, sql, params);
  AppendNotKeptOut(viewer, sql, params);
  if (position.has_value()) {
    sql += kAfter;
    params.Add(position->due_micros).Add(position->due_micros).Add(position->record_id);
  }
  sql += kOrder;
  params.Add(limit);
  using Entries = std::vector<WorkListEntry>;
  return transactor_.Run<Entries>({.deadline = deadline, .read_only = true},
                                  [&](db::Tx& tx) -> absl::StatusOr<Entries> {
                                    ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(sql, params));
                                    Entries entries;
                                    for (const db::Row& row : rows)
                                      entries.push_back(ReadEntry(row, seal_));
                                    return entries;
                                  });
}

absl::Status SqlDeskStore::Open(std::vector<WorkListEntry>& entries, absl::Time deadline) {
  std::vector<WorkRow*> work;
  for (WorkListEntry& entry : entries) work.push_back(&entry.work);
  if (entries.empty()) return absl::OkStatus();
  // All are of one tenant.
  RETURN_IF_ERROR(content_.OpenEach(entries[0].row.tenant, deadline, work));
  std::erase_if(entries, [](const WorkListEntry& entry) { return entry.work.body.empty(); });
  return absl::OkStatus();
}

}  // namespace mamori::triage
