#include "services/notification/dispatch_store.h"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "services/notification/test_notification_fixture.h"

namespace mamori::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOkAndHolds;
using ::testing::SizeIs;

class DispatchStoreTest : public NotificationFixture {
 protected:
  Settlement SettlementOf(const Claim& claim, mamori::v1::DeliveryState state,
                          const std::string& error = "") {
    Settlement settlement;
    settlement.claim = claim;
    settlement.state = state;
    settlement.due_time = Now() + absl::Hours(1);
    settlement.sent_time = Now();
    settlement.error = error;
    return settlement;
  }
  std::vector<Claim> Expired() {
    return *dispatch_store_.ClaimExpired(64, Now(), Now() + absl::Minutes(1));
  }
};

TEST_F(DispatchStoreTest, TwoReplicasNeverHoldTheSameDelivery) {
  for (int i = 0; i < 60; ++i) Open();
  std::vector<std::string> claimed[3];
  std::vector<std::thread> replicas;
  for (auto& mine : claimed) {
    replicas.emplace_back([this, &mine] {
      for (int idle = 0; idle < 3;) {
        const std::vector<Claim> claims = Claims(7);
        if (claims.empty()) ++idle;
        for (const Claim& claim : claims) mine.push_back(claim.delivery_id);
      }
    });
  }
  for (std::thread& replica : replicas) replica.join();
  std::set<std::string> all;
  size_t count = 0;
  for (const auto& mine : claimed) {
    count += mine.size();
    all.insert(mine.begin(), mine.end());
  }
  EXPECT_EQ(count, 120u);
  EXPECT_EQ(all.size(), 120u);
}

TEST_F(DispatchStoreTest, AClaimHoldsWhatAMessageNeedsAndCountsTheAttempt) {
  const mamori::v1::Event event = Open(mamori::v1::SEVERITY_CRITICAL);
  for (const Claim& claim : Claims()) {
    EXPECT_EQ(claim.case_id, event.subject_id());
    EXPECT_EQ(claim.tenant, "t");
    EXPECT_EQ(claim.event_type, "case.opened");
    EXPECT_EQ(absl::BytesToHexString(claim.policy_digest), policy_->digest);
    EXPECT_EQ(claim.attempts, 1);
    EXPECT_EQ(claim.fence, 1);
  }
  EXPECT_EQ(Count("delivery WHERE state = 2 AND attempt_count = 1 AND fence = 1"), 3);
}

TEST_F(DispatchStoreTest, ReceiversThatHaveEnoughAreLeftOut) {
  Open();
  const auto claims =
      dispatch_store_.ClaimDue(mamori::v1::DELIVERY_CHANNEL_MAIL, 64, {"a@acme.example", "x", "y"},
                               Now(), Now() + absl::Minutes(1));
  ASSERT_THAT(claims, testing::IsOk());
  ASSERT_THAT(*claims, SizeIs(1));
  EXPECT_EQ((*claims)[0].receiver, "b@acme.example");
}

TEST_F(DispatchStoreTest, WhatIsNotDueIsNotClaimed) {
  Open();
  database_.Execute("UPDATE delivery SET due_time = ?", db::Params().Add(Now() + absl::Hours(1)));
  EXPECT_THAT(Claims(), IsEmpty());
}

TEST_F(DispatchStoreTest, OutcomesAreWrittenWithTheirEvents) {
  const mamori::v1::Event event = Open();
  std::vector<Claim> claims = Claims();
  ASSERT_THAT(claims, SizeIs(2));
  EXPECT_THAT(
      dispatch_store_.Settle({SettlementOf(claims[0], mamori::v1::DELIVERY_STATE_SENT),
                              SettlementOf(claims[1], mamori::v1::DELIVERY_STATE_DEAD, "smtp.550")},
                             Now()),
      IsOkAndHolds(2));
  EXPECT_EQ(Count("delivery WHERE state = 3 AND sent_time IS NOT NULL AND last_error = ''"), 1);
  EXPECT_EQ(Count("delivery WHERE state = 5 AND sent_time IS NULL AND last_error = 'smtp.550'"), 1);
  const auto events = Outbox(claims[0].notification_id);
  ASSERT_THAT(events, SizeIs(2));
  for (const mamori::v1::Event& one : events) {
    EXPECT_EQ(one.source(), "notification");
    EXPECT_EQ(one.tenant(), "t");
    if (one.has_delivery_sent()) {
      EXPECT_EQ(one.delivery_sent().delivery_id(), claims[0].delivery_id);
      EXPECT_EQ(one.delivery_sent().case_id(), event.subject_id());
    } else {
      EXPECT_EQ(one.delivery_failed().delivery_id(), claims[1].delivery_id);
      EXPECT_EQ(one.delivery_failed().state(), mamori::v1::DELIVERY_STATE_DEAD);
      EXPECT_EQ(one.delivery_failed().error(), "smtp.550");
    }
  }
}

TEST_F(DispatchStoreTest, AnotherAttemptIsNoNews) {
  Open();
  for (const Claim& claim : Claims()) {
    Settlement settlement = SettlementOf(claim, mamori::v1::DELIVERY_STATE_PENDING, "smtp.451");
    settlement.begun = claim.receiver == "a@acme.example";
    EXPECT_THAT(dispatch_store_.Settle({settlement}, Now()), IsOkAndHolds(1));
  }
  EXPECT_EQ(Count("outbox"), 0);
  EXPECT_EQ(Count("delivery WHERE state = 1 AND last_error = 'smtp.451'"), 2);
  // An attempt that was not begun is not counted.
  EXPECT_EQ(Count("delivery WHERE attempt_count = 1 AND receiver = 'a@acme.example'"), 1);
  EXPECT_EQ(Count("delivery WHERE attempt_count = 0 AND receiver = 'b@acme.example'"), 1);
  EXPECT_THAT(Claims(), IsEmpty());
}

TEST_F(DispatchStoreTest, AStaleHolderCannotWrite) {
  Open();
  const std::vector<Claim> stale = Claims(64, -absl::Seconds(1));
  const std::vector<Claim> current = Expired();
  ASSERT_THAT(stale, SizeIs(2));
  ASSERT_THAT(current, SizeIs(2));
  std::vector<Settlement> late;
  for (const Claim& claim : stale) {
    late.push_back(SettlementOf(claim, mamori::v1::DELIVERY_STATE_DEAD, "smtp.550"));
  }
  EXPECT_THAT(dispatch_store_.Settle(late, Now()), IsOkAndHolds(0));
  EXPECT_EQ(Count("delivery WHERE state = 2 AND fence = 2 AND last_error = ''"), 2);
  EXPECT_EQ(Count("outbox"), 0);
  // One of a batch that is stale does not keep the others from being written.
  EXPECT_THAT(dispatch_store_.Settle(
                  {late[0], SettlementOf(current[1], mamori::v1::DELIVERY_STATE_SENT)}, Now()),
              IsOkAndHolds(::testing::Le(1)));
  EXPECT_EQ(Count("delivery WHERE state = 5"), 0);
}

TEST_F(DispatchStoreTest, AnOutcomeWrittenTwiceCountsOnce) {
  Open();
  const Settlement sent = SettlementOf(Claims()[0], mamori::v1::DELIVERY_STATE_SENT);
  EXPECT_THAT(dispatch_store_.Settle({sent}, Now()), IsOkAndHolds(1));
  EXPECT_THAT(dispatch_store_.Settle({sent}, Now()), IsOkAndHolds(0));
  EXPECT_EQ(Count("outbox"), 1);
}

TEST_F(DispatchStoreTest, OnlyClaimsWhoseLeaseHasRunOutAreTakenOver) {
  Open();
  const std::vector<Claim> held = Claims(1);
  EXPECT_THAT(Expired(), IsEmpty());
  const std::vector<Claim> lost = Claims(1, -absl::Seconds(1));
  const std::vector<Claim> taken = Expired();
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_EQ(taken[0].delivery_id, lost[0].delivery_id);
  EXPECT_EQ(taken[0].fence, 2);
  EXPECT_EQ(taken[0].attempts, 1);  // taking over is no attempt
  EXPECT_THAT(Expired(), IsEmpty());
}

TEST_F(DispatchStoreTest, ABigBatchIsWrittenWhole) {
  for (int i = 0; i < 70; ++i) Open();
  const std::vector<Claim> claims = Claims(140);
  ASSERT_THAT(claims, SizeIs(140));
  std::vector<Settlement> settlements;
  for (const Claim& claim : claims) {
    settlements.push_back(SettlementOf(claim, mamori::v1::DELIVERY_STATE_SENT));
  }
  EXPECT_THAT(dispatch_store_.Settle(settlements, Now()), IsOkAndHolds(140));
  EXPECT_EQ(Count("delivery WHERE state = 3"), 140);
  EXPECT_EQ(Count("outbox"), 140);
}

TEST_F(DispatchStoreTest, EndpointsWithTheKeysInForce) {
  const mamori::v1::WebhookEndpoint endpoint = CreateEndpoint();
  v1::RotateWebhookSecretRequest rotate;
  rotate.set_request_id(NextRequestId());
  rotate.set_name(endpoint.name());
  const auto rotated = webhooks_.Rotate(Call("Rotate"), rotate);
  ASSERT_THAT(rotated, testing::IsOk());
  const std::string gone = id::Name("webhookEndpoints", ids_.NewId());
  auto targets = *dispatch_store_.Endpoints({endpoint.name(), gone}, Now());
  ASSERT_THAT(targets, SizeIs(1));
  const EndpointTarget& target = targets.at(endpoint.name());
  EXPECT_EQ(target.url, "https://hooks.example/x");
  EXPECT_FALSE(target.disabled);
  EXPECT_THAT(secrets_.Open(target.sealed_secret), IsOkAndHolds(rotated->secret()));
  EXPECT_THAT(secrets_.Open(target.sealed_previous), IsOkAndHolds(endpoint.secret()));
  // A day later the old key signs no more.
  targets = *dispatch_store_.Endpoints({endpoint.name()}, Now() + absl::Hours(24));
  EXPECT_EQ(targets.at(endpoint.name()).sealed_previous, "");
}

}  // namespace
}  // namespace mamori::notification
