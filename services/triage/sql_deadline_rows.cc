#include "services/triage/sql_deadline_rows.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"
#include "common/worker/timer.h"
#include "services/triage/case_change.h"

namespace mamori::triage {
namespace {

constexpr char kInsert[] =
    "INSERT INTO deadline (deadline_id, tenant, case_id, company, clock, regime, rank_order, state,"
    " start_time, due_time, due_day, next_time, steps_done, pause_time, end_time, completer,"
    " paused_micros) VALUES ";
constexpr char kSelect[] =
    " FROM deadline d WHERE d.case_id = ? AND d.tenant = ? ORDER BY d.due_time, d.deadline_id";
constexpr char kUpdate[] =
    "UPDATE deadline SET state = ?, due_time = ?, due_day = ?, next_time = ?, steps_done = ?,"
    " pause_time = ?, end_time = ?, completer = ?, paused_micros = ?"
    " WHERE case_id = ? AND deadline_id = ? AND tenant = ?";
constexpr char kMove[] =
    "UPDATE deadline SET case_id = ? WHERE case_id = ? AND tenant = ? AND state IN (1, 2)";

const absl::CivilDay kEpoch(1970, 1, 1);

void AddTime(db::Params& params, const std::optional<absl::Time>& time) {
  if (time.has_value()) {
    params.Add(*time);
  } else {
    params.AddNull();
  }
}

db::Params ValuesOf(const DeadlineRow& row) {
  db::Params params;
  params.Add(row.deadline_id).Add(row.tenant).Add(row.case_id).Add(row.company).Add(row.clock);
  params.Add(static_cast<int>(row.regime)).Add(RankOf(row.urgency));
  params.Add(static_cast<int>(row.state)).Add(row.start_time).Add(row.due_time);
  params.Add(static_cast<int64_t>(row.due_day - kEpoch));
  AddTime(params, row.next_time);
  params.Add(row.steps_done);
  AddTime(params, row.pause_time);
  AddTime(params, row.end_time);
  params.Add(row.completer).Add(absl::ToInt64Microseconds(row.paused));
  return params;
}

absl::Status Update(db::Tx& tx, const DeadlineRow& row) {
  db::Params params;
  params.Add(static_cast<int>(row.state)).Add(row.due_time);
  params.Add(static_cast<int64_t>(row.due_day - kEpoch));
  AddTime(params, row.next_time);
  params.Add(row.steps_done);
  AddTime(params, row.pause_time);
  AddTime(params, row.end_time);
  params.Add(row.completer).Add(absl::ToInt64Microseconds(row.paused));
  params.Add(row.case_id).Add(row.deadline_id).Add(row.tenant);
  return tx.ExecuteExpecting(1, kUpdate, params);
}

void Take(absl::StatusOr<DeadlineChanges> one, std::string_view without, DeadlineChanges& all) {
  // A clock that is not for cases like this one begins nothing.
  if (!one.ok()) return;
  for (DeadlineRow& row : one->started) {
    if (row.clock != without) all.started.push_back(std::move(row));
  }
  for (DeadlineRow& row : one->changed) all.changed.push_back(std::move(row));
}

// A leak's or a disclosure's stays with its record; the company's own, and the check-ins of whoever
// is named, begin with every case.
bool IsOwedToReporter(const DeadlineRow& row) {
  switch (row.regime) {
    case mamori::v1::CLOCK_REGIME_WHISTLEBLOWER:
    case mamori::v1::CLOCK_REGIME_EU:
    case mamori::v1::CLOCK_REGIME_REVERSE:
      return IsOpen(row);
    default:
      return false;
  }
}

bool StopsWhenTaken(const ClockBook& book, const DeadlineRow& row) {
  const mamori::v1::Clock* clock = IsOpen(row) ? book.Find(row.clock) : nullptr;
  return clock != nullptr && std::find(clock->stops().begin(), clock->stops().end(),
                                       mamori::v1::CLOCK_EVENT_ASSIGNED) != clock->stops().end();
}

DeadlineChanges Apply(const CaseChange& change, const std::vector<DeadlineRow>& existing) {
  const ClockChange& clocks = change.clocks;
  const ClockFacts facts = ClockFactsOf(change);
  const ClockAct act{clocks.begin.value_or(change.row.update_time), change.who.person};
  DeadlineChanges all = clocks.book->Apply(facts, clocks.events, existing, act, *clocks.ids);
  for (const ClockChange::Start& start : clocks.starts) {
    Take(clocks.book->Start(facts, start.clock, start.time, act, *clocks.ids), start.without, all);
  }
  for (const DeadlineRow& row : existing) {
    const bool meant = std::find(clocks.completes.begin(), clocks.completes.end(), row.clock) !=
                       clocks.completes.end();
    const bool taken = clocks.taken && StopsWhenTaken(*clocks.book, row);
    if (meant || taken)
      Take(clocks.book->Complete(facts, row, existing, act, *clocks.ids), "", all);
  }
  return all;
}

bool HasClocks(const CaseChange& change) {
  const ClockChange& clocks = change.clocks;
  return clocks.book != nullptr && !(clocks.events.empty() && clocks.starts.empty() &&
                                     clocks.completes.empty() && !clocks.joined && !clocks.taken);
}

// What the new case begins, and what it brings along, which begins no second time.
void Open(const CaseChange& change, std::vector<DeadlineRow>& started) {
  std::vector<DeadlineRow> carried = change.clocks.carried;
  for (DeadlineRow& row : carried) {
    row.deadline_id = change.clocks.ids->NewId();
    row.case_id = change.row.case_id;
  }
  DeadlineChanges begun = Apply(change, carried);
  std::move(begun.started.begin(), begun.started.end(), std::back_inserter(started));
  std::move(carried.begin(), carried.end(), std::back_inserter(started));
}

}  // namespace

int RankOf(mamori::v1::Urgency urgency) { return mamori::v1::URGENCY_PAGE - urgency; }

DeadlineRow ReadDeadline(const db::Row& row, size_t first) {
  const auto time = [&](size_t at) -> std::optional<absl::Time> {
    if (row.IsNull(first + at)) return std::nullopt;
    return row.GetTime(first + at);
  };
  DeadlineRow result;
  result.deadline_id = row.GetBytes(first);
  result.tenant = row.GetBytes(first + 1);
  result.case_id = row.GetBytes(first + 2);
  result.company = row.GetBytes(first + 3);
  result.clock = row.GetBytes(first + 4);
  result.regime = static_cast<mamori::v1::ClockRegime>(row.GetInt64(first + 5));
  result.urgency =
      static_cast<mamori::v1::Urgency>(mamori::v1::URGENCY_PAGE - row.GetInt64(first + 6));
  result.state = static_cast<v1::DeadlineState>(row.GetInt64(first + 7));
  result.start_time = row.GetTime(first + 8);
  result.due_time = row.GetTime(first + 9);
  result.due_day = kEpoch + row.GetInt64(first + 10);
  result.next_time = time(11);
  result.steps_done = static_cast<int>(row.GetInt64(first + 12));
  result.pause_time = time(13);
  result.end_time = time(14);
  result.completer = row.GetBytes(first + 15);
  result.paused = absl::Microseconds(row.GetInt64(first + 16));
  return result;
}

absl::StatusOr<std::vector<DeadlineRow>> SelectDeadlines(db::Tx& tx, std::string_view tenant,
                                                         const id::Id& case_id) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(absl::StrCat("SELECT ", kDeadlineColumns, kSelect),
                                                 db::Params().Add(case_id).Add(tenant)));
  std::vector<DeadlineRow> deadlines;
  for (const db::Row& row : rows) deadlines.push_back(ReadDeadline(row));
  return deadlines;
}

absl::StatusOr<std::vector<DeadlineRow>> SelectOwedToReporters(db::Tx& tx, const CaseRow& row) {
  ASSIGN_OR_RETURN(std::vector<DeadlineRow> rows, SelectDeadlines(tx, row.tenant, row.case_id));
  std::erase_if(rows, [](const DeadlineRow& one) { return !IsOwedToReporter(one); });
  return rows;
}

absl::Status UpdateDeadlines(db::Tx& tx, const DeadlineChanges& changes) {
  for (const DeadlineRow& row : changes.changed) RETURN_IF_ERROR(Update(tx, row));
  std::vector<db::Params> rows;
  for (const DeadlineRow& row : changes.started) rows.push_back(ValuesOf(row));
  return rows.empty() ? absl::OkStatus() : tx.InsertRows(kInsert, rows);
}

absl::Status WriteDeadlines(db::Tx& tx, const DeadlineChanges& changes, id::IdSource& ids) {
  RETURN_IF_ERROR(UpdateDeadlines(tx, changes));
  // The timer that is there comes too late for what begins, or for what goes on after a pause.
  std::map<id::Id, worker::Timer> timers;
  const auto plan = [&](const DeadlineRow& row) {
    if (!row.next_time.has_value()) return;
    worker::Timer& timer = timers[row.case_id];
    const bool fresh = timer.timer_id.empty();
    if (fresh) {
      timer.timer_id = ids.NewId();
      timer.tenant = row.tenant;
      timer.kind = kDeadlineTimer;
      timer.subject_id = row.case_id;
    }
    timer.due_time = fresh ? *row.next_time : std::min(timer.due_time, *row.next_time);
  };
  for (const DeadlineRow& row : changes.started) plan(row);
  for (const DeadlineRow& row : changes.changed) plan(row);
  std::vector<worker::Timer> scheduled;
  for (auto& [unused, timer] : timers) scheduled.push_back(std::move(timer));
  return worker::Schedule(tx, scheduled);
}

absl::Status OpenClocks(db::Tx& tx, const std::vector<const CaseChange*>& changes) {
  DeadlineChanges all;
  id::IdSource* ids = nullptr;
  for (const CaseChange* change : changes) {
    if (!HasClocks(*change)) continue;
    ids = change->clocks.ids;
    Open(*change, all.started);
  }
  return all.started.empty() ? absl::OkStatus() : WriteDeadlines(tx, all, *ids);
}

absl::Status MoveClocks(db::Tx& tx, const CaseChange& change) {
  if (!HasClocks(change)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<DeadlineRow> existing,
                   SelectDeadlines(tx, change.row.tenant, change.row.case_id));
  return WriteDeadlines(tx, Apply(change, existing), *change.clocks.ids);
}

namespace {

// Somebody has the case that goes on, and with it what comes to it.
absl::Status TakeMoved(db::Tx& tx, std::vector<DeadlineRow> moved, const CaseChange& into) {
  const ClockChange& clocks = into.clocks;
  if (into.row.assignee.empty() || clocks.book == nullptr) return absl::OkStatus();
  for (DeadlineRow& row : moved) row.case_id = into.row.case_id;
  const ClockFacts facts = ClockFactsOf(into);
  const ClockAct act{into.row.update_time, into.who.person};
  DeadlineChanges all;
  for (const DeadlineRow& row : moved) {
    if (!StopsWhenTaken(*clocks.book, row)) continue;
    Take(clocks.book->Complete(facts, row, moved, act, *clocks.ids), "", all);
  }
  return WriteDeadlines(tx, all, *clocks.ids);
}

}  // namespace

absl::Status MergeClocks(db::Tx& tx, const CaseChange& from, const CaseChange& into) {
  const CaseRow& row = from.row;
  ASSIGN_OR_RETURN(std::vector<DeadlineRow> open, SelectDeadlines(tx, row.tenant, row.case_id));
  std::erase_if(open, [](const DeadlineRow& one) { return !IsOpen(one); });
  const auto moved =
      tx.Execute(kMove, db::Params().Add(into.row.case_id).Add(row.case_id).Add(row.tenant));
  RETURN_IF_ERROR(moved.status());
  if (*moved == 0) return absl::OkStatus();
  RETURN_IF_ERROR(TakeMoved(tx, std::move(open), into));
  // Comes at once and plans the case's next one.
  worker::Timer timer;
  timer.timer_id = from.clocks.ids->NewId();
  timer.tenant = row.tenant;
  timer.kind = kDeadlineTimer;
  timer.subject_id = into.row.case_id;
  timer.due_time = row.update_time;
  return worker::Schedule(tx, {timer});
}

}  // namespace mamori::triage
