#include "services/triage/deadline_timers.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/db/batch.h"
#include "common/status/macros.h"
#include "services/triage/case_change.h"
#include "services/triage/deadlines.h"

namespace mamori::triage {
namespace {

constexpr int kBatch = 32;
constexpr absl::Duration kCannotFire = absl::Minutes(1);
constexpr absl::Duration kLate = absl::Minutes(2);
// What is counted at most: one is an alarm already.
constexpr int kMostUndone = 1000;

// For the case's notes: facts that a desk reads, in no language.
std::string LineOf(const char* what, const DeadlineRow& row) {
  return absl::StrCat(what, " ", row.clock, " ", absl::FormatCivilTime(row.due_day));
}

std::string LineOf(const DeadlineRow& row, const DeadlineStep& step) {
  const bool near = step.kind == DeadlineStep::kNear;
  return absl::StrCat(LineOf(near ? "deadline.near" : "deadline.missed", row),
                      step.level > 0 ? absl::StrCat(" level ", step.level) : "");
}

}  // namespace

absl::StatusOr<bool> DeadlineTimers::RunOnce() {
  absl::Time now = d_.clock.Now();
  if (d_.believed != nullptr) {
    ASSIGN_OR_RETURN(now, d_.believed());
  }
  absl::StatusOr<int> fired =
      d_.store.FireDue(now, now + kCannotFire, kBatch,
                       [&](const CaseRow& row, const std::vector<DeadlineRow>& deadlines) {
                         return Fire(row, deadlines, now);
                       });
  // One bad case keeps no others from theirs.
  if (!fired.ok() && !db::FailsWholeBatch(fired.status())) fired = FireOneByOne(now);
  RETURN_IF_ERROR(fired.status());
  if (*fired > 0) d_.committed();
  return *fired > 0;
}

absl::StatusOr<int> DeadlineTimers::FireOneByOne(absl::Time now) {
  int all = 0;
  for (int i = 0; i < kBatch; ++i) {
    absl::StatusOr<int> fired =
        d_.store.FireDue(now, now + kCannotFire, 1,
                         [&](const CaseRow& row, const std::vector<DeadlineRow>& deadlines) {
                           return Fire(row, deadlines, now);
                         });
    if (!fired.ok()) {
      if (db::FailsWholeBatch(fired.status())) return fired;
      RETURN_IF_ERROR(d_.store.PostponeFirst(now, now + kCannotFire).status());
      continue;
    }
    if (*fired == 0) break;
    all += *fired;
  }
  return all;
}

absl::StatusOr<std::optional<DeadlineChange>> DeadlineTimers::Fire(
    const CaseRow& row, const std::vector<DeadlineRow>& deadlines, absl::Time now) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const ClockBook> book, d_.clocks.Get(row.policy_digest));
  if (book == nullptr) return std::nullopt;
  ChangeContext context{now, "", d_.ids, d_.gate.policy()};
  context.action = "FireDeadline";
  ChangeBuilder builder(row, context);
  DeadlineChange change;
  std::vector<std::string> lines;
  for (const DeadlineRow& deadline : deadlines) {
    if (!deadline.next_time.has_value() || *deadline.next_time > now) continue;
    ClockBook::Fired fired = book->Fire(FactsOf(row), deadline, deadlines, {now, ""}, d_.ids);
    if (fired.resumed) lines.push_back(LineOf("deadline.resumed", fired.row));
    for (const DeadlineStep& step : fired.steps) {
      lines.push_back(LineOf(fired.row, step));
      if (step.kind == DeadlineStep::kNear) {
        builder.TellNear(fired.row);
      } else {
        builder.TellMissed(fired.row, step.level);
      }
    }
    change.deadlines.changed.push_back(std::move(fired.row));
    std::move(fired.started.begin(), fired.started.end(),
              std::back_inserter(change.deadlines.started));
  }
  if (change.deadlines.changed.empty()) return std::nullopt;
  if (HasWhistleblower(change.deadlines.started)) builder.KeepForHandlers();
  if (!lines.empty()) builder.AddNote("triage", absl::StrJoin(lines, "\n"));
  change.change = std::move(builder).Finish();
  return change;
}

absl::StatusOr<bool> DeadlineAuditor::RunOnce() {
  const absl::Time now = clock_.Now();
  ASSIGN_OR_RETURN(const DeadlineStore::Undone undone, store_.Audit(now - kLate, now, kMostUndone));
  telemetry_.Gauge("mamori_deadline_steps_undone", static_cast<double>(undone.steps));
  telemetry_.Count("mamori_deadline_timers_lost_total", {}, static_cast<double>(undone.timers));
  return false;
}

}  // namespace mamori::triage
