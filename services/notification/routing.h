// Who is told of an event: the policy's routes, applied. Pure.
#ifndef MAMORI_SERVICES_NOTIFICATION_ROUTING_H_
#define MAMORI_SERVICES_NOTIFICATION_ROUTING_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "mamori/v1/event.pb.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::notification {

// What routing looks at. A value that the event does not carry is unspecified, and a route that
// asks for it does not match: nobody is told of what they may not know.
struct EventFacts {
  std::string type;  // "case.opened"
  std::string company;
  std::string policy_digest;  // lower-case hex; empty when the event names none
  mamori::v1::Severity severity = mamori::v1::SEVERITY_UNSPECIFIED;
  mamori::v1::ReportKind kind = mamori::v1::REPORT_KIND_UNSPECIFIED;
  mamori::v1::CaseState state = mamori::v1::CASE_STATE_UNSPECIFIED;  // of the case, after the event
  mamori::v1::CaseState from_state =
      mamori::v1::CASE_STATE_UNSPECIFIED;  // before a change of state
  std::string clock;                       // of a deadline
  int level = 0;                           // of a missed one
};

// True while only the consultation desk may know of the case.
bool IsConsulting(const EventFacts& facts);

// Nothing for facts that are told to nobody.
std::optional<EventFacts> FactsOf(const mamori::v1::Event& event);

// Whether its notices wait: an anonymous reporter caused it, and nobody is in danger.
bool Waits(const mamori::v1::Event& event, const EventFacts& facts);

// Every event type there is, for validation.
bool IsEventType(std::string_view type);

// The route of the notification that carries an event's webhooks. No policy route can have this id,
// since those begin with a letter.
inline constexpr char kWebhookRoute[] = "-webhooks";

struct PlannedNotification {
  std::string route;
  std::string group;
  mamori::v1::Urgency urgency = mamori::v1::URGENCY_NORMAL;
  // The addresses of the first step's group, without those that a more urgent route of the same
  // event has already: one person gets one message about one fact. May be empty when other steps
  // follow: the notification then waits to be acknowledged without a message of its own.
  std::vector<std::string> mail;
  // How long the first step waits for an acknowledgement; zero when nothing follows.
  absl::Duration wait;
};

// The matching routes, the most urgent first, otherwise in the policy's order.
std::vector<PlannedNotification> RouteEvent(const mamori::v1::Policy& policy,
                                            const EventFacts& facts);

// A later step of a route's escalation chain; nothing when the chain has ended.
struct PlannedStep {
  int step = 0;
  std::string group;
  std::vector<std::string> mail;
  absl::Duration wait;  // until the step after it; zero when nothing follows
};
std::optional<PlannedStep> StepOf(const mamori::v1::Policy& policy, std::string_view route,
                                  int step);

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_ROUTING_H_
