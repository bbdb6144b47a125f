// Notices about an anonymous report are told by day and wait, but for danger.
#include <string>
#include <vector>

#include "common/time/day.h"
#include "services/notification/test_notification_fixture.h"

namespace mamori::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;

class AnonymousTest : public NotificationFixture {
 protected:
  mamori::v1::Event OpenAnonymous(mamori::v1::Severity severity) {
    mamori::v1::Event event = Opened(severity);
    event.set_anonymous(true);
    EXPECT_THAT(Ingest({event}), ElementsAre(IsOk()));
    return event;
  }
  // How many rows tell a time within the day.
  int64_t Exact(const std::string& table, const std::string& column) {
    return Count(absl::StrCat(table, " WHERE ", column, " % 86400000000 <> 0"));
  }
};

TEST_F(AnonymousTest, NoticesWaitAtLeastAndAtMostAsThePolicySays) {
  CreateEndpoint();
  for (int i = 0; i < 20; ++i) OpenAnonymous(mamori::v1::SEVERITY_LOW);
  const int64_t all = Count("delivery");
  ASSERT_GE(all, 60);
  const auto due_within = [&](absl::Duration from, absl::Duration to) {
    return database_.Number("SELECT COUNT(*) FROM delivery WHERE due_time BETWEEN ? AND ?",
                            db::Params().Add(Now() + from).Add(Now() + to));
  };
  // Of the database's clock, which went on since Now() was read.
  EXPECT_EQ(due_within(absl::Hours(1), absl::Hours(7)), all);
  // None at a moment of its own: at the full hours, as all others of whatever tenant.
  EXPECT_EQ(Count("delivery WHERE due_time % 3600000000 <> 0"), 0);
  // Drawn for each event: not all near one another.
  EXPECT_LT(due_within(absl::Hours(1), absl::Hours(3)), all);
  EXPECT_GT(due_within(absl::Hours(1), absl::Hours(4)), 0);
  EXPECT_THAT(Claims(), IsEmpty());
  Pass(absl::Hours(6));
  EXPECT_THAT(Claims(), SizeIs(40));
}

TEST_F(AnonymousTest, DangerAndWhatPeopleDoDoNotWait) {
  const mamori::v1::Event opened = OpenAnonymous(mamori::v1::SEVERITY_CRITICAL);
  EXPECT_EQ(Claims().size(), 3u);
  mamori::v1::Event assigned = Assigned(opened, 2);
  assigned.set_anonymous(true);
  EXPECT_THAT(Ingest({assigned}), ElementsAre(IsOk()));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM delivery WHERE state = 1 AND due_time > ?",
                             db::Params().Add(Now() + absl::Minutes(30))),
            0);
}

TEST_F(AnonymousTest, EveryTimeIsToldByDayOnceADeliveryHasComeToRest) {
  OpenAnonymous(mamori::v1::SEVERITY_CRITICAL);
  std::vector<Settlement> settlements;
  for (const Claim& claim : Claims()) {
    EXPECT_EQ(claim.create_time, time::BeginOfDay(claim.create_time));
    settlements.push_back({.claim = claim,
                           .state = settlements.empty() ? mamori::v1::DELIVERY_STATE_DEAD
                                                        : mamori::v1::DELIVERY_STATE_SENT,
                           .sent_time = Now()});
  }
  ASSERT_GE(settlements.size(), 3u);
  settlements.back().state = mamori::v1::DELIVERY_STATE_SUPPRESSED;
  settlements.back().begun = false;
  ASSERT_THAT(dispatch_store_.Settle(settlements, Now(), Now() + absl::Minutes(1)), IsOk());
  const std::pair<const char*, const char*> columns[] = {
      {"notification", "create_time"}, {"delivery", "create_time"}, {"delivery", "due_time"},
      {"delivery", "sent_time"},       {"inbox", "update_time"},    {"outbox", "create_time"},
      {"outbox", "due_time"},          {"audit_group", "time"}};
  for (const auto& [table, column] : columns) EXPECT_EQ(Exact(table, column), 0) << column;
  for (const db::Row& row : database_.Query("SELECT event FROM outbox")) {
    mamori::v1::Event event;
    ASSERT_TRUE(event.ParseFromString(row.GetBytes(0)));
    EXPECT_TRUE(event.anonymous());
    EXPECT_EQ(event.event_time().seconds() % 86400, 0);
    EXPECT_EQ(event.delivery_sent().sent_time().seconds() % 86400, 0);
  }
  v1::ListNotificationsResponse notices =
      *notifications_.ListNotifications(Call("ListNotifications"), {});
  v1::AcknowledgeNotificationRequest request;
  request.set_request_id(NextRequestId());
  request.set_name(notices.notifications(0).name());
  const auto acknowledged = notifications_.Acknowledge(Call("AcknowledgeNotification"), request);
  ASSERT_THAT(acknowledged, IsOk());
  EXPECT_EQ(acknowledged->acknowledge_time().seconds() % 86400, 0);
  v1::RetryDeliveryRequest retry;
  retry.set_request_id(NextRequestId());
  retry.set_name(id::Name("deliveries", settlements.front().claim.delivery_id));
  const auto again = notifications_.RetryDelivery(Call("RetryDelivery"), retry);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->due_time().seconds() % 86400, 0);
  EXPECT_EQ(Exact("audit_entry", "time"), 0);
  EXPECT_EQ(Count("audit_entry"), 3);  // what was suppressed, acknowledged and retried
}

// Nobody makes them leave early by touching the endpoint that they go to.
TEST_F(AnonymousTest, AChangeOfTheEndpointLetsNothingOut) {
  mamori::v1::WebhookEndpoint endpoint = CreateEndpoint();
  OpenAnonymous(mamori::v1::SEVERITY_LOW);
  EXPECT_THAT(Ingest({Opened(mamori::v1::SEVERITY_LOW)}), ElementsAre(IsOk()));
  database_.Execute("UPDATE delivery SET due_time = ? WHERE anonymous = 0",
                    db::Params().Add(Now() + absl::Hours(1)));
  v1::UpdateWebhookEndpointRequest update;
  update.set_request_id(NextRequestId());
  *update.mutable_webhook_endpoint() = endpoint;
  ASSERT_THAT(webhooks_.Update(Call("Update"), update), IsOk());
  const auto claims =
      dispatch_store_.ClaimDue(mamori::v1::DELIVERY_CHANNEL_WEBHOOK, 64, {}, absl::Hours(1));
  ASSERT_THAT(claims, IsOk());
  ASSERT_THAT(*claims, SizeIs(1));
  EXPECT_FALSE(claims->front().anonymous);
}

}  // namespace
}  // namespace mamori::notification
