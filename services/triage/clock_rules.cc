#include "services/triage/clock_rules.h"

#include <algorithm>
#include <utility>

#include "common/policy/check_clocks.h"
#include "common/status/errors.h"

namespace mamori::triage {
namespace {

using mamori::v1::Clock;
using mamori::v1::ClockEvent;

constexpr absl::Duration kDay = absl::Hours(24);

template <typename List, typename Value>
bool Names(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool Meets(const google::protobuf::RepeatedField<int>& list, const ClockEvents& events) {
  return std::any_of(list.begin(), list.end(),
                     [&](int event) { return events.count(static_cast<ClockEvent>(event)) > 0; });
}

bool Applies(const Clock& clock, const ClockFacts& facts) {
  if (!clock.report_kinds().empty() && !Names(clock.report_kinds(), facts.kind)) return false;
  if (!clock.companies().empty() && !Names(clock.companies(), facts.company)) return false;
  if (clock.named_reporter() && !facts.reporter_named) return false;
  return facts.severity >= clock.min_severity() &&
         (clock.max_severity() == mamori::v1::SEVERITY_UNSPECIFIED ||
          facts.severity <= clock.max_severity());
}

bool HasOpen(const std::vector<DeadlineRow>& rows, const std::string& clock) {
  return std::any_of(rows.begin(), rows.end(),
                     [&](const DeadlineRow& row) { return row.clock == clock && IsOpen(row); });
}

absl::Status ClockNotAllowed(std::string_view what) {
  return status::Error(absl::StatusCode::kFailedPrecondition,
                       mamori::v1::ERROR_REASON_CLOCK_NOT_ALLOWED, what);
}

}  // namespace

calendar::Span SpanOf(const mamori::v1::ClockSpan& span) {
  using calendar::Unit;
  switch (span.length_case()) {
    case mamori::v1::ClockSpan::kHours:
      return {Unit::kHours, span.hours()};
    case mamori::v1::ClockSpan::kDays:
      return {Unit::kDays, span.days()};
    case mamori::v1::ClockSpan::kBusinessDays:
      return {Unit::kBusinessDays, span.business_days()};
    case mamori::v1::ClockSpan::kMonths:
      return {Unit::kMonths, span.months()};
    case mamori::v1::ClockSpan::LENGTH_NOT_SET:
      break;
  }
  return {Unit::kHours, 0};
}

bool IsMissed(const DeadlineRow& row, absl::Time now) {
  switch (row.state) {
    case v1::DEADLINE_STATE_RUNNING:
      return now >= row.due_time;
    case v1::DEADLINE_STATE_COMPLETED:
    case v1::DEADLINE_STATE_CANCELLED:  // that it became moot later makes nothing of it unmissed
      return row.end_time.has_value() && *row.end_time >= row.due_time;
    default:
      return false;
  }
}

ClockBook::ClockBook(const mamori::v1::Policy& policy, std::vector<calendar::Calendar> calendars)
    : clocks_(policy.clocks().begin(), policy.clocks().end()), calendars_(std::move(calendars)) {
  for (int i = 0; i < policy.calendars_size(); ++i) {
    for (const std::string& company : policy.calendars(i).companies()) {
      companies_.emplace_back(company, i);
    }
  }
}

const Clock* ClockBook::Find(std::string_view clock) const {
  for (const Clock& one : clocks_) {
    if (one.id() == clock) return &one;
  }
  return nullptr;
}

const calendar::Calendar& ClockBook::CalendarOf(const std::string& company) const {
  for (const auto& [name, index] : companies_) {
    if (name == company) return calendars_[index];
  }
  return calendars_.front();
}

std::vector<DeadlineStep> ClockBook::StepsOf(const DeadlineRow& row) const {
  std::vector<DeadlineStep> steps;
  const Clock* clock = Find(row.clock);
  const calendar::Due due{row.due_time, row.due_day};
  if (clock != nullptr) {
    const calendar::Calendar& calendar = CalendarOf(row.company);
    for (const auto& span : clock->warnings()) {
      steps.push_back({calendar.Before(due, SpanOf(span)), DeadlineStep::kNear});
    }
    steps.push_back({row.due_time, DeadlineStep::kMissed});
    int level = 0;
    for (const auto& span : clock->escalations()) {
      steps.push_back({std::max(row.due_time, calendar.After(due, SpanOf(span))),
                       DeadlineStep::kMissed, ++level});
    }
  } else {
    // The case came to this policy version by a merge: that it was missed is told all the same.
    steps.push_back({row.due_time, DeadlineStep::kMissed});
  }
  std::stable_sort(steps.begin(), steps.end(),
                   [](const DeadlineStep& a, const DeadlineStep& b) { return a.time < b.time; });
  return steps;
}

std::optional<absl::Duration> ClockBook::PauseLeftOf(const DeadlineRow& row) const {
  const Clock* clock = Find(row.clock);
  if (clock == nullptr || clock->max_pause_days() == 0) return std::nullopt;
  return std::max(absl::ZeroDuration(), kDay * clock->max_pause_days() - row.paused);
}

std::optional<absl::Time> ClockBook::PauseEndOf(const DeadlineRow& row) const {
  const auto left = PauseLeftOf(row);
  if (!left.has_value() || !row.pause_time.has_value()) return std::nullopt;
  return *row.pause_time + *left;
}

void ClockBook::PlanNext(DeadlineRow& row) const {
  row.next_time.reset();
  if (row.state == v1::DEADLINE_STATE_PAUSED) row.next_time = PauseEndOf(row);
  if (row.state != v1::DEADLINE_STATE_RUNNING) return;
  const std::vector<DeadlineStep> steps = StepsOf(row);
  // Warnings that would come with the beginning or before are none.
  while (row.steps_done < static_cast<int>(steps.size()) &&
         steps[row.steps_done].kind == DeadlineStep::kNear &&
         steps[row.steps_done].time <= row.start_time) {
    ++row.steps_done;
  }
  if (row.steps_done < static_cast<int>(steps.size())) row.next_time = steps[row.steps_done].time;
}

void ClockBook::Begin(const ClockFacts& facts, const Clock& clock, const Beginning& beginning,
                      id::IdSource& ids, std::vector<DeadlineRow>& started) const {
  const calendar::Calendar& calendar = CalendarOf(facts.company);
  const calendar::Span span = SpanOf(clock.due());
  const absl::Time counted = beginning.day.has_value() && span.unit != calendar::Unit::kHours
                                 ? calendar.StartOf(*beginning.day)
                                 : beginning.time;
  const calendar::Due due = calendar.DueAfter(counted, span, clock.roll_forward());
  DeadlineRow row;
  row.deadline_id = ids.NewId();
  row.tenant = facts.tenant;
  row.case_id = facts.case_id;
  row.company = facts.company;
  row.clock = clock.id();
  row.regime = clock.regime();
  row.urgency = clock.urgency();
  row.start_time = beginning.time;
  row.due_time = due.time;
  row.due_day = due.day;
  PlanNext(row);
  started.push_back(std::move(row));
  for (const Clock& other : clocks_) {
    if (other.started_with() == clock.id() && Applies(other, facts)) {
      Begin(facts, other, beginning, ids, started);
    }
  }
}

void ClockBook::BeginFollowers(const ClockFacts& facts, const DeadlineRow& row, absl::Time ended,
                               const std::vector<DeadlineRow>& existing, id::IdSource& ids,
                               std::vector<DeadlineRow>& started) const {
  // Where it was missed its due time is the first instant of the day after the last one on which it
  // could have been kept, and days are counted from that last one.
  Beginning beginning{.time = std::min(ended, row.due_time)};
  if (ended >= row.due_time) beginning.day = row.due_day;
  for (const Clock& clock : clocks_) {
    if (clock.follows() != row.clock || !Applies(clock, facts)) continue;
    // It began when this one was missed; completing it late begins nothing.
    const bool begun = std::any_of(existing.begin(), existing.end(), [&](const DeadlineRow& one) {
      return one.clock == clock.id() && one.start_time >= row.start_time;
    });
    if (!begun) Begin(facts, clock, beginning, ids, started);
  }
}

absl::civil_diff_t ClockBook::MovedDays(const DeadlineRow& row, absl::civil_diff_t days) const {
  days = std::max<absl::civil_diff_t>(0, days);
  const auto left = PauseLeftOf(row);
  if (!left.has_value()) return days;
  // Days may be of 23 hours; what was counted in hours before is rounded in favour of those who
  // relied on it.
  return std::min<absl::civil_diff_t>(days, absl::Ceil(*left, kDay) / kDay);
}

DeadlineRow ClockBook::Resumed(const DeadlineRow& row, absl::Time now) const {
  DeadlineRow after = row;
  if (row.state != v1::DEADLINE_STATE_PAUSED) return after;
  const absl::Time paused = row.pause_time.value_or(now);
  // However late anybody looks: what the clock does not allow moves nothing.
  if (const auto end = PauseEndOf(row); end.has_value()) now = std::min(now, *end);
  const calendar::Calendar& calendar = CalendarOf(row.company);
  const Clock* clock = Find(row.clock);
  const calendar::Unit unit = clock == nullptr ? calendar::Unit::kDays : SpanOf(clock->due()).unit;
  if (unit == calendar::Unit::kHours) {
    const absl::Duration stood = std::max(absl::ZeroDuration(), now - paused);
    after.paused += stood;
    after.due_time += stood;
    after.due_day = calendar.DayOf(after.due_time);
  } else {
    const absl::CivilDay from = calendar.DayOf(paused);
    const absl::civil_diff_t days = MovedDays(row, calendar.DayOf(now) - from);
    // What it is moved by counts against what it may stand, however short the pause was that
    // reached into the next day.
    after.paused += kDay * days;
    if (unit == calendar::Unit::kBusinessDays) {
      after.due_day =
          calendar.AddBusinessDays(row.due_day, calendar.BusinessDaysBetween(from, from + days));
    } else {
      after.due_day += days;
      if (clock != nullptr && clock->roll_forward()) {
        after.due_day = calendar.NextBusinessDay(after.due_day);
      }
    }
    after.due_time = calendar.EndOf(after.due_day);
  }
  after.state = v1::DEADLINE_STATE_RUNNING;
  after.pause_time.reset();
  PlanNext(after);
  return after;
}

DeadlineRow ClockBook::Ended(const DeadlineRow& row, v1::DeadlineState state,
                             const ClockAct& act) const {
  DeadlineRow after = Resumed(row, act.recorded());
  after.state = state;
  after.next_time.reset();
  after.end_time = act.recorded();
  return after;
}

DeadlineChanges ClockBook::Apply(const ClockFacts& facts, const ClockEvents& events,
                                 const std::vector<DeadlineRow>& existing, const ClockAct& act,
                                 id::IdSource& ids) const {
  DeadlineChanges changes;
  std::vector<DeadlineRow> now = existing;
  for (DeadlineRow& row : now) {
    const Clock* clock = IsOpen(row) ? Find(row.clock) : nullptr;
    if (clock == nullptr) continue;
    if (Meets(clock->stops(), events)) {
      row = Ended(row, v1::DEADLINE_STATE_COMPLETED, act);
      changes.changed.push_back(row);
    } else if (Meets(clock->ends(), events)) {
      row = Ended(row, v1::DEADLINE_STATE_CANCELLED, act);
      changes.changed.push_back(row);
    }
  }
  for (const Clock& clock : clocks_) {
    if (facts.joined && clock.named_reporter() &&
        Names(clock.starts(), mamori::v1::CLOCK_EVENT_OPENED) && Applies(clock, facts)) {
      Begin(facts, clock, {.time = act.now}, ids, changes.started);
      continue;
    }
    if (!Meets(clock.starts(), events) || !Applies(clock, facts)) continue;
    // An event that both starts and stops it leaves nothing open.
    if (Meets(clock.stops(), events) || Meets(clock.ends(), events)) continue;
    if (HasOpen(now, clock.id()) || HasOpen(changes.started, clock.id())) continue;
    Begin(facts, clock, {.time = act.now}, ids, changes.started);
  }
  for (const DeadlineRow& row : changes.changed) {
    if (row.state != v1::DEADLINE_STATE_COMPLETED) continue;
    std::vector<DeadlineRow> followers;
    BeginFollowers(facts, row, act.now, existing, ids, followers);
    changes.started.insert(changes.started.end(), followers.begin(), followers.end());
  }
  return changes;
}

bool ClockBook::MayBegin(mamori::v1::ClockRegime regime, const ClockFacts& facts,
                         const ClockEvents& events, const std::vector<std::string>& starts) const {
  return std::any_of(clocks_.begin(), clocks_.end(), [&](const Clock& clock) {
    if (clock.regime() != regime || !Applies(clock, facts)) return false;
    const bool joins = facts.joined && clock.named_reporter() &&
                       Names(clock.starts(), mamori::v1::CLOCK_EVENT_OPENED);
    return joins || Meets(clock.starts(), events) ||
           std::find(starts.begin(), starts.end(), clock.id()) != starts.end();
  });
}

absl::Status ClockBook::CheckStart(const ClockFacts& facts, std::string_view clock,
                                   absl::Time start) const {
  const Clock* found = Find(clock);
  if (found == nullptr || !found->counts_from_opening() || start <= facts.open_time) {
    return absl::OkStatus();
  }
  return ClockNotAllowed("it counts from when the case was opened, and from no later time");
}

absl::StatusOr<DeadlineChanges> ClockBook::Start(const ClockFacts& facts, std::string_view clock,
                                                 std::optional<absl::Time> start,
                                                 const ClockAct& act, id::IdSource& ids) const {
  const Clock* found = Find(clock);
  if (found == nullptr || !Names(found->starts(), mamori::v1::CLOCK_EVENT_PERSON)) {
    return ClockNotAllowed("the case's policy has no such clock that a person starts");
  }
  if (!Applies(*found, facts)) return ClockNotAllowed("the clock is not for cases like this one");
  DeadlineChanges changes;
  absl::Time begin =
      start.value_or(found->counts_from_opening() ? facts.open_time : act.recorded());
  // It may have been told before there was a case; that nobody saw for a while what it is gives no
  // time back.
  if (found->counts_from_opening()) begin = std::min(begin, facts.open_time);
  Begin(facts, *found, {.time = begin}, ids, changes.started);
  return changes;
}

absl::StatusOr<DeadlineChanges> ClockBook::Pause(const DeadlineRow& row,
                                                 const ClockAct& act) const {
  const Clock* clock = Find(row.clock);
  if (clock == nullptr || !clock->may_pause() || !policy::MayPause(row.regime)) {
    return ClockNotAllowed("it may not be paused");
  }
  if (row.state != v1::DEADLINE_STATE_RUNNING) {
    return status::StateNotAllowed("the deadline is not running");
  }
  if (IsMissed(row, act.now)) return status::StateNotAllowed("the deadline was missed");
  DeadlineRow after = row;
  after.state = v1::DEADLINE_STATE_PAUSED;
  after.pause_time = act.recorded();
  if (PauseEndOf(after) == after.pause_time) {
    return ClockNotAllowed("it has stood paused for as long as it may");
  }
  PlanNext(after);
  return DeadlineChanges{.changed = {std::move(after)}};
}

absl::StatusOr<DeadlineChanges> ClockBook::Resume(const DeadlineRow& row,
                                                  const ClockAct& act) const {
  if (row.state != v1::DEADLINE_STATE_PAUSED) {
    return status::StateNotAllowed("the deadline is not paused");
  }
  return DeadlineChanges{.changed = {Resumed(row, act.recorded())}};
}

absl::StatusOr<DeadlineChanges> ClockBook::Complete(const ClockFacts& facts, const DeadlineRow& row,
                                                    const std::vector<DeadlineRow>& existing,
                                                    const ClockAct& act, id::IdSource& ids) const {
  if (!IsOpen(row)) return status::StateNotAllowed("the deadline has ended");
  DeadlineChanges changes;
  DeadlineRow after = Ended(row, v1::DEADLINE_STATE_COMPLETED, act);
  after.completer = act.person;
  BeginFollowers(facts, after, act.recorded(), existing, ids, changes.started);
  changes.changed.push_back(std::move(after));
  return changes;
}

ClockBook::Fired ClockBook::Fire(const ClockFacts& facts, const DeadlineRow& row,
                                 const std::vector<DeadlineRow>& existing, const ClockAct& act,
                                 id::IdSource& ids) const {
  Fired fired{.row = row};
  if (row.state == v1::DEADLINE_STATE_PAUSED) {
    const auto end = PauseEndOf(row);
    if (!end.has_value() || *end > act.now) return fired;
    fired.row = Resumed(row, *end);
    fired.resumed = true;
  }
  if (fired.row.state != v1::DEADLINE_STATE_RUNNING) return fired;
  const std::vector<DeadlineStep> steps = StepsOf(fired.row);
  bool missed = false;
  while (fired.row.steps_done < static_cast<int>(steps.size()) &&
         steps[fired.row.steps_done].time <= act.now) {
    const DeadlineStep& step = steps[fired.row.steps_done++];
    fired.steps.push_back(step);
    if (step.kind == DeadlineStep::kMissed && step.level == 0) missed = true;
  }
  PlanNext(fired.row);
  if (!missed) return fired;
  fired.steps.erase(
      std::remove_if(fired.steps.begin(), fired.steps.end(),
                     [](const DeadlineStep& step) { return step.kind == DeadlineStep::kNear; }),
      fired.steps.end());
  BeginFollowers(facts, fired.row, fired.row.due_time, existing, ids, fired.started);
  return fired;
}

}  // namespace mamori::triage
