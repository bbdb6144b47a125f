#include "services/triage/case_change.h"

#include <algorithm>
#include <utility>

#include "common/authz/access_record.h"
#include "common/time/timestamp.h"
#include "services/triage/handler_rules.h"

namespace mamori::triage {
namespace {

// As the clocks know a change of state.
ClockEvents EventsOf(mamori::v1::CaseState from, mamori::v1::CaseState to) {
  switch (to) {
    case mamori::v1::CASE_STATE_RECEIVED:
      return {mamori::v1::CLOCK_EVENT_RECEIVED};
    case mamori::v1::CASE_STATE_TRIAGED:
      return {mamori::v1::CLOCK_EVENT_TRIAGED};
    case mamori::v1::CASE_STATE_INVESTIGATING:
      return {from == mamori::v1::CASE_STATE_CLOSED ? mamori::v1::CLOCK_EVENT_REOPENED
                                                    : mamori::v1::CLOCK_EVENT_INVESTIGATING};
    case mamori::v1::CASE_STATE_DECIDING:
      return {mamori::v1::CLOCK_EVENT_DECIDING};
    case mamori::v1::CASE_STATE_ACTING:
      return {mamori::v1::CLOCK_EVENT_ACTING};
    case mamori::v1::CASE_STATE_MONITORING:
      return {mamori::v1::CLOCK_EVENT_MONITORING};
    case mamori::v1::CASE_STATE_CLOSED:
      return {mamori::v1::CLOCK_EVENT_CLOSED};
    case mamori::v1::CASE_STATE_WITHDRAWN:
      return {mamori::v1::CLOCK_EVENT_WITHDRAWN};
    default:
      return {};
  }
}

// What routing needs of the case.
template <typename Fact>
void FillRouting(const CaseRow& row, Fact& fact) {
  fact.set_company(row.company);
  fact.set_policy_digest(row.policy_digest);
  fact.set_severity(row.severity);
  fact.set_report_kind(row.kind);
  fact.set_state(row.state);
}

void FillDeadline(const CaseRow& row, const DeadlineRow& deadline, mamori::v1::DeadlineFact& fact) {
  fact.set_deadline_id(deadline.deadline_id);
  fact.set_clock(deadline.clock);
  *fact.mutable_due_time() = time::ToTimestamp(deadline.due_time);
  FillRouting(row, fact);
}

template <typename Fact>
void FillMeasure(const CaseRow& row, const id::Id& measure_id, const std::string& measure,
                 Fact& fact) {
  fact.set_measure_id(measure_id);
  fact.set_measure(measure);
  FillRouting(row, fact);
}

// Whether the Whistleblower Protection Act counts for the case by what the change does.
bool IsWhistleblowing(const CaseChange& change) {
  if (change.handlers != nullptr && IsNamedKind(*change.handlers, change.row.kind)) return true;
  const ClockChange& clocks = change.clocks;
  if (clocks.book == nullptr) return false;
  std::vector<std::string> starts;
  for (const ClockChange::Start& one : clocks.starts) starts.push_back(one.clock);
  return clocks.book->MayBegin(mamori::v1::CLOCK_REGIME_WHISTLEBLOWER, ClockFactsOf(change),
                               clocks.events, starts);
}

}  // namespace

ClockFacts ClockFactsOf(const CaseChange& change) {
  const CaseRow& row = change.row;
  return {.tenant = row.tenant,
          .case_id = row.case_id,
          .company = row.company,
          .kind = row.kind,
          .severity = row.severity,
          .open_time = row.create_time,
          .reporter_named = change.clocks.reporter_named,
          .joined = change.clocks.joined};
}

ChangeBuilder::ChangeBuilder(const CaseRow& before, const ChangeContext& context)
    : context_(context), before_access_(before.access.version()) {
  change_.row = before;
  change_.who = context.who;
  change_.action = context.action;
  change_.handlers = context.handlers;
  change_.clocks.book = context.clocks;
  change_.clocks.ids = &context.ids;
  ++change_.row.version;
  change_.row.update_time = std::max(before.update_time, Now());
}

// A consultation is known to its own desk alone: that it was opened and how severe it is are routed
// to that desk, and nothing else leaves the service until the reporter consents. Watchers see such
// events without a sequence.
mamori::v1::Event& ChangeBuilder::AddEvent(bool leaves) {
  CaseRow& row = change_.row;
  mamori::v1::Event& event = change_.events.emplace_back();
  event.set_event_id(context_.ids.NewId());
  event.set_tenant(row.tenant);
  event.set_source("triage");
  event.set_subject_id(row.case_id);
  if (leaves) event.set_subject_sequence(++row.event_sequence);
  *event.mutable_event_time() = time::ToTimestamp(Now());
  event.set_anonymous(row.anonymous);
  if (!row.anonymous) event.set_traceparent(context_.traceparent);
  return event;
}

void ChangeBuilder::SetState(mamori::v1::CaseState state) {
  CaseRow& row = change_.row;
  if (row.state == state) return;
  const mamori::v1::CaseState from = std::exchange(row.state, state);
  change_.clocks.events.merge(EventsOf(from, state));
  if (from == mamori::v1::CASE_STATE_CONSULTING && state == mamori::v1::CASE_STATE_RECEIVED) {
    authz::Consent(context_.access, Now(), ChangeAccess());
  }
  // A consultation that is withdrawn was never known outside its desk.
  const bool leaves =
      from != mamori::v1::CASE_STATE_CONSULTING || state == mamori::v1::CASE_STATE_RECEIVED;
  auto& fact = *AddEvent(leaves).mutable_case_state_changed();
  fact.set_from(from);
  fact.set_to(state);
  fact.set_company(row.company);
  fact.set_policy_digest(row.policy_digest);
  fact.set_severity(row.severity);
  fact.set_report_kind(row.kind);
}

void ChangeBuilder::SetSeverity(mamori::v1::Severity severity) {
  CaseRow& row = change_.row;
  if (row.severity == severity) return;
  if (severity > row.severity) change_.clocks.events.insert(mamori::v1::CLOCK_EVENT_RAISED);
  auto& fact = *AddEvent(true).mutable_case_severity_changed();
  fact.set_from(std::exchange(row.severity, severity));
  fact.set_to(severity);
  fact.set_company(row.company);
  fact.set_policy_digest(row.policy_digest);
  fact.set_report_kind(row.kind);
  fact.set_state(row.state);
}

void ChangeBuilder::Assign(std::string_view person) {
  change_.clocks.events.insert(mamori::v1::CLOCK_EVENT_ASSIGNED);
  PassOn(person);
}

void ChangeBuilder::Unassign() {
  if (change_.row.assignee.empty()) return;
  authz::AddPastAssignee(change_.row.assignee, ChangeAccess());
  change_.row.assignee.clear();
}

void ChangeBuilder::PassOn(std::string_view person) {
  CaseRow& row = change_.row;
  if (row.assignee != person) Unassign();
  row.assignee = std::string(person);
  auto& fact = *AddEvent(row.state != mamori::v1::CASE_STATE_CONSULTING).mutable_case_assigned();
  fact.set_assignee(row.assignee);
  fact.set_company(row.company);
  fact.set_policy_digest(row.policy_digest);
  fact.set_report_kind(row.kind);
  fact.set_state(row.state);
}

void ChangeBuilder::MergeInto(const id::Id& into) {
  CaseRow& row = change_.row;
  row.state = mamori::v1::CASE_STATE_MERGED;
  row.merged_into = into;
  auto& fact = *AddEvent(true).mutable_case_merged();
  fact.set_into_case_id(into);
  fact.set_company(row.company);
}

void ChangeBuilder::TellOpened(const id::Id& report_id, bool reporter_named) {
  const CaseRow& row = change_.row;
  change_.clocks.events.merge(EventsOf(mamori::v1::CASE_STATE_UNSPECIFIED, row.state));
  change_.clocks.events.insert(mamori::v1::CLOCK_EVENT_OPENED);
  change_.clocks.reporter_named = reporter_named;
  auto& fact = *AddEvent(true).mutable_case_opened();
  fact.set_company(row.company);
  fact.set_report_kind(row.kind);
  fact.set_severity(row.severity);
  for (const std::string& category : row.categories) fact.add_categories(category);
  fact.set_policy_digest(row.policy_digest);
  fact.set_state(row.state);
  fact.set_report_id(report_id);
}

void ChangeBuilder::TellJoined(const id::Id& report_id, bool reporter_named) {
  const CaseRow& row = change_.row;
  change_.clocks.joined |= reporter_named;
  change_.clocks.reporter_named |= reporter_named;
  auto& fact = *AddEvent(row.state != mamori::v1::CASE_STATE_CONSULTING).mutable_report_joined();
  fact.set_report_id(report_id);
  FillRouting(row, fact);
}

// Also of a consultation: its own desk alone is routed to.
void ChangeBuilder::TellNear(const DeadlineRow& deadline) {
  FillDeadline(change_.row, deadline, *AddEvent(true).mutable_deadline_near()->mutable_deadline());
}

void ChangeBuilder::TellMissed(const DeadlineRow& deadline, int level) {
  auto& fact = *AddEvent(true).mutable_deadline_missed();
  FillDeadline(change_.row, deadline, *fact.mutable_deadline());
  fact.set_level(level);
}

void ChangeBuilder::TellMeasureApproved(const id::Id& measure_id, const std::string& measure) {
  FillMeasure(change_.row, measure_id, measure, *AddEvent(true).mutable_measure_approved());
}

void ChangeBuilder::TellMeasureCarriedOut(const id::Id& measure_id, const std::string& measure) {
  FillMeasure(change_.row, measure_id, measure, *AddEvent(true).mutable_measure_carried_out());
}

// Also of a consultation: routing keeps it to those whom its own routes name.
void ChangeBuilder::TellEmergency(const id::Id& act_id) {
  auto& fact = *AddEvent(true).mutable_emergency_act_requested();
  FillRouting(change_.row, fact);
  fact.set_act_id(act_id);
}

void ChangeBuilder::Dispose() {
  CaseRow& row = change_.row;
  row.state = mamori::v1::CASE_STATE_DISPOSED;
  row.assignee.clear();
  // Who could see it before goes too: from now on what is superseded is kept anew.
  ChangeAccess().set_kept_since(row.access_version);
  AddEvent(true).mutable_case_disposed()->set_company(row.company);
}

namespace {

// What is told of a case whose reporter did something.
template <typename Fact>
void Tell(const CaseRow& row, const id::Id& report_id, Fact& fact) {
  fact.set_report_id(report_id);
  fact.set_company(row.company);
  fact.set_policy_digest(row.policy_digest);
  fact.set_severity(row.severity);
  fact.set_report_kind(row.kind);
  fact.set_state(row.state);
}

}  // namespace

void ChangeBuilder::TellMessage(const id::Id& report_id) {
  Tell(change_.row, report_id, *AddEvent(true).mutable_case_message_received());
}

void ChangeBuilder::TellWithdrawn(const id::Id& report_id) {
  Tell(change_.row, report_id, *AddEvent(true).mutable_case_report_withdrawn());
}

void ChangeBuilder::TellConsentDecided(const id::Id& report_id) {
  Tell(change_.row, report_id, *AddEvent(true).mutable_case_consent_decided());
}

void ChangeBuilder::TellEvidenceAdded(const id::Id& report_id) {
  Tell(change_.row, report_id, *AddEvent(true).mutable_case_evidence_added());
}

void ChangeBuilder::TellEvidenceInspected(const id::Id& report_id) {
  Tell(change_.row, report_id, *AddEvent(true).mutable_case_evidence_inspected());
}

void ChangeBuilder::SetCategories(std::vector<std::string> categories) {
  std::sort(categories.begin(), categories.end());
  categories.erase(std::unique(categories.begin(), categories.end()), categories.end());
  change_.row.categories = std::move(categories);
}

void ChangeBuilder::AddCategories(const std::vector<std::string>& categories) {
  std::vector<std::string> all = change_.row.categories;
  all.insert(all.end(), categories.begin(), categories.end());
  SetCategories(std::move(all));
}

void ChangeBuilder::AddNote(std::string_view author, std::string_view text) {
  change_.note = NoteRow{.note_id = context_.ids.NewId(),
                         .author = std::string(author),
                         .text = std::string(text),
                         .create_time = Now()};
}

void ChangeBuilder::MarkReopened(std::string_view person) {
  change_.reopening = ReopeningRow{.row_id = context_.ids.NewId(),
                                   .record_id = context_.ids.NewId(),
                                   .person = std::string(person),
                                   .time = Now()};
}

void ChangeBuilder::MarkAnonymous() {
  change_.row.anonymous = true;
  change_.row.update_time = time::BeginOfDay(change_.row.update_time);
}

void ChangeBuilder::StartClock(const std::string& clock, absl::Time time,
                               const std::string& without) {
  if (clock.empty()) return;
  change_.clocks.starts.push_back(
      {.clock = clock, .time = time::Told(time, change_.row.anonymous), .without = without});
}

void ChangeBuilder::CompleteClock(const std::string& clock) {
  if (!clock.empty()) change_.clocks.completes.push_back(clock);
}

void ChangeBuilder::KeepForHandlers() {
  CaseRow& row = change_.row;
  if (row.access.handlers_only()) return;
  // The record of a case that is only opened has no version before.
  mamori::v1::CaseAccess& access = row.version > 1 ? ChangeAccess() : row.access;
  access.set_handlers_only(true);
}

mamori::v1::CaseAccess& ChangeBuilder::ChangeAccess() {
  CaseRow& row = change_.row;
  if (row.access.version() == before_access_) {
    // The store keeps what is superseded from now on.
    if (row.access.kept_since() == 0) row.access.set_kept_since(before_access_);
    row.access.set_version(++row.access_version);
  }
  return row.access;
}

CaseChange ChangeBuilder::Finish() && {
  CaseRow& row = change_.row;
  if (IsWhistleblowing(change_)) KeepForHandlers();
  if (row.access.version() != before_access_ && !row.assignee.empty() &&
      !authz::MayBeGiven(row.assignee, row.access, context_.access)) {
    row.assignee.clear();
  }
  return std::move(change_);
}

}  // namespace mamori::triage
