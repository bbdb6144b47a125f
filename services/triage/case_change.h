// Builds a change of a case and the events that tell of it. No I/O.
#ifndef MAMORI_SERVICES_TRIAGE_CASE_CHANGE_H_
#define MAMORI_SERVICES_TRIAGE_CASE_CHANGE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "common/id/id.h"
#include "common/time/day.h"
#include "mamori/v1/policy.pb.h"
#include "services/triage/case_row.h"

namespace mamori::triage {

// What a change is made with.
struct ChangeContext {
  absl::Time now;
  std::string traceparent;
  id::IdSource& ids;
  const mamori::v1::AccessPolicy& access;
  // For the audit; by default what triage does with an event.
  audit::Who who = {.caller = "triage"};
  std::string action = "IngestEvents";
  // Of the case's policy version; null where no clock is kept.
  std::shared_ptr<const ClockBook> clocks;
  // Outlives every change; null where nobody is given a case.
  const mamori::v1::DesignatedHandlerPolicy* handlers = nullptr;
};

// What clocks look at in a change.
ClockFacts ClockFactsOf(const CaseChange& change);

class ChangeBuilder {
 public:
  ChangeBuilder(const CaseRow& before, const ChangeContext& context);

  const CaseRow& row() const { return change_.row; }

  // Each does and tells nothing when it is so already. Leaving CONSULTING for RECEIVED is consent.
  void SetState(mamori::v1::CaseState state);
  void SetSeverity(mamori::v1::Severity severity);
  // Each tells of it in any case.
  void Assign(std::string_view person);
  // By whoever has it already: told to nobody, and stops the clocks that taking it stops.
  void TakeAgain() { change_.clocks.taken = true; }
  // Nobody has it from now on. Ends no clock.
  void Unassign();
  // From one whose it may no longer be to `person`. Ends no clock: the case was taken before.
  void PassOn(std::string_view person);
  void MergeInto(const id::Id& into);
  void TellOpened(const id::Id& report_id, bool reporter_named = false);
  void TellJoined(const id::Id& report_id, bool reporter_named = false);
  void TellNear(const DeadlineRow& deadline);
  void TellMissed(const DeadlineRow& deadline, int level);
  // `measure` is its id in the policy.
  void TellMeasureApproved(const id::Id& measure_id, const std::string& measure);
  void TellMeasureCarriedOut(const id::Id& measure_id, const std::string& measure);
  void TellEmergency(const id::Id& act_id);
  // Its content goes: nobody has it any more.
  void Dispose();
  void TellMessage(const id::Id& report_id);
  void TellWithdrawn(const id::Id& report_id);
  void TellConsentDecided(const id::Id& report_id);
  void TellEvidenceAdded(const id::Id& report_id);
  void TellEvidenceInspected(const id::Id& report_id);
  // These are told by nothing.
  void SetCategories(std::vector<std::string> categories);
  void AddCategories(const std::vector<std::string>& categories);
  void AddNote(std::string_view author, std::string_view text);
  // What was done against recurrence before is no longer enough.
  void MarkReopened(std::string_view person);
  // From now on the case has an anonymous report.
  void MarkAnonymous();
  // Watchers see the change only then.
  void HoldBack(absl::Time due) { change_.watch_due = due; }
  // Deadlines count from `time` on, not from the change.
  void BeginClocks(absl::Time time) { change_.clocks.begin = time; }
  // A person's work on the case starts a clock of the policy, counted from `time`; `without` is one
  // that would come along and does not. Nothing where the policy has no such clock for this case.
  void StartClock(const std::string& clock, absl::Time time, const std::string& without = "");
  // Or completes all open deadlines of one.
  void CompleteClock(const std::string& clock);
  // One of public-interest whistleblowing from now on: designated handlers alone read it. Finish
  // does it for a case of a kind that the policy names, and for one in which such a clock begins.
  void KeepForHandlers();
  // For changing who may see it; whoever is kept out by that no longer has it.
  mamori::v1::CaseAccess& ChangeAccess();

  CaseChange Finish() &&;

 private:
  mamori::v1::Event& AddEvent(bool leaves);

  // As closely as the case's times are told.
  absl::Time Now() const { return time::Told(context_.now, change_.row.anonymous); }

  const ChangeContext& context_;
  const int64_t before_access_;
  CaseChange change_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CASE_CHANGE_H_
