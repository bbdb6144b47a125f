#include "services/triage/sql_deadline_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/worker/timer.h"
#include "services/triage/sql_access_rows.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/sql_deadline_rows.h"
#include "services/triage/sql_handler_rows.h"
#include "services/triage/sql_visible.h"

namespace mamori::triage {
namespace {

constexpr char kQueue[] =
    " FROM deadline d FORCE INDEX (by_queue) JOIN case_record c ON c.case_id = d.case_id";
constexpr char kOfCase[] = " STRAIGHT_JOIN deadline d ON d.case_id = c.case_id";
constexpr char kQueueOf[] = "d.tenant = ? AND d.state = ?";
constexpr char kOfCompany[] = " AND d.company = ?";
constexpr char kAfter[] =
    " AND d.rank_order >= ? AND (d.rank_order > ? OR d.due_time > ?"
    " OR (d.due_time = ? AND d.deadline_id > ?))";
constexpr char kOrder[] = " ORDER BY d.rank_order, d.due_time, d.deadline_id LIMIT ?";
constexpr char kCountUndone[] =
    "SELECT COUNT(*) FROM (SELECT 1 FROM deadline WHERE next_time < ? LIMIT ?) t";
constexpr char kWithoutTimer[] =
    "SELECT DISTINCT d.tenant, d.case_id FROM deadline d LEFT JOIN timer t ON t.kind = ?"
    " AND t.subject_id = d.case_id WHERE d.next_time < ? AND t.timer_id IS NULL LIMIT ?";

constexpr absl::Duration kBudget = absl::Seconds(20);
// How long a run waits for the key store, once.
constexpr absl::Duration kKeyBudget = absl::Seconds(2);

// `now` is the machine's, whatever time the timers are asked for.
db::TransactionOptions OptionsAt(absl::Time now) {
  db::TransactionOptions options;
  options.deadline = now + kBudget;
  // Timers that a committed run consumed are not there for the next one.
  options.settles_unknown_commit = true;
  return options;
}

worker::Timer TimerOf(std::string_view tenant, const id::Id& case_id, absl::Time due_time,
                      id::IdSource& ids) {
  worker::Timer timer;
  timer.timer_id = ids.NewId();
  timer.tenant = std::string(tenant);
  timer.kind = kDeadlineTimer;
  timer.subject_id = case_id;
  timer.due_time = due_time;
  return timer;
}

// The first of the case's next steps after `changes`.
std::optional<absl::Time> NextOf(const std::vector<DeadlineRow>& before,
                                 const DeadlineChanges& changes) {
  std::optional<absl::Time> next;
  const auto take = [&](const DeadlineRow& row) {
    if (row.next_time.has_value() && (!next.has_value() || *row.next_time < *next)) {
      next = row.next_time;
    }
  };
  for (const DeadlineRow& row : before) {
    const bool changed =
        std::any_of(changes.changed.begin(), changes.changed.end(),
                    [&](const DeadlineRow& one) { return one.deadline_id == row.deadline_id; });
    if (!changed) take(row);
  }
  for (const DeadlineRow& row : changes.changed) take(row);
  for (const DeadlineRow& row : changes.started) take(row);
  return next;
}

// Seals the notes that the steps of one run leave in their cases. A step is told and recorded
// without its note where there is no key for it: while the key store is away, after the first that
// it did not give in time, and in a case whose content was erased. What was not done is forgotten
// by nobody; the note only repeats it.
class StepNotes {
 public:
  StepNotes(const CaseContent& content, const time::Clock& clock)
      : content_(content), clock_(clock) {}

  absl::Status Seal(db::Tx& tx, const CaseRow& row, CaseChange& change) {
    if (!change.note.has_value()) return absl::OkStatus();
    absl::Status sealed = absl::UnavailableError("the key store was away just now");
    if (there_) sealed = content_.SealNote(tx, row, clock_.Now() + kKeyBudget, change);
    if (sealed.ok()) return sealed;
    // After an error of the own database the transaction cannot go on anyway: its next statement
    // says so.
    if (!absl::IsNotFound(sealed)) there_ = false;
    change.note.reset();
    return absl::OkStatus();
  }

 private:
  const CaseContent& content_;
  const time::Clock& clock_;
  bool there_ = true;
};

// Fires the timers of one case; where the next one is due after it.
absl::StatusOr<std::optional<absl::Time>> FireOne(db::Tx& tx, const AccessSeal& seal,
                                                  const worker::Timer& timer, StepNotes& notes,
                                                  DeadlineStore::FireCase fire) {
  const auto before = SelectCase(tx, seal, timer.tenant, timer.subject_id, /*for_update=*/true);
  // Nothing that we know: the timer is simply gone.
  if (absl::IsNotFound(before.status())) return std::optional<absl::Time>();
  RETURN_IF_ERROR(before.status());
  ASSIGN_OR_RETURN(const std::vector<DeadlineRow> deadlines,
                   SelectDeadlines(tx, timer.tenant, timer.subject_id));
  ASSIGN_OR_RETURN(std::optional<DeadlineChange> change, fire(*before, deadlines));
  if (!change.has_value()) return NextOf(deadlines, {});
  RETURN_IF_ERROR(UpdateDeadlines(tx, change->deadlines));
  RETURN_IF_ERROR(notes.Seal(tx, *before, change->change));
  RETURN_IF_ERROR(UpdateCase(tx, seal, *before, change->change));
  return NextOf(deadlines, change->deadlines);
}

}  // namespace

absl::StatusOr<v1::Deadline> SqlDeadlineStore::Change(const CallKey& call, std::string_view tenant,
                                                      const id::Id& case_id, Decide decide) {
  using Answered = CaseContent::Answered<v1::Deadline>;
  return content_.RespondOnce<v1::Deadline>(
      transactor_, clock_, call, tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        ASSIGN_OR_RETURN(const CaseRow before, SelectCase(tx, seal_, tenant, case_id, true));
        ASSIGN_OR_RETURN(const auto deadlines, SelectDeadlines(tx, tenant, case_id));
        ASSIGN_OR_RETURN(DeadlineChange change, decide(before, deadlines));
        RETURN_IF_ERROR(CheckHandlerOfClocks(tx, seal_, before, change.deadlines.started,
                                             HandlersOf(change.change)));
        RETURN_IF_ERROR(WriteDeadlines(tx, change.deadlines, ids_));
        ASSIGN_OR_RETURN(sealing::DataKey key, content_.KeyOf(tx, before, call.deadline));
        CaseContent::SealNote(key, change.change);
        RETURN_IF_ERROR(UpdateCase(tx, seal_, before, change.change));
        return Answered{std::move(change.answer), std::move(key)};
      });
}

absl::StatusOr<std::vector<DeadlineRow>> SqlDeadlineStore::ListOfCase(std::string_view tenant,
                                                                      const id::Id& case_id,
                                                                      absl::Time deadline) {
  return transactor_.Run<std::vector<DeadlineRow>>(
      {.deadline = deadline, .read_only = true},
      [&](db::Tx& tx) { return SelectDeadlines(tx, tenant, case_id); });
}

absl::StatusOr<std::vector<QueueEntry>> SqlDeadlineStore::ListQueue(
    const QueueFilter& filter, const std::optional<QueuePosition>& position, int limit,
    absl::Time deadline) {
  const ListViewer viewer = AsIndexed(seal_, filter.tenant, filter.viewer);
  std::string sql = absl::StrCat("SELECT ", CaseColumns(), ", ", kDeadlineColumns);
  db::Params params;
  if (IsMemberAlone(viewer)) {
    absl::StrAppend(&sql, kFromMemberships, kOfCase, kJoinAccess, kOfMember, kQueueOf);
    params.Add(filter.tenant).Add(viewer.person);
  } else {
    absl::StrAppend(&sql, kQueue, kJoinAccess, " WHERE ", kQueueOf);
  }
  params.Add(filter.tenant).Add(static_cast<int>(filter.state));
  if (!filter.company.empty()) {
    sql += kOfCompany;
    params.Add(filter.company);
  }
  AppendLetIn(viewer, sql, params);
  AppendNotKeptOut(viewer, sql, params);
  if (position.has_value()) {
    sql += kAfter;
    params.Add(position->rank).Add(position->rank).Add(position->due_micros);
    params.Add(position->due_micros).Add(position->deadline_id);
  }
  sql += kOrder;
  params.Add(limit);
  using Entries = std::vector<QueueEntry>;
  return transactor_.Run<Entries>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<Entries> {
        ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(sql, params));
        Entries entries;
        for (const db::Row& row : rows) {
          entries.push_back({ReadDeadline(row, kCaseColumnCount), ReadCase(row, seal_)});
        }
        return entries;
      });
}

absl::StatusOr<int> SqlDeadlineStore::FireDue(absl::Time now, absl::Time retry_time, int limit,
                                              FireCase fire) {
  const db::TransactionOptions options = OptionsAt(clock_.Now());
  return transactor_.Run<int>(options, [&](db::Tx& tx) -> absl::StatusOr<int> {
    ASSIGN_OR_RETURN(std::vector<worker::Timer> timers,
                     worker::TakeDue(tx, now, limit, kDeadlineTimer));
    if (timers.empty()) return 0;
    // Cases are locked in the order of their ids, as by everyone who locks several.
    std::stable_sort(
        timers.begin(), timers.end(),
        [](const worker::Timer& a, const worker::Timer& b) { return a.subject_id < b.subject_id; });
    StepNotes notes(content_, clock_);
    std::vector<worker::Timer> next;
    std::vector<std::string> cases;
    for (const worker::Timer& timer : timers) {
      if (!cases.empty() && cases.back() == timer.subject_id) continue;  // has been looked after
      cases.push_back(timer.subject_id);
      const auto fired = FireOne(tx, seal_, timer, notes, fire);
      if (absl::IsFailedPrecondition(fired.status())) {
        next.push_back(TimerOf(timer.tenant, timer.subject_id, retry_time, ids_));
        continue;
      }
      RETURN_IF_ERROR(fired.status());
      if (fired->has_value()) {
        next.push_back(TimerOf(timer.tenant, timer.subject_id, **fired, ids_));
      }
    }
    // One timer each from here on, however many there were.
    RETURN_IF_ERROR(worker::CancelAll(tx, kDeadlineTimer, std::move(cases)).status());
    RETURN_IF_ERROR(worker::Schedule(tx, next));
    return static_cast<int>(timers.size());
  });
}

absl::StatusOr<bool> SqlDeadlineStore::PostponeFirst(absl::Time now, absl::Time retry_time) {
  return transactor_.Run<bool>(OptionsAt(clock_.Now()), [&](db::Tx& tx) -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(const std::vector<worker::Timer> timers,
                     worker::TakeDue(tx, now, 1, kDeadlineTimer));
    if (timers.empty()) return false;
    RETURN_IF_ERROR(worker::Postpone(tx, timers[0], retry_time));
    return true;
  });
}

absl::StatusOr<DeadlineStore::Undone> SqlDeadlineStore::Audit(absl::Time planned_before,
                                                              absl::Time now, int limit) {
  return transactor_.Run<Undone>(
      OptionsAt(clock_.Now()), [&](db::Tx& tx) -> absl::StatusOr<Undone> {
        ASSIGN_OR_RETURN(const db::Rows count,
                         tx.Query(kCountUndone, db::Params().Add(planned_before).Add(limit)));
        Undone undone{.steps = count[0].GetInt64(0)};
        if (undone.steps == 0) return undone;
        ASSIGN_OR_RETURN(const db::Rows rows,
                         tx.Query(kWithoutTimer,
                                  db::Params().Add(kDeadlineTimer).Add(planned_before).Add(limit)));
        std::vector<worker::Timer> timers;
        for (const db::Row& row : rows) {
          timers.push_back(TimerOf(row.GetBytes(0), row.GetBytes(1), now, ids_));
        }
        undone.timers = static_cast<int64_t>(timers.size());
        RETURN_IF_ERROR(worker::Schedule(tx, timers));
        return undone;
      });
}

}  // namespace mamori::triage
