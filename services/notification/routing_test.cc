#include "services/notification/routing.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mamori::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kPolicy[] = R"pb(
  routes {
    id: "everything"
    event_type: "case.opened"
    urgency: URGENCY_NORMAL
    steps { recipient_group: "desk" }
  }
  routes {
    id: "serious"
    event_type: "case.opened"
    min_severity: SEVERITY_HIGH
    urgency: URGENCY_PAGE
    steps {
      recipient_group: "duty"
      wait { seconds: 600 }
    }
    steps {
      recipient_group: "managers"
      wait { seconds: 1200 }
    }
    steps { recipient_group: "board" }
  }
  routes {
    id: "reverse"
    event_type: "case.opened"
    report_kinds: REPORT_KIND_REVERSE
    company: "acme"
    urgency: URGENCY_HIGH
    steps { recipient_group: "managers" }
  }
  routes {
    id: "consultation"
    event_type: "case.opened"
    report_kinds: REPORT_KIND_CONSULTATION
    urgency: URGENCY_NORMAL
    steps { recipient_group: "counsel" }
  }
  routes {
    id: "closed"
    event_type: "case.state_changed"
    to_states: CASE_STATE_CLOSED
    urgency: URGENCY_NORMAL
    steps { recipient_group: "desk" }
  }
  recipient_groups {
    id: "desk"
    mail: "desk@acme.example"
    mail: "desk@acme.example"
    mail: "a@acme.example"
  }
  recipient_groups { id: "duty" mail: "duty@acme.example" mail: "a@acme.example" }
  recipient_groups { id: "managers" mail: "m@acme.example" }
  recipient_groups { id: "board" mail: "b@acme.example" }
  recipient_groups { id: "counsel" mail: "c@acme.example" }
)pb";

mamori::v1::Policy SamplePolicy() {
  mamori::v1::Policy policy;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kPolicy, &policy));
  return policy;
}

EventFacts Opened(mamori::v1::Severity severity,
                  mamori::v1::ReportKind kind = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT,
                  const char* company = "acme") {
  EventFacts facts;
  facts.type = "case.opened";
  facts.company = company;
  facts.severity = severity;
  facts.kind = kind;
  facts.state = mamori::v1::CASE_STATE_TRIAGED;
  return facts;
}

std::vector<std::string> Routes(const EventFacts& facts) {
  std::vector<std::string> routes;
  for (const PlannedNotification& planned : RouteEvent(SamplePolicy(), facts)) {
    routes.push_back(planned.route);
  }
  return routes;
}

TEST(RouteEvent, MatchesBySeverityKindAndCompany) {
  using namespace mamori::v1;
  EXPECT_THAT(Routes(Opened(SEVERITY_LOW)), ElementsAre("everything"));
  EXPECT_THAT(Routes(Opened(SEVERITY_HIGH)), ElementsAre("serious", "everything"));
  EXPECT_THAT(Routes(Opened(SEVERITY_CRITICAL, REPORT_KIND_REVERSE)),
              ElementsAre("serious", "reverse", "everything"));
  EXPECT_THAT(Routes(Opened(SEVERITY_LOW, REPORT_KIND_REVERSE, "other")),
              ElementsAre("everything"));
}

TEST(RouteEvent, TellsNobodyOfWhatNoRouteNames) {
  EventFacts facts = Opened(mamori::v1::SEVERITY_CRITICAL);
  facts.type = "case.assigned";
  EXPECT_THAT(Routes(facts), IsEmpty());
  facts.type = "case.state_changed";
  facts.state = mamori::v1::CASE_STATE_ACTING;
  EXPECT_THAT(Routes(facts), IsEmpty());
  facts.state = mamori::v1::CASE_STATE_CLOSED;
  EXPECT_THAT(Routes(facts), ElementsAre("closed"));
}

TEST(RouteEvent, KeepsAConsultationAtItsDesk) {
  using namespace mamori::v1;
  EventFacts facts = Opened(SEVERITY_CRITICAL, REPORT_KIND_CONSULTATION);
  facts.state = CASE_STATE_CONSULTING;
  EXPECT_TRUE(IsConsulting(facts));
  EXPECT_THAT(Routes(facts), ElementsAre("consultation"));
}

TEST(RouteEvent, TellsAPersonOnceByTheMostUrgentRoute) {
  const std::vector<PlannedNotification> planned =
      RouteEvent(SamplePolicy(), Opened(mamori::v1::SEVERITY_HIGH));
  ASSERT_EQ(2u, planned.size());
  EXPECT_THAT(planned[0].mail, ElementsAre("duty@acme.example", "a@acme.example"));
  EXPECT_EQ(mamori::v1::URGENCY_PAGE, planned[0].urgency);
  EXPECT_EQ("duty", planned[0].group);
  EXPECT_EQ(absl::Minutes(10), planned[0].wait);
  EXPECT_THAT(planned[1].mail, ElementsAre("desk@acme.example"));
  EXPECT_EQ(absl::ZeroDuration(), planned[1].wait);
}

TEST(RouteEvent, KeepsAChainWhoseFirstPeopleAreToldAlready) {
  mamori::v1::Policy policy = SamplePolicy();
  mamori::v1::Route& chain = *policy.add_routes();
  chain.set_id("chain");
  chain.set_event_type("case.opened");
  chain.set_urgency(mamori::v1::URGENCY_HIGH);
  chain.add_steps()->set_recipient_group("duty");
  // Nobody new, and nobody later.
  EXPECT_EQ(RouteEvent(policy, Opened(mamori::v1::SEVERITY_HIGH)).size(), 2u);
  chain.mutable_steps(0)->mutable_wait()->set_seconds(60);
  chain.add_steps()->set_recipient_group("board");
  const auto planned = RouteEvent(policy, Opened(mamori::v1::SEVERITY_HIGH));
  ASSERT_EQ(planned.size(), 3u);
  EXPECT_EQ(planned[1].route, "chain");
  EXPECT_THAT(planned[1].mail, IsEmpty());
  EXPECT_EQ(planned[1].wait, absl::Minutes(1));
}

TEST(StepOf, WalksTheChainToItsEnd) {
  const mamori::v1::Policy policy = SamplePolicy();
  const std::optional<PlannedStep> second = StepOf(policy, "serious", 1);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ("managers", second->group);
  EXPECT_THAT(second->mail, ElementsAre("m@acme.example"));
  EXPECT_EQ(absl::Minutes(20), second->wait);
  const std::optional<PlannedStep> last = StepOf(policy, "serious", 2);
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(absl::ZeroDuration(), last->wait);
  EXPECT_FALSE(StepOf(policy, "serious", 3).has_value());
  EXPECT_FALSE(StepOf(policy, "serious", -1).has_value());
  EXPECT_FALSE(StepOf(policy, "unheard of", 0).has_value());
}

TEST(FactsOf, ReadsEveryFactThatIsTold) {
  const std::vector<std::pair<const char*, const char*>> events = {
      {"case_opened { company: 'acme' policy_digest: 'd' severity: SEVERITY_HIGH }", "case.opened"},
      {"report_joined { company: 'acme' policy_digest: 'd' severity: SEVERITY_HIGH }",
       "case.report_joined"},
      {"case_state_changed { company: 'acme' policy_digest: 'd' severity: SEVERITY_HIGH }",
       "case.state_changed"},
      {"case_severity_changed { company: 'acme' policy_digest: 'd' to: SEVERITY_HIGH }",
       "case.severity_changed"},
      {"measure_approved { company: 'acme' policy_digest: 'd' severity: SEVERITY_HIGH }",
       "measure.approved"},
      {"measure_carried_out { company: 'acme' policy_digest: 'd' severity: SEVERITY_HIGH }",
       "measure.carried_out"},
      {"emergency_act_requested { company: 'acme' policy_digest: 'd' severity: SEVERITY_HIGH }",
       "case.emergency_act"},
  };
  for (const auto& [text, type] : events) {
    mamori::v1::Event event;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &event));
    const std::optional<EventFacts> facts = FactsOf(event);
    ASSERT_TRUE(facts.has_value()) << text;
    EXPECT_EQ(type, facts->type);
    EXPECT_EQ("acme", facts->company);
    EXPECT_EQ("d", facts->policy_digest);
    EXPECT_EQ(mamori::v1::SEVERITY_HIGH, facts->severity);
    EXPECT_TRUE(IsEventType(facts->type));
  }
  mamori::v1::Event event;
  event.mutable_case_merged()->set_company("acme");
  EXPECT_EQ("case.merged", FactsOf(event)->type);
  event.mutable_case_assigned()->set_company("acme");
  EXPECT_EQ("case.assigned", FactsOf(event)->type);
}

TEST(FactsOf, IsNothingForWhatIsToldToNobody) {
  mamori::v1::Event event;
  EXPECT_FALSE(FactsOf(event).has_value());
  event.mutable_report_received();
  EXPECT_FALSE(FactsOf(event).has_value());
  event.mutable_delivery_sent();
  EXPECT_FALSE(FactsOf(event).has_value());
  EXPECT_FALSE(IsEventType("case.closed"));
}

mamori::v1::Event Missed(const char* clock, int level,
                         mamori::v1::CaseState state = mamori::v1::CASE_STATE_RECEIVED) {
  mamori::v1::Event event;
  auto& missed = *event.mutable_deadline_missed();
  missed.set_level(level);
  missed.mutable_deadline()->set_clock(clock);
  missed.mutable_deadline()->set_company("acme");
  missed.mutable_deadline()->set_state(state);
  missed.mutable_deadline()->set_report_kind(state == mamori::v1::CASE_STATE_CONSULTING
                                                 ? mamori::v1::REPORT_KIND_CONSULTATION
                                                 : mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT);
  return event;
}

TEST(RouteEvent, EscalatesAMissedDeadlineByItsLevelWhateverItsSeverity) {
  mamori::v1::Policy policy;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        routes {
          id: "near"
          event_type: "deadline.near"
          urgency: URGENCY_NORMAL
          steps { recipient_group: "desk" }
        }
        routes {
          id: "missed"
          event_type: "deadline.missed"
          max_level: 0
          urgency: URGENCY_HIGH
          steps { recipient_group: "desk" }
        }
        routes {
          id: "leak"
          event_type: "deadline.missed"
          max_level: 0
          clocks: "appi"
          urgency: URGENCY_PAGE
          steps { recipient_group: "lead" }
        }
        routes {
          id: "later"
          event_type: "deadline.missed"
          min_level: 1
          urgency: URGENCY_HIGH
          steps { recipient_group: "board" }
        }
        routes {
          id: "quiet"
          event_type: "deadline.missed"
          report_kinds: REPORT_KIND_CONSULTATION
          urgency: URGENCY_HIGH
          steps { recipient_group: "counsel" }
        }
        recipient_groups { id: "desk" mail: "d@acme.example" }
        recipient_groups { id: "lead" mail: "l@acme.example" }
        recipient_groups { id: "board" mail: "b@acme.example" }
        recipient_groups { id: "counsel" mail: "c@acme.example" })pb",
      &policy));
  const auto routes = [&](const mamori::v1::Event& event) {
    std::vector<std::string> ids;
    for (const auto& planned : RouteEvent(policy, *FactsOf(event))) ids.push_back(planned.route);
    return ids;
  };
  EXPECT_THAT(routes(Missed("ack", 0)), ElementsAre("missed"));
  EXPECT_THAT(routes(Missed("appi", 0)), ElementsAre("leak", "missed"));
  EXPECT_THAT(routes(Missed("ack", 1)), ElementsAre("later"));
  EXPECT_THAT(routes(Missed("ack", 2)), ElementsAre("later"));
  // Until the reporter consents, its own desk alone hears of it, at every level.
  for (const int level : {0, 1, 2}) {
    EXPECT_THAT(routes(Missed("ack", level, mamori::v1::CASE_STATE_CONSULTING)),
                ElementsAre("quiet"));
  }
  mamori::v1::Event near;
  near.mutable_deadline_near()->mutable_deadline()->set_company("acme");
  EXPECT_THAT(routes(near), ElementsAre("near"));
}

}  // namespace
}  // namespace mamori::notification
