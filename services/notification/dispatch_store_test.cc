#include "services/notification/dispatch_store.h"

#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/testing/tcp_gate.h"
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
    settlement.wait = absl::Hours(1);
    settlement.sent_time = Now();
    settlement.error = error;
    return settlement;
  }
  absl::Time Deadline() const { return Now() + absl::Seconds(10); }
  std::vector<Claim> Expired() { return *dispatch_store_.ClaimExpired(64, absl::Hours(1)); }
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
  const auto claims = dispatch_store_.ClaimDue(mamori::v1::DELIVERY_CHANNEL_MAIL, 64,
                                               {"a@acme.example", "x", "y"}, absl::Hours(1));
  ASSERT_THAT(claims, testing::IsOk());
  ASSERT_THAT(*claims, SizeIs(1));
  EXPECT_EQ((*claims)[0].receiver, "b@acme.example");
}

TEST_F(DispatchStoreTest, WhatIsUrgentOvertakesABacklog) {
  for (int i = 0; i < 20; ++i) Open();
  Pass(absl::Minutes(10));
  Open(mamori::v1::SEVERITY_CRITICAL);
  const std::vector<Claim> claims = Claims(8);
  ASSERT_THAT(claims, SizeIs(8));
  EXPECT_EQ(claims[0].urgency, mamori::v1::URGENCY_PAGE);
  EXPECT_EQ(claims[1].urgency, mamori::v1::URGENCY_NORMAL);
  EXPECT_LT(claims[1].create_time, claims[0].create_time);  // of those, the oldest first
}

TEST_F(DispatchStoreTest, WhatIsNotUrgentHasItsShareOfEveryBatch) {
  for (int i = 0; i < 20; ++i) Open(mamori::v1::SEVERITY_CRITICAL);  // a page and two others each
  std::map<mamori::v1::Urgency, int> counts;
  for (const Claim& claim : Claims(16)) ++counts[claim.urgency];
  EXPECT_EQ(counts[mamori::v1::URGENCY_PAGE], 12);
  EXPECT_EQ(counts[mamori::v1::URGENCY_NORMAL], 4);
  // Where nobody else waits, everything is for one.
  database_.Run("UPDATE delivery SET urgency = 2 WHERE state = 1 AND urgency = 3");
  database_.Run("UPDATE delivery SET urgency = 2 WHERE state = 1 AND urgency = 1");
  EXPECT_THAT(Claims(16), SizeIs(14));
  EXPECT_THAT(Claims(1), SizeIs(1));
}

TEST_F(DispatchStoreTest, AClaimWhoseCommitNobodyAnsweredIsFoundAtOnce) {
  Open(mamori::v1::SEVERITY_CRITICAL);
  testing::TcpGate gate(database_.options().host, database_.options().port);
  db::PoolOptions options = database_.options();
  options.host = "127.0.0.1";
  options.port = gate.port();
  const auto pool = db::Pool::Create(options);
  time::SystemSleeper sleeper;
  db::Transactor transactor(*pool, clock_, sleeper);
  SqlDispatchStore store(transactor, clock_, ids_, journal_);
  // Opening a connection says COMMITTED.
  ASSERT_THAT(pool->Ping(absl::Seconds(5)), testing::IsOk());
  gate.LoseAnswerTo("COMMIT");
  const auto claims =
      store.ClaimDue(mamori::v1::DELIVERY_CHANNEL_MAIL, 64, {}, absl::ZeroDuration());
  ASSERT_THAT(claims, testing::IsOk());
  EXPECT_TRUE(gate.answer_lost());
  EXPECT_THAT(*claims, SizeIs(3));
  EXPECT_EQ(Count("delivery WHERE state = 2 AND fence = 1 AND attempt_count = 1"), 3);
  gate.LoseAnswerTo("COMMIT");
  const auto lost = store.ClaimExpired(64, absl::Hours(1));
  ASSERT_THAT(lost, testing::IsOk());
  ASSERT_THAT(*lost, SizeIs(3));
  std::vector<Settlement> settlements;
  for (const Claim& claim : *lost) {
    settlements.push_back(SettlementOf(claim, mamori::v1::DELIVERY_STATE_UNKNOWN));
  }
  EXPECT_THAT(store.Settle(settlements, Now(), Deadline()), IsOkAndHolds(3));
}

TEST_F(DispatchStoreTest, AClaimWhoseCommitDidNotHappenIsMadeAfresh) {
  Open();
  // The first COMMIT is refused, as one that lost a certification race is.
  database_.Run(
      "CREATE TRIGGER once BEFORE UPDATE ON delivery FOR EACH ROW BEGIN"
      " IF @refused IS NULL THEN SET @refused = 1;"
      " SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213; END IF; END");
  EXPECT_THAT(Claims(), SizeIs(2));
  EXPECT_EQ(Count("delivery WHERE state = 2 AND fence = 1"), 2);
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
                             Now(), Deadline()),
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
    EXPECT_THAT(dispatch_store_.Settle({settlement}, Now(), Deadline()), IsOkAndHolds(1));
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
  EXPECT_THAT(dispatch_store_.Settle(late, Now(), Deadline()), IsOkAndHolds(0));
  EXPECT_EQ(Count("delivery WHERE state = 2 AND fence = 2 AND last_error = ''"), 2);
  EXPECT_EQ(Count("outbox"), 0);
  // One of a batch that is stale does not keep the others from being written.
  EXPECT_THAT(
      dispatch_store_.Settle({late[0], SettlementOf(current[1], mamori::v1::DELIVERY_STATE_SENT)},
                             Now(), Deadline()),
      IsOkAndHolds(::testing::Le(1)));
  EXPECT_EQ(Count("delivery WHERE state = 5"), 0);
}

TEST_F(DispatchStoreTest, AnOutcomeWrittenTwiceCountsOnce) {
  Open();
  const Settlement sent = SettlementOf(Claims()[0], mamori::v1::DELIVERY_STATE_SENT);
  EXPECT_THAT(dispatch_store_.Settle({sent}, Now(), Deadline()), IsOkAndHolds(1));
  EXPECT_THAT(dispatch_store_.Settle({sent}, Now(), Deadline()), IsOkAndHolds(0));
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

TEST_F(DispatchStoreTest, WhatAReplicaHoldsOrPutsOffWaitsByTheDatabasesClockAlone) {
  time::SystemSleeper sleeper;
  for (const absl::Duration wrong : {absl::Hours(24), -absl::Hours(24)}) {
    Open();
    time::FakeClock clock(Now() + wrong);
    db::Transactor transactor(database_.pool(), clock, sleeper);
    SqlDispatchStore killed(transactor, clock, ids_, journal_);
    const auto held = killed.ClaimDue(mamori::v1::DELIVERY_CHANNEL_MAIL, 64, {}, absl::Hours(1));
    ASSERT_THAT(held, testing::IsOk());
    ASSERT_THAT(*held, SizeIs(2)) << wrong;
    EXPECT_THAT(Claims(), IsEmpty()) << wrong;
    EXPECT_THAT(Expired(), IsEmpty()) << "in two hands: " << wrong;
    Pass(absl::Hours(1));
    const std::vector<Claim> taken = Expired();
    ASSERT_THAT(taken, SizeIs(2)) << wrong;
    const absl::Time deadline = clock.Now() + absl::Seconds(10);
    EXPECT_THAT(killed.Settle({SettlementOf((*held)[0], mamori::v1::DELIVERY_STATE_DEAD)},
                              clock.Now(), deadline),
                IsOkAndHolds(0));
    for (const Claim& claim : taken) {
      EXPECT_THAT(killed.Settle({SettlementOf(claim, mamori::v1::DELIVERY_STATE_PENDING)},
                                clock.Now(), deadline),
                  IsOkAndHolds(1));
    }
    EXPECT_THAT(Claims(), IsEmpty()) << wrong;
    Pass(absl::Hours(1));
    for (const Claim& claim : Claims()) {
      EXPECT_THAT(dispatch_store_.Settle({SettlementOf(claim, mamori::v1::DELIVERY_STATE_SENT)},
                                         Now(), Deadline()),
                  IsOkAndHolds(1));
    }
    EXPECT_EQ(Count("delivery WHERE state <> 3"), 0) << wrong;
  }
}

TEST_F(DispatchStoreTest, WhatAReplicaThatIsAheadTakesInIsDueForTheOthers) {
  clock_.Advance(absl::Hours(24));
  Open();
  clock_.Advance(-absl::Hours(24));
  EXPECT_THAT(Claims(), SizeIs(2));
}

TEST_F(DispatchStoreTest, ABigBatchIsWrittenWhole) {
  for (int i = 0; i < 70; ++i) Open();
  const std::vector<Claim> claims = Claims(140);
  ASSERT_THAT(claims, SizeIs(140));
  std::vector<Settlement> settlements;
  for (const Claim& claim : claims) {
    settlements.push_back(SettlementOf(claim, mamori::v1::DELIVERY_STATE_SENT));
  }
  EXPECT_THAT(dispatch_store_.Settle(settlements, Now(), Deadline()), IsOkAndHolds(140));
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
