// The statements on the deadlines of cases that several stores need.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_DEADLINE_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_DEADLINE_ROWS_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/tx.h"
#include "services/triage/case_row.h"
#include "services/triage/deadline_row.h"

namespace mamori::triage {

// The kind of the timers of deadlines. A case has at least one that is due no later than the first
// of its deadlines' next steps; one too many finds nothing to do.
inline constexpr char kDeadlineTimer[] = "deadline";

// Of deadline `d`, in the order of ReadDeadline.
inline constexpr char kDeadlineColumns[] =
    "d.deadline_id, d.tenant, d.case_id, d.company, d.clock, d.regime, d.rank_order, d.state,"
    " d.start_time, d.due_time, d.due_day, d.next_time, d.steps_done, d.pause_time, d.end_time,"
    " d.completer, d.paused_micros";
DeadlineRow ReadDeadline(const db::Row& row, size_t first = 0);

// 0 for what is most urgent.
int RankOf(mamori::v1::Urgency urgency);

// All deadlines of a case, first due first. Whoever changes them has locked the case.
absl::StatusOr<std::vector<DeadlineRow>> SelectDeadlines(db::Tx& tx, std::string_view tenant,
                                                         const id::Id& case_id);

// Writes them, and sees to it that the cases' timers come in time.
absl::Status WriteDeadlines(db::Tx& tx, const DeadlineChanges& changes, id::IdSource& ids);
// The rows alone, for whoever sees to the timers himself.
absl::Status UpdateDeadlines(db::Tx& tx, const DeadlineChanges& changes);

// The open ones of a case that are owed to those who report: which of them a report's are is not
// known, so they go along with each.
absl::StatusOr<std::vector<DeadlineRow>> SelectOwedToReporters(db::Tx& tx, const CaseRow& row);

// What changes of cases do to their deadlines: of new ones, and of one that this transaction has
// locked. Each begins and ends them as ClockBook::Apply says.
absl::Status OpenClocks(db::Tx& tx, const std::vector<const CaseChange*>& changes);
absl::Status MoveClocks(db::Tx& tx, const CaseChange& change);

// Open deadlines of a case that is merged are those of the case that goes on: what is owed to one
// reporter is owed still. What stops when somebody takes a case stops where somebody has that one.
absl::Status MergeClocks(db::Tx& tx, const CaseChange& from, const CaseChange& into);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_DEADLINE_ROWS_H_
