#include "services/notification/routing.h"

#include <algorithm>
#include <set>

namespace mamori::notification {
namespace {

template <typename Fact>
EventFacts Common(const char* type, const Fact& fact) {
  EventFacts facts;
  facts.type = type;
  facts.company = fact.company();
  return facts;
}

template <typename Fact>
EventFacts OfWhole(const char* type, const Fact& fact) {
  EventFacts facts = Common(type, fact);
  facts.policy_digest = fact.policy_digest();
  facts.state = fact.state();
  facts.kind = fact.report_kind();
  facts.severity = fact.severity();
  return facts;
}

template <typename List, typename Value>
bool Names(const List& list, Value value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

EventFacts FactsOfDeadline(const char* type, const mamori::v1::DeadlineFact& fact) {
  EventFacts facts = Common(type, fact);
  facts.policy_digest = fact.policy_digest();
  facts.severity = fact.severity();
  facts.kind = fact.report_kind();
  facts.state = fact.state();
  facts.clock = fact.clock();
  return facts;
}

// An empty list asks nothing.
template <typename List, typename Value>
bool Admits(const List& list, Value value) {
  return list.empty() || Names(list, value);
}

bool Matches(const mamori::v1::Route& route, const EventFacts& facts) {
  if (route.event_type() != facts.type) return false;
  if (facts.severity < route.min_severity()) return false;
  if (route.max_severity() != mamori::v1::SEVERITY_UNSPECIFIED &&
      facts.severity > route.max_severity()) {
    return false;
  }
  if (!route.company().empty() && route.company() != facts.company) return false;
  if (IsConsulting(facts) && !Names(route.report_kinds(), mamori::v1::REPORT_KIND_CONSULTATION)) {
    return false;
  }
  if (facts.level < route.min_level()) return false;
  if (route.has_max_level() && facts.level > route.max_level()) return false;
  return Admits(route.clocks(), facts.clock) && Admits(route.report_kinds(), facts.kind) &&
         Admits(route.from_states(), facts.from_state) && Admits(route.to_states(), facts.state);
}

std::vector<std::string> MailOf(const mamori::v1::Policy& policy, std::string_view group) {
  for (const mamori::v1::RecipientGroup& candidate : policy.recipient_groups()) {
    if (candidate.id() != group) continue;
    std::vector<std::string> mail;
    std::set<std::string_view> seen;
    for (const std::string& address : candidate.mail()) {
      if (seen.insert(address).second) mail.push_back(address);
    }
    return mail;
  }
  return {};
}

absl::Duration WaitOf(const mamori::v1::Route& route, int step) {
  if (step + 1 >= route.steps_size() || !route.steps(step).has_wait()) return absl::ZeroDuration();
  const google::protobuf::Duration& wait = route.steps(step).wait();
  return absl::Seconds(wait.seconds()) + absl::Nanoseconds(wait.nanos());
}

}  // namespace

bool IsConsulting(const EventFacts& facts) {
  return facts.state == mamori::v1::CASE_STATE_CONSULTING;
}

std::optional<EventFacts> FactsOf(const mamori::v1::Event& event) {
  switch (event.fact_case()) {
    case mamori::v1::Event::kCaseOpened: {
      EventFacts facts = Common("case.opened", event.case_opened());
      facts.policy_digest = event.case_opened().policy_digest();
      facts.state = event.case_opened().state();
      facts.severity = event.case_opened().severity();
      facts.kind = event.case_opened().report_kind();
      return facts;
    }
    case mamori::v1::Event::kReportJoined:
      return OfWhole("case.report_joined", event.report_joined());
    case mamori::v1::Event::kCaseStateChanged: {
      EventFacts facts = Common("case.state_changed", event.case_state_changed());
      facts.policy_digest = event.case_state_changed().policy_digest();
      facts.kind = event.case_state_changed().report_kind();
      facts.from_state = event.case_state_changed().from();
      facts.state = event.case_state_changed().to();
      facts.severity = event.case_state_changed().severity();
      return facts;
    }
    case mamori::v1::Event::kCaseAssigned: {
      EventFacts facts = Common("case.assigned", event.case_assigned());
      facts.policy_digest = event.case_assigned().policy_digest();
      facts.state = event.case_assigned().state();
      facts.kind = event.case_assigned().report_kind();
      return facts;
    }
    case mamori::v1::Event::kCaseSeverityChanged: {
      EventFacts facts = Common("case.severity_changed", event.case_severity_changed());
      facts.policy_digest = event.case_severity_changed().policy_digest();
      facts.state = event.case_severity_changed().state();
      facts.kind = event.case_severity_changed().report_kind();
      facts.severity = event.case_severity_changed().to();
      return facts;
    }
    case mamori::v1::Event::kDeadlineNear:
      return FactsOfDeadline("deadline.near", event.deadline_near().deadline());
    case mamori::v1::Event::kDeadlineMissed: {
      EventFacts facts = FactsOfDeadline("deadline.missed", event.deadline_missed().deadline());
      facts.level = event.deadline_missed().level();
      return facts;
    }
    case mamori::v1::Event::kMeasureApproved:
      return OfWhole("measure.approved", event.measure_approved());
    case mamori::v1::Event::kMeasureCarriedOut:
      return OfWhole("measure.carried_out", event.measure_carried_out());
    case mamori::v1::Event::kEmergencyActRequested:
      return OfWhole("case.emergency_act", event.emergency_act_requested());
    case mamori::v1::Event::kCaseMerged:
      return Common("case.merged", event.case_merged());
    case mamori::v1::Event::kCaseMessageReceived:
      return OfWhole("case.message_received", event.case_message_received());
    case mamori::v1::Event::kCaseReportWithdrawn:
      return OfWhole("case.report_withdrawn", event.case_report_withdrawn());
    case mamori::v1::Event::kCaseConsentDecided:
      return OfWhole("case.consent_decided", event.case_consent_decided());
    case mamori::v1::Event::kCaseEvidenceAdded:
      return OfWhole("case.evidence_added", event.case_evidence_added());
    case mamori::v1::Event::kCaseEvidenceInspected:
      return OfWhole("case.evidence_inspected", event.case_evidence_inspected());
    case mamori::v1::Event::kReporterWrote:
    case mamori::v1::Event::kContactRecorded:
    case mamori::v1::Event::kReportWithdrawn:
    case mamori::v1::Event::kConsentDecided:
    case mamori::v1::Event::kEvidenceAdded:
    case mamori::v1::Event::kEvidenceInspected:
    case mamori::v1::Event::kReportReceived:
    case mamori::v1::Event::kReportSupplemented:
    case mamori::v1::Event::kDeliverySent:
    case mamori::v1::Event::kDeliveryFailed:
    case mamori::v1::Event::kNotificationAcknowledged:
    case mamori::v1::Event::kCaseDisposed:
    case mamori::v1::Event::kReportDisposed:
    case mamori::v1::Event::FACT_NOT_SET:
      return std::nullopt;
  }
  return std::nullopt;
}

bool Waits(const mamori::v1::Event& event, const EventFacts& facts) {
  const bool by_reporter = event.has_case_opened() || event.has_report_joined() ||
                           event.has_case_severity_changed() || event.has_case_message_received() ||
                           event.has_case_report_withdrawn() || event.has_case_consent_decided() ||
                           event.has_case_evidence_added() || event.has_case_evidence_inspected();
  return event.anonymous() && by_reporter && facts.severity != mamori::v1::SEVERITY_CRITICAL;
}

bool IsEventType(std::string_view type) {
  static constexpr std::string_view kTypes[] = {"case.opened",           "case.report_joined",
                                                "case.state_changed",    "case.assigned",
                                                "case.merged",           "case.severity_changed",
                                                "case.emergency_act",    "deadline.near",
                                                "deadline.missed",       "measure.approved",
                                                "measure.carried_out",   "case.message_received",
                                                "case.report_withdrawn", "case.consent_decided",
                                                "case.evidence_added",   "case.evidence_inspected"};
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

std::vector<PlannedNotification> RouteEvent(const mamori::v1::Policy& policy,
                                            const EventFacts& facts) {
  std::vector<const mamori::v1::Route*> routes;
  for (const mamori::v1::Route& route : policy.routes()) {
    if (route.steps_size() > 0 && Matches(route, facts)) routes.push_back(&route);
  }
  std::stable_sort(routes.begin(), routes.end(),
                   [](const mamori::v1::Route* a, const mamori::v1::Route* b) {
                     return a->urgency() > b->urgency();
                   });
  std::vector<PlannedNotification> planned;
  std::set<std::string> told;
  for (const mamori::v1::Route* route : routes) {
    PlannedNotification notification;
    notification.route = route->id();
    notification.group = route->steps(0).recipient_group();
    notification.urgency = route->urgency();
    notification.wait = WaitOf(*route, 0);
    for (std::string& address : MailOf(policy, notification.group)) {
      if (told.insert(address).second) notification.mail.push_back(std::move(address));
    }
    // Everybody it would tell now is told already, more urgently; whom its chain would tell later
    // is not.
    if (notification.mail.empty() && notification.wait == absl::ZeroDuration()) continue;
    planned.push_back(std::move(notification));
  }
  return planned;
}

std::optional<PlannedStep> StepOf(const mamori::v1::Policy& policy, std::string_view route_id,
                                  int step) {
  for (const mamori::v1::Route& route : policy.routes()) {
    if (route.id() != route_id) continue;
    if (step < 0 || step >= route.steps_size()) return std::nullopt;
    PlannedStep planned;
    planned.step = step;
    planned.group = route.steps(step).recipient_group();
    planned.mail = MailOf(policy, planned.group);
    planned.wait = WaitOf(route, step);
    return planned;
  }
  return std::nullopt;
}

}  // namespace mamori::notification
