#include <string>
#include <thread>
#include <vector>

#include "services/notification/identity.h"
#include "services/notification/sql_escalation_store.h"
#include "services/notification/test_notification_fixture.h"

namespace mamori::notification {
namespace {

using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

class EscalationTest : public NotificationFixture {
 protected:
  // How many deliveries firing made.
  int Fire() {
    const auto fired = escalation_store_.FireDue();
    EXPECT_THAT(fired, IsOk());
    return fired.ok() ? fired->deliveries : -1;
  }
  absl::StatusOr<mamori::v1::Notification> Acknowledge(const std::string& name,
                                                       const std::string& person = "desk-1",
                                                       const std::string& tenant = "t") {
    v1::AcknowledgeNotificationRequest request;
    request.set_request_id(NextRequestId());
    request.set_name(name);
    return notifications_.Acknowledge(Call("Acknowledge", tenant, person), request);
  }
  // The name of the page that a critical case makes.
  std::string Page() {
    return id::Name("notifications",
                    NotificationId(Open(mamori::v1::SEVERITY_CRITICAL).event_id(), "page"));
  }
};

TEST_F(EscalationTest, EachStepOfTheChainInItsTime) {
  Page();
  Pass(absl::Seconds(30));
  EXPECT_EQ(Fire(), 0);
  Pass(absl::Seconds(30));
  EXPECT_EQ(Fire(), 1);
  EXPECT_EQ(Fire(), 0);
  EXPECT_EQ(Count("delivery WHERE receiver = 'chief@acme.example' AND escalation_step = 1"
                  " AND state = 1 AND urgency = 3"),
            1);
  EXPECT_EQ(Count("notification WHERE escalation_step = 1 AND recipient_group = 'chief'"), 1);
  Pass(absl::Seconds(120));
  EXPECT_EQ(Fire(), 1);
  EXPECT_EQ(Count("delivery WHERE receiver = 'board@acme.example' AND escalation_step = 2"), 1);
  EXPECT_EQ(Count("timer"), 0);
}

// A chief is not paged because a replica believes that it is tomorrow, nor forgotten by one that
// believes that it is yesterday.
TEST_F(EscalationTest, AReplicasOwnClockMovesNoStep) {
  time::SystemSleeper sleeper;
  const auto fire = [&](absl::Duration wrong) {
    time::FakeClock clock(clock_.Now() + wrong);
    db::Transactor wrongly(database_.pool(), clock, sleeper);
    SqlEscalationStore store(wrongly, policies_, clock, ids_);
    const auto fired = store.FireDue();
    EXPECT_THAT(fired, IsOk());
    return fired.ok() ? fired->deliveries : -1;
  };
  Page();
  EXPECT_EQ(fire(absl::Hours(24)), 0);
  Pass(absl::Minutes(1));
  EXPECT_EQ(fire(-absl::Hours(24)), 1);
}

TEST_F(EscalationTest, AChainWhoseFirstPeopleWereToldMoreUrgentlyGoesOnAllTheSame) {
  auto chained = std::make_shared<policy::PolicyVersion>(*TestPolicy("chained"));
  mamori::v1::Route& chain = *chained->policy.add_routes();
  chain.set_id("chain");
  chain.set_event_type("case.opened");
  chain.set_urgency(mamori::v1::URGENCY_HIGH);
  chain.add_steps()->set_recipient_group("lead");
  chain.mutable_steps(0)->mutable_wait()->set_seconds(30);
  chain.add_steps()->set_recipient_group("board");
  chained->bytes = chained->policy.SerializeAsString();
  ASSERT_THAT(policies_.Add(chained), IsOk());
  mamori::v1::Event event = Opened(mamori::v1::SEVERITY_CRITICAL);
  event.mutable_case_opened()->set_policy_digest(chained->digest);
  ASSERT_THAT(Ingest({event}), ::testing::ElementsAre(IsOk()));
  EXPECT_EQ(Count("delivery WHERE receiver = 'lead@acme.example'"), 1);  // by the page alone
  Pass(absl::Seconds(30));
  EXPECT_EQ(Fire(), 1);
  EXPECT_EQ(Count("delivery WHERE receiver = 'board@acme.example' AND urgency = 2"), 1);
}

TEST_F(EscalationTest, FiresOnceWithThreeReplicas) {
  for (int i = 0; i < 30; ++i) Page();
  Pass(absl::Minutes(1));
  int made[3] = {};
  std::vector<std::thread> replicas;
  for (int& mine : made) {
    replicas.emplace_back([this, &mine] {
      for (int i = 0; i < 10; ++i) {
        const auto fired = escalation_store_.FireDue();
        if (fired.ok()) mine += fired->deliveries;
      }
    });
  }
  for (std::thread& replica : replicas) replica.join();
  EXPECT_EQ(made[0] + made[1] + made[2], 30);
  EXPECT_EQ(Count("delivery WHERE escalation_step = 1"), 30);
  EXPECT_EQ(Count("timer"), 30);  // of the next step
}

TEST_F(EscalationTest, AnAcknowledgementStopsItAndIsTold) {
  const std::string page = Page();
  const auto acknowledged = Acknowledge(page);
  ASSERT_THAT(acknowledged, IsOk());
  EXPECT_EQ(acknowledged->acknowledger(), "desk-1");
  EXPECT_TRUE(acknowledged->has_acknowledge_time());
  EXPECT_EQ(Count("timer"), 0);
  Pass(absl::Minutes(10));
  EXPECT_EQ(Fire(), 0);
  const auto events = Outbox(*id::FromName("notifications", page));
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].notification_acknowledged().acknowledger(), "desk-1");
}

TEST_F(EscalationTest, ATimerThatWasLeftBehindTellsNobodyAfterAnAcknowledgement) {
  Page();
  database_.Execute("UPDATE notification SET acknowledge_time = ? WHERE route = 'page'",
                    db::Params().Add(Now()));
  Pass(absl::Minutes(1));
  EXPECT_EQ(Fire(), 0);
  EXPECT_EQ(Count("delivery WHERE escalation_step > 0"), 0);
  EXPECT_EQ(Count("timer"), 0);
}

TEST_F(EscalationTest, ASecondAcknowledgementChangesNothing) {
  const std::string page = Page();
  const auto first = Acknowledge(page, "desk-1");
  Pass(absl::Minutes(1));
  const auto second = Acknowledge(page, "desk-2");
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(*second, testing::EqualsProto(*first));
  EXPECT_EQ(Count("outbox"), 1);
}

TEST_F(EscalationTest, NobodyAcknowledgesForAnotherTenant) {
  const std::string page = Page();
  EXPECT_THAT(Acknowledge(page, "desk-1", "other"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(Count("timer"), 1);
}

TEST_F(EscalationTest, AnAcknowledgementWhileItFiresLeavesNoTimerBehind) {
  std::vector<std::string> pages;
  for (int i = 0; i < 20; ++i) pages.push_back(Page());
  Pass(absl::Minutes(1));
  std::thread firing([this] { Fire(); });
  for (const std::string& page : pages) EXPECT_THAT(Acknowledge(page), IsOk());
  firing.join();
  Fire();
  EXPECT_EQ(Count("timer"), 0);
  EXPECT_EQ(Count("notification WHERE acknowledge_time IS NOT NULL"), 20);
}

TEST_F(EscalationTest, OneTimerThatCannotFireHoldsUpNoOther) {
  const std::string bad = Page();
  for (int i = 0; i < 5; ++i) Page();
  database_.Execute("UPDATE notification SET company = 'poison' WHERE notification_id = ?",
                    db::Params().Add(*id::FromName("notifications", bad)));
  database_.Run(
      "CREATE TRIGGER poison BEFORE INSERT ON delivery FOR EACH ROW"
      " IF NEW.company = 'poison' THEN SIGNAL SQLSTATE '45000'; END IF");
  Pass(absl::Minutes(1));
  EXPECT_EQ(Fire(), 5);
  EXPECT_EQ(Count("timer WHERE attempt_count = 1"), 1);
  database_.Run("DROP TRIGGER poison");
  Pass(absl::Minutes(1));
  EXPECT_EQ(Fire(), 1);
}

TEST_F(EscalationTest, WhoAcknowledgedIsInTheAuditOnce) {
  const std::string name = Page();
  EXPECT_THAT(Acknowledge(name), IsOk());
  EXPECT_THAT(Acknowledge(name, "desk-2"), IsOk());
  const db::Rows rows = database_.Query("SELECT sequence, entry FROM audit_entry");
  ASSERT_EQ(rows.size(), 1u);
  const auto entry = audit::Decode(rows[0].GetBytes(1));
  ASSERT_THAT(entry, IsOk());
  EXPECT_EQ(id::Name("notifications", entry->resource_id), name);
  EXPECT_EQ(entry->sequence, 2);
  EXPECT_EQ(entry->who.person, "desk-1");
  EXPECT_EQ(Count("notification n JOIN audit_group g ON INSTR(g.entries, n.notification_id) > 0"
                  " WHERE n.audit_first IS NOT NULL"),
            Count("notification"));
}

}  // namespace
}  // namespace mamori::notification
