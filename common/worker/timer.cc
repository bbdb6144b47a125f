#include "common/worker/timer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/db/in_list.h"
#include "common/status/macros.h"

namespace mamori::worker {
namespace {

constexpr char kInsert[] =
    "INSERT INTO timer (timer_id, tenant, kind, subject_id, due_time, payload, attempt_count) "
    "VALUES ";
constexpr char kCancel[] = "DELETE FROM timer WHERE kind = ? AND subject_id = ?";
constexpr char kCancelAll[] = "DELETE FROM timer WHERE kind = ? AND subject_id IN (";
constexpr char kDue[] =
    "SELECT timer_id, tenant, kind, subject_id, due_time, payload, attempt_count FROM timer"
    " WHERE due_time <= ?";
constexpr char kOfKind[] = " AND kind = ?";
constexpr char kClaim[] = " ORDER BY due_time LIMIT ? FOR UPDATE SKIP LOCKED";
constexpr char kDelete[] = "DELETE FROM timer WHERE timer_id IN (";

db::Params RowOf(const Timer& timer) {
  db::Params row;
  row.Add(timer.timer_id).Add(timer.tenant).Add(timer.kind).Add(timer.subject_id);
  row.Add(timer.due_time).Add(timer.payload).Add(timer.attempt_count);
  return row;
}

}  // namespace

absl::Status Schedule(db::Tx& tx, const std::vector<Timer>& timers) {
  std::vector<db::Params> rows;
  rows.reserve(timers.size());
  for (const Timer& timer : timers) rows.push_back(RowOf(timer));
  return rows.empty() ? absl::OkStatus() : tx.InsertRows(kInsert, rows);
}

absl::StatusOr<int64_t> Cancel(db::Tx& tx, std::string_view kind, std::string_view subject_id) {
  return tx.Execute(kCancel, db::Params().Add(kind).Add(subject_id));
}

absl::StatusOr<int64_t> CancelAll(db::Tx& tx, std::string_view kind,
                                  std::vector<std::string> subject_ids) {
  if (subject_ids.empty()) return 0;
  subject_ids = db::InList(std::move(subject_ids));
  return tx.Execute(absl::StrCat(kCancelAll, db::Placeholders(subject_ids.size()), ")"),
                    db::Params().Add(kind).AddAll(subject_ids));
}

absl::StatusOr<std::vector<Timer>> TakeDue(db::Tx& tx, absl::Time now, int limit,
                                           std::string_view kind) {
  db::Params params;
  params.Add(now);
  if (!kind.empty()) params.Add(kind);
  params.Add(limit);
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kDue, kind.empty() ? "" : kOfKind, kClaim), params));
  std::vector<Timer> timers;
  std::vector<std::string> ids;
  for (const db::Row& row : rows) {
    Timer& timer = timers.emplace_back();
    timer.timer_id = row.GetBytes(0);
    timer.tenant = row.GetBytes(1);
    timer.kind = row.GetBytes(2);
    timer.subject_id = row.GetBytes(3);
    timer.due_time = row.GetTime(4);
    timer.payload = row.GetBytes(5);
    timer.attempt_count = row.GetInt64(6);
    ids.push_back(timer.timer_id);
  }
  if (timers.empty()) return timers;
  ids = db::InList(std::move(ids));
  ASSIGN_OR_RETURN(const int64_t deleted,
                   tx.Execute(absl::StrCat(kDelete, db::Placeholders(ids.size()), ")"),
                              db::Params().AddAll(ids)));
  if (deleted != static_cast<int64_t>(timers.size())) {
    return absl::InternalError("a timer that was locked is gone");
  }
  return timers;
}

absl::Status Postpone(db::Tx& tx, const Timer& timer, absl::Time due_time) {
  Timer later = timer;
  later.due_time = due_time;
  ++later.attempt_count;
  return tx.InsertRows(kInsert, {RowOf(later)});
}

}  // namespace mamori::worker
