// The clocks of a policy version, applied: given what a case is and what happened to it, which
// deadlines begin, end, or take their next step. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_CLOCK_RULES_H_
#define MAMORI_SERVICES_TRIAGE_CLOCK_RULES_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/calendar/calendar.h"
#include "common/id/id.h"
#include "mamori/v1/assessment.pb.h"
#include "mamori/v1/policy.pb.h"
#include "mamori/v1/report.pb.h"
#include "services/triage/deadline_row.h"

namespace mamori::triage {

using ClockEvents = std::set<mamori::v1::ClockEvent>;

// What clocks look at in a case.
struct ClockFacts {
  std::string tenant;
  id::Id case_id;
  std::string company;
  mamori::v1::ReportKind kind = mamori::v1::REPORT_KIND_UNSPECIFIED;
  mamori::v1::Severity severity = mamori::v1::SEVERITY_UNSPECIFIED;
  absl::Time open_time;
  // The report that opens or joins the case names its reporter; known at that moment alone.
  bool reporter_named = false;
  // It joins: whoever named themselves has their own deadlines, whatever runs for others.
  bool joined = false;
};

// Who did what is applied, and when.
struct ClockAct {
  absl::Time now;
  std::string person;  // empty for what nobody did
  // The time as it is recorded, where that is told less closely; unset for `now` itself.
  std::optional<absl::Time> told = {};

  absl::Time recorded() const { return told.value_or(now); }
};

// One of a deadline's moments.
struct DeadlineStep {
  enum Kind { kNear, kMissed };
  absl::Time time;
  Kind kind = kNear;
  int level = 0;  // of a miss: 0 when it is missed, then one more each
};

class ClockBook {
 public:
  // `calendars` are those of the policy, in its order.
  ClockBook(const mamori::v1::Policy& policy, std::vector<calendar::Calendar> calendars);

  // Null when this version has no such clock.
  const mamori::v1::Clock* Find(std::string_view clock) const;

  // `existing` are all deadlines of the case. What has ended stays as it is, so a second
  // acknowledgement moves nothing.
  DeadlineChanges Apply(const ClockFacts& facts, const ClockEvents& events,
                        const std::vector<DeadlineRow>& existing, const ClockAct& act,
                        id::IdSource& ids) const;

  // Whether a clock of the regime may begin by the events, or is one of `starts`: whatever runs
  // already.
  bool MayBegin(mamori::v1::ClockRegime regime, const ClockFacts& facts, const ClockEvents& events,
                const std::vector<std::string>& starts) const;

  // The verbs. The first deadline of each answer is the one that was asked for.
  // CLOCK_NOT_ALLOWED or STATE_NOT_ALLOWED. A clock that counts from the opening starts no later
  // than then, whatever `start` says.
  absl::StatusOr<DeadlineChanges> Start(const ClockFacts& facts, std::string_view clock,
                                        std::optional<absl::Time> start, const ClockAct& act,
                                        id::IdSource& ids) const;
  // Whether a person may say that it runs from `start`. CLOCK_NOT_ALLOWED.
  absl::Status CheckStart(const ClockFacts& facts, std::string_view clock, absl::Time start) const;
  absl::StatusOr<DeadlineChanges> Pause(const DeadlineRow& row, const ClockAct& act) const;
  absl::StatusOr<DeadlineChanges> Resume(const DeadlineRow& row, const ClockAct& act) const;
  absl::StatusOr<DeadlineChanges> Complete(const ClockFacts& facts, const DeadlineRow& row,
                                           const std::vector<DeadlineRow>& existing,
                                           const ClockAct& act, id::IdSource& ids) const;

  // Takes all steps of a deadline that are due; before them lets one go on that has stood paused
  // for as long as its clock allows. Warnings are dropped when it is missed already: whoever was
  // not there in time is told once, and of the worse.
  struct Fired {
    DeadlineRow row;
    bool resumed = false;  // its pause was over
    std::vector<DeadlineStep> steps;
    std::vector<DeadlineRow> started;
  };
  Fired Fire(const ClockFacts& facts, const DeadlineRow& row,
             const std::vector<DeadlineRow>& existing, const ClockAct& act,
             id::IdSource& ids) const;

 private:
  const calendar::Calendar& CalendarOf(const std::string& company) const;
  // In the order of their times.
  std::vector<DeadlineStep> StepsOf(const DeadlineRow& row) const;
  void PlanNext(DeadlineRow& row) const;
  // From when a deadline runs, and from which day it is counted where that is not the day of it.
  struct Beginning {
    absl::Time time;
    std::optional<absl::CivilDay> day = {};
  };
  void Begin(const ClockFacts& facts, const mamori::v1::Clock& clock, const Beginning& beginning,
             id::IdSource& ids, std::vector<DeadlineRow>& started) const;
  // Those that follow `row`, which was completed at `ended` or missed by then.
  void BeginFollowers(const ClockFacts& facts, const DeadlineRow& row, absl::Time ended,
                      const std::vector<DeadlineRow>& existing, id::IdSource& ids,
                      std::vector<DeadlineRow>& started) const;
  // How much longer it may stand, all its pauses together; nothing where its clock sets no limit.
  std::optional<absl::Duration> PauseLeftOf(const DeadlineRow& row) const;
  // By how many of the days that a pause reached over the due day moves.
  absl::civil_diff_t MovedDays(const DeadlineRow& row, absl::civil_diff_t days) const;
  // With its time going on when it was paused, for no longer than its clock allows.
  DeadlineRow Resumed(const DeadlineRow& row, absl::Time now) const;
  // When a paused deadline goes on by itself; nothing for one whose clock sets no limit.
  std::optional<absl::Time> PauseEndOf(const DeadlineRow& row) const;
  DeadlineRow Ended(const DeadlineRow& row, v1::DeadlineState state, const ClockAct& act) const;

  const std::vector<mamori::v1::Clock> clocks_;
  const std::vector<calendar::Calendar> calendars_;
  std::vector<std::pair<std::string, size_t>> companies_;  // which of them a company uses
};

// How the policy counts.
calendar::Span SpanOf(const mamori::v1::ClockSpan& span);

// A due time ran out before what was due was done.
bool IsMissed(const DeadlineRow& row, absl::Time now);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CLOCK_RULES_H_
