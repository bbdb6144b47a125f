#include "services/notification/dispatcher.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/db/database_time.h"
#include "common/testing/tcp_gate.h"
#include "services/notification/test_dispatcher.h"

namespace mamori::notification {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::SizeIs;

class Counters final : public telemetry::Telemetry {
 public:
  void Log(telemetry::Level, std::string_view, const telemetry::Labels&) override {}
  void RecordCall(std::string_view, std::string_view, absl::Duration, std::string_view,
                  std::string_view) override {}
  void Count(std::string_view name, const telemetry::Labels& labels, double by) override {
    if (name != "mamori_dead_letters_total") return;
    std::lock_guard lock(mu_);
    dead_letters_[labels.at("channel") + " " + labels.at("state")] += by;
  }
  void Gauge(std::string_view, double, const telemetry::Labels&) override {}
  void Observe(std::string_view, absl::Duration, const telemetry::Labels&) override {}

  std::map<std::string, double> DeadLetters() {
    std::lock_guard lock(mu_);
    return dead_letters_;
  }

 private:
  std::mutex mu_;
  std::map<std::string, double> dead_letters_;
};

TEST_F(DispatcherTest, SendsWhatIsDueAndSaysSo) {
  Open();
  Replica one(*this, options_);
  Claim(one);
  ASSERT_THAT(one.transport.waiting, SizeIs(2));
  EXPECT_EQ(Count("delivery WHERE state = 2"), 2);  // committed before anything goes out
  const Attempt& attempt = one.transport.waiting.front();
  EXPECT_EQ(attempt.channel, mamori::v1::DELIVERY_CHANNEL_MAIL);
  EXPECT_THAT(attempt.body, HasSubstr("@mamori.example>\r\n"));
  EXPECT_THAT(one.EndAll(Verdict::kAccepted), SizeIs(2));
  Settle(one);
  EXPECT_EQ(Count("delivery WHERE state = 3"), 2);
  EXPECT_EQ(Count("outbox"), 2);
  EXPECT_EQ(one.relay_wakes, 1);
}

TEST_F(DispatcherTest, EveryAttemptIsTheSameMessageUntilTheLimit) {
  Open();
  Replica one(*this, options_);
  Claim(one);
  const std::vector<std::string> first = one.EndAll(Verdict::kTemporary, "smtp.451");
  Settle(one);
  EXPECT_EQ(Count("delivery WHERE state = 1 AND attempt_count = 1"), 2);
  for (int attempt = 2; attempt <= 3; ++attempt) {
    Pass(absl::Seconds(8));  // the longest wait
    Claim(one);
    EXPECT_THAT(one.EndAll(Verdict::kTemporary, "smtp.451"),
                ::testing::UnorderedElementsAreArray(first));
    Settle(one);
  }
  EXPECT_EQ(Count("delivery WHERE state = 5 AND attempt_count = 3 AND last_error = 'smtp.451'"), 2);
}

TEST_F(DispatcherTest, AReceiverThatAsksForTimeGetsIt) {
  Open();
  Replica one(*this, options_);
  Claim(one);
  Outcome outcome;
  outcome.verdict = Verdict::kTemporary;
  outcome.retry_after = absl::Minutes(10);
  for (const Attempt& attempt : one.transport.waiting) {
    ASSERT_TRUE(one.dispatcher.Begins(attempt.ticket));
    one.dispatcher.Ended(attempt.ticket, outcome);
  }
  one.transport.waiting.clear();
  Settle(one);
  Claim(one);
  EXPECT_THAT(one.transport.waiting, IsEmpty());
  EXPECT_EQ(Count("delivery WHERE due_time > " MAMORI_DATABASE_NOW " + 300000000"), 2);
  Pass(absl::Minutes(10));
  Claim(one);
  EXPECT_THAT(one.transport.waiting, SizeIs(2));
}

TEST_F(DispatcherTest, AnUnknownOutcomeIsSentAgainWhenUrgentAndShownOtherwise) {
  Open(mamori::v1::SEVERITY_CRITICAL);  // page to one, normal to two
  Replica one(*this, options_);
  Claim(one);
  EXPECT_THAT(one.EndAll(Verdict::kUnknown, "smtp.timeout"), SizeIs(3));
  Settle(one);
  EXPECT_EQ(Count("delivery WHERE state = 4 AND urgency = 1 AND last_error = 'smtp.timeout'"), 2);
  EXPECT_EQ(Count("delivery WHERE state = 1 AND urgency = 3"), 1);
  EXPECT_EQ(Count("outbox"), 2);
}

TEST_F(DispatcherTest, ALostClaimIsAnUnknownOutcome) {
  Open(mamori::v1::SEVERITY_CRITICAL);
  Replica dead(*this, options_);
  Claim(dead);
  Replica other(*this, options_);
  Claim(other);
  EXPECT_THAT(other.transport.waiting, IsEmpty());
  Pass(options_.lease);
  Claim(other);
  Settle(other);
  EXPECT_EQ(Count("delivery WHERE state = 4 AND urgency = 1 AND last_error = 'attempt.lost'"), 2);
  Pass(absl::Seconds(8));
  Claim(other);
  EXPECT_THAT(other.EndAll(Verdict::kAccepted), SizeIs(1));
  Settle(other);
  EXPECT_EQ(Count("delivery WHERE state = 3 AND urgency = 3"), 1);
  // The dead one wakes up: its claims are too old to begin, and what it says counts no more.
  EXPECT_THAT(dead.EndAll(Verdict::kPermanent), IsEmpty());
  Settle(dead);
  EXPECT_EQ(Count("delivery WHERE state = 3"), 1);
  EXPECT_EQ(Count("delivery WHERE state = 4"), 2);
}

TEST_F(DispatcherTest, WhatWaitsTooLongIsGivenBackUncounted) {
  Open();
  Replica one(*this, options_);
  Claim(one);
  clock_.Advance(options_.lease - options_.attempt_budget);
  Claim(one);
  EXPECT_THAT(one.transport.waiting, IsEmpty());
  Settle(one);
  EXPECT_EQ(Count("delivery WHERE state = 1 AND attempt_count = 0"), 2);
}

TEST_F(DispatcherTest, StoppingGivesBackWhatHasNotBegun) {
  Open();
  Replica one(*this, options_);
  one.dispatcher.Start();
  one.dispatcher.Wake();
  ASSERT_TRUE(one.transport.WaitForSome());
  one.dispatcher.Stop(absl::ZeroDuration());
  EXPECT_EQ(Count("delivery WHERE state = 1 AND attempt_count = 0"), 2);
}

TEST_F(DispatcherTest, AWakeUpIsFollowedAtOnce) {
  options_.poll_interval = absl::Hours(1);
  Replica one(*this, options_);
  one.dispatcher.Start();
  one.dispatcher.Wake();
  usleep(100'000);
  Open();
  one.dispatcher.Wake();
  EXPECT_TRUE(one.transport.WaitForSome());
  // Outcomes are written without being asked for, too.
  one.EndAll(Verdict::kAccepted);
  for (int i = 0; i < 100 && Count("delivery WHERE state = 3") < 2; ++i) usleep(10'000);
  EXPECT_EQ(Count("delivery WHERE state = 3"), 2);
  one.dispatcher.Stop(absl::ZeroDuration());
}

TEST_F(DispatcherTest, AMailServerThatFailsIsLeftAloneThenTriedOnce) {
  for (int i = 0; i < 10; ++i) Open();
  Replica one(*this, options_);
  Claim(one);
  // The fifth failure in a row opens the circuit; the rest is not begun.
  EXPECT_THAT(one.EndAll(Verdict::kTemporary, "smtp.connect.failed", true), SizeIs(5));
  while (*one.dispatcher.SettleOnce() > 0) {
  }
  EXPECT_EQ(Count("delivery WHERE attempt_count = 1"), 5);
  Pass(absl::Seconds(29));
  Claim(one);
  EXPECT_THAT(one.transport.waiting, IsEmpty());
  Pass(absl::Seconds(1));
  Claim(one);
  EXPECT_THAT(one.transport.waiting, SizeIs(1));
  EXPECT_THAT(one.EndAll(Verdict::kAccepted), SizeIs(1));
  Settle(one);
  Pass(absl::Minutes(1));
  Claim(one);
  EXPECT_THAT(one.transport.waiting, SizeIs(19));
}

TEST_F(DispatcherTest, AnEndpointThatHangsDoesNotKeepTheOthersWaiting) {
  const mamori::v1::WebhookEndpoint mute = CreateEndpoint("t");
  for (int i = 0; i < 200; ++i) EXPECT_THAT(Ingest({Opened()}), Each(IsOk()));
  const mamori::v1::WebhookEndpoint good = CreateEndpoint("other");
  Pass(absl::Seconds(1));  // due after all of those
  Open(mamori::v1::SEVERITY_LOW, "other");
  Replica one(*this, options_);
  for (int i = 0; i < 4; ++i) Claim(one);
  std::map<std::string, int> held;
  for (const Attempt& attempt : one.transport.waiting) ++held[attempt.receiver];
  EXPECT_EQ(held[good.name()], 1);
  EXPECT_EQ(held[mute.name()], options_.batch);
}

TEST_F(DispatcherTest, AWebhookIsSignedByBothKeysDuringARotation) {
  const mamori::v1::WebhookEndpoint endpoint = CreateEndpoint();
  v1::RotateWebhookSecretRequest rotate;
  rotate.set_request_id(NextRequestId());
  rotate.set_name(endpoint.name());
  const std::string fresh = webhooks_.Rotate(Call("Rotate"), rotate)->secret();
  Open();
  Replica one(*this, options_);
  Claim(one);
  const Attempt& attempt = one.transport.waiting.back();
  ASSERT_EQ(attempt.channel, mamori::v1::DELIVERY_CHANNEL_WEBHOOK);
  EXPECT_EQ(attempt.url, "https://hooks.example/x");
  EXPECT_EQ(attempt.headers.signature,
            SignWebhook({*WebhookKey(fresh), *WebhookKey(endpoint.secret())}, attempt.headers.id,
                        clock_.Now(), attempt.body)
                .signature);
  EXPECT_THAT(attempt.body, HasSubstr("\"id\":\"" + attempt.headers.id + "\""));
}

TEST_F(DispatcherTest, DeliveriesOfADeletedEndpointAreDeadOfADisabledOneWait) {
  const mamori::v1::WebhookEndpoint deleted = CreateEndpoint();
  mamori::v1::WebhookEndpoint disabled = CreateEndpoint();
  Open();
  v1::DeleteWebhookEndpointRequest remove;
  remove.set_request_id(NextRequestId());
  remove.set_name(deleted.name());
  ASSERT_THAT(webhooks_.Delete(Call("Delete"), remove), IsOk());
  v1::UpdateWebhookEndpointRequest update;
  update.set_request_id(NextRequestId());
  disabled.set_disabled(true);
  *update.mutable_webhook_endpoint() = disabled;
  ASSERT_THAT(webhooks_.Update(Call("Update"), update), IsOk());
  Replica one(*this, options_);
  Claim(one);
  one.EndAll(Verdict::kAccepted);  // the mails
  Settle(one);
  EXPECT_EQ(Count("delivery WHERE channel = 2 AND state = 5 AND last_error = 'endpoint.deleted'"),
            1);
  EXPECT_EQ(Count("delivery WHERE channel = 2 AND state = 1 AND attempt_count = 0"), 1);
  EXPECT_EQ(Count("outbox WHERE 1"), 3);
}

TEST_F(DispatcherTest, CountsDeadLettersByChannelAndState) {
  Counters counters;
  Replica one(*this, options_, counters);
  for (const Verdict verdict : {Verdict::kPermanent, Verdict::kUnknown, Verdict::kTemporary}) {
    Open(mamori::v1::SEVERITY_CRITICAL);  // two normal ones and a page, which would go out again
    Claim(one);
    one.EndAll(verdict, "smtp.550");
  }
  EXPECT_THAT(counters.DeadLetters(),
              ::testing::UnorderedElementsAre(::testing::Pair("mail dead", 3),
                                              ::testing::Pair("mail unknown", 2)));
  // A service that has just begun shows all that there can be.
  one.dispatcher.Start();
  one.dispatcher.Stop(absl::ZeroDuration());
  EXPECT_THAT(counters.DeadLetters(), SizeIs(4));
}

TEST_F(DispatcherTest, StoppingBesideADatabaseThatHangsEndsWithTheGrace) {
  Open(mamori::v1::SEVERITY_CRITICAL);
  testing::TcpGate gate(database_.options().host, database_.options().port);
  db::PoolOptions pool_options = database_.options();
  pool_options.port = gate.port();
  pool_options.connect_timeout = pool_options.statement_timeout = absl::Seconds(1);
  const auto pool = db::Pool::Create(pool_options);
  const time::SystemClock clock;
  time::SystemSleeper sleeper;
  db::Transactor transactor(*pool, clock, sleeper);
  SqlDispatchStore store(transactor, clock, ids_, journal_);
  HeldTransport transport;
  const AttemptBuilder builder({"https://desk.example/{case}", "m@acme.example", "m.example"},
                               secrets_);
  Dispatcher stopped(
      {store, policies_, transport, builder, clock, ids_, telemetry_, [] {}, access_}, options_);
  stopped.Start();
  stopped.Wake();
  ASSERT_TRUE(transport.WaitForSome());
  gate.Hang();
  for (const Attempt& attempt : transport.waiting) {
    EXPECT_TRUE(stopped.Begins(attempt.ticket));
    Outcome accepted;
    accepted.verdict = Verdict::kAccepted;
    stopped.Ended(attempt.ticket, accepted);
  }
  const absl::Duration begin = clock.Monotonic();
  stopped.Stop(absl::Seconds(2));
  // A statement that has begun is waited for: 3 s, and 1 s for another connection.
  EXPECT_LT(clock.Monotonic() - begin, absl::Seconds(7));
  gate.Close();
  // What the cut sessions still hold would be skipped below: this waits for it.
  database_.Query("SELECT delivery_id FROM delivery FOR UPDATE");
  // What could not be written is neither lost nor sent twice: it is an unknown outcome.
  EXPECT_EQ(Count("delivery WHERE state = 2"), 3);
  Replica next(*this, options_);
  Claim(next);
  EXPECT_THAT(next.transport.waiting, IsEmpty());
  Pass(options_.lease);
  Claim(next);
  Settle(next);
  EXPECT_EQ(Count("delivery WHERE state = 4 AND urgency = 1 AND last_error = 'attempt.lost'"), 2);
  EXPECT_EQ(Count("delivery WHERE state = 1 AND urgency = 3"), 1);
}

TEST_F(DispatcherTest, OutcomesThatCannotBeWrittenNowAreWrittenLater) {
  Open();
  Replica one(*this, options_);
  Claim(one);
  one.EndAll(Verdict::kAccepted);
  database_.Run(
      "CREATE TRIGGER full BEFORE INSERT ON outbox FOR EACH ROW"
      " SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213");
  clock_.Advance(-absl::Seconds(8));  // the transactions' time is over soon
  EXPECT_FALSE(one.dispatcher.SettleOnce().ok());
  EXPECT_EQ(Count("delivery WHERE state = 2"), 2);
  database_.Run("DROP TRIGGER full");
  clock_.Advance(absl::Seconds(8));
  EXPECT_THAT(one.dispatcher.SettleOnce(), IsOkAndHolds(2));
  EXPECT_EQ(Count("delivery WHERE state = 3"), 2);
}

// A full table, a missing grant: what was sent is known here and must not be sent again for it.
TEST_F(DispatcherTest, WhileOutcomesCannotBeWrittenNothingIsSentTwiceAndLittleAtAll) {
  Open(mamori::v1::SEVERITY_CRITICAL);
  Replica one(*this, options_);
  Claim(one);
  EXPECT_THAT(one.EndAll(Verdict::kAccepted), SizeIs(3));
  database_.Run(
      "CREATE TRIGGER full BEFORE INSERT ON outbox FOR EACH ROW"
      " SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1644");
  Open();
  for (int pass = 0; pass < 3; ++pass) {
    EXPECT_FALSE(one.dispatcher.SettleOnce().ok());
    Pass(options_.lease);
    clock_.Advance(absl::Seconds(2));
    Claim(one);
    EXPECT_THAT(one.transport.waiting, IsEmpty());
  }
  EXPECT_EQ(Count("delivery WHERE state = 2"), 3);
  database_.Run("DROP TRIGGER full");
  EXPECT_THAT(one.dispatcher.SettleOnce(), IsOkAndHolds(3));
  EXPECT_EQ(Count("delivery WHERE state = 3"), 3);
  Claim(one);
  EXPECT_THAT(one.EndAll(Verdict::kAccepted), SizeIs(2));
}

TEST_F(DispatcherTest, OneOutcomeThatCannotBeWrittenHoldsUpNoOther) {
  Open();
  const std::string bad =
      database_.Query("SELECT HEX(notification_id) FROM notification")[0].GetBytes(0);
  Open();
  Replica one(*this, options_);
  Claim(one);
  one.EndAll(Verdict::kAccepted);
  database_.Run("CREATE TRIGGER bad BEFORE INSERT ON outbox FOR EACH ROW IF NEW.subject_id = X'" +
                bad + "' THEN SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1644; END IF");
  EXPECT_THAT(one.dispatcher.SettleOnce(), IsOkAndHolds(4));
  EXPECT_EQ(Count("delivery WHERE state = 3"), 2);
  EXPECT_THAT(one.dispatcher.SettleOnce(), IsOkAndHolds(0));
  Open();
  Claim(one);
  EXPECT_THAT(one.transport.waiting, SizeIs(2)) << "and nothing stands still";
}

}  // namespace
}  // namespace mamori::notification
