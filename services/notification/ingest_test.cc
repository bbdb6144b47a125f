#include "services/notification/ingest.h"

#include <string>
#include <thread>
#include <vector>

#include "services/notification/identity.h"
#include "services/notification/test_notification_fixture.h"

namespace mamori::notification {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;

class IngestTest : public NotificationFixture {};

TEST_F(IngestTest, AnEventMakesExactlyTheDeliveriesThatPolicySays) {
  const mamori::v1::WebhookEndpoint endpoint = CreateEndpoint();
  CreateEndpoint("t", "case.assigned");  // does not want this one
  CreateEndpoint("other");
  const mamori::v1::Event event = Open(mamori::v1::SEVERITY_CRITICAL);
  // page to the lead, desk to two, one webhook.
  EXPECT_EQ(Count("notification"), 3);
  EXPECT_EQ(Count("delivery"), 4);
  EXPECT_EQ(Count("timer"), 1);
  const id::Id page = NotificationId(event.event_id(), "page");
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM delivery WHERE delivery_id = ? AND urgency = 3",
                             db::Params().Add(DeliveryId(page, 0, mamori::v1::DELIVERY_CHANNEL_MAIL,
                                                         "lead@acme.example"))),
            1);
  // The webhook is as urgent as the most urgent mail.
  EXPECT_EQ(database_.Number(
                "SELECT COUNT(*) FROM delivery WHERE channel = 2 AND urgency = 3 AND receiver = ?",
                db::Params().Add(endpoint.name())),
            1);
  EXPECT_EQ(wakes_, 1);
}

TEST_F(IngestTest, AnEventDeliveredAgainHasNoSecondEffect) {
  const mamori::v1::Event event = Opened();
  EXPECT_THAT(Ingest({event, event}), Each(IsOk()));
  EXPECT_THAT(Ingest({event}), Each(IsOk()));
  EXPECT_EQ(Count("notification"), 1);
  EXPECT_EQ(Count("delivery"), 2);
}

TEST_F(IngestTest, TwoReplicasGivenTheSameBatchMakeEachDeliveryOnce) {
  std::vector<mamori::v1::Event> events;
  for (int i = 0; i < 50; ++i) events.push_back(Opened());
  std::thread other([&] {
    SqlIngestStore store(database_.transactor(), ids_, journal_);
    Ingestor second(store, policies_, policy_, clock_, ids_, [] {});
    v1::IngestEventsRequest request;
    for (const mamori::v1::Event& event : events) *request.add_events() = event;
    EXPECT_THAT(second.Ingest(Call("IngestEvents", ""), request), IsOk());
  });
  Ingest(events);
  other.join();
  // Who lost a race is told to come again, and then it is settled.
  EXPECT_THAT(Ingest(events), Each(IsOk()));
  EXPECT_EQ(Count("delivery"), 100);
  EXPECT_EQ(Count("notification"), 50);
}

TEST_F(IngestTest, AGapWaitsForWhatIsMissing) {
  const mamori::v1::Event first = Opened();
  const mamori::v1::Event second = Assigned(first, 2);
  const mamori::v1::Event third = Assigned(first, 3);
  EXPECT_THAT(Ingest({first, third}),
              ElementsAre(IsOk(), HasReason(mamori::v1::ERROR_REASON_EVENT_GAP)));
  EXPECT_THAT(Ingest({second, third}), Each(IsOk()));
  EXPECT_EQ(database_.Number("SELECT last_sequence FROM inbox"), 3);
}

TEST_F(IngestTest, APolicyNobodyKnowsYetIsWaitedForAndNeverReplaced) {
  mamori::v1::Event event = Opened();
  const auto newer = TestPolicy("newer");
  event.mutable_case_opened()->set_policy_digest(newer->digest);
  const mamori::v1::Event neighbour = Opened();
  EXPECT_THAT(Ingest({event, Assigned(event, 2), neighbour}),
              ElementsAre(HasReason(mamori::v1::ERROR_REASON_POLICY_UNKNOWN),
                          HasReason(mamori::v1::ERROR_REASON_EVENT_GAP), IsOk()));
  EXPECT_EQ(Count("notification"), 1);
  EXPECT_EQ(Count("inbox"), 1);  // the neighbour's
  // A replica with the newer file has come.
  ASSERT_THAT(policy_store_.Put(*newer), IsOk());
  EXPECT_THAT(Ingest({event, Assigned(event, 2)}), Each(IsOk()));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM notification WHERE policy_digest = ?",
                             db::Params().Add(absl::HexStringToBytes(newer->digest))),
            1);
}

TEST_F(IngestTest, OneBadEventFailsAlone) {
  std::vector<mamori::v1::Event> events;
  for (int i = 0; i < 20; ++i) events.push_back(Opened());
  events[13].mutable_case_opened()->set_company("poison");
  database_.Run(
      "CREATE TRIGGER poison BEFORE INSERT ON notification FOR EACH ROW"
      " IF NEW.company = 'poison' THEN SIGNAL SQLSTATE '45000'; END IF");
  const auto statuses = Ingest(events);
  ASSERT_EQ(statuses.size(), 20u);
  for (size_t i = 0; i < statuses.size(); ++i) EXPECT_EQ(statuses[i].ok(), i != 13) << i;
  EXPECT_EQ(Count("notification"), 19);
  EXPECT_EQ(Count("inbox"), 19);
  database_.Run("DROP TRIGGER poison");
  EXPECT_THAT(Ingest(events), Each(IsOk()));
  EXPECT_EQ(Count("notification"), 20);
}

TEST_F(IngestTest, WhatIsMalformedIsRefusedForGood) {
  mamori::v1::Event lying = Opened();
  lying.set_source("intake");
  EXPECT_THAT(Ingest({lying, Opened()}),
              ElementsAre(StatusIs(absl::StatusCode::kInvalidArgument), IsOk()));
}

TEST_F(IngestTest, AConsultationReachesNoWebhook) {
  CreateEndpoint();
  mamori::v1::Event event = Opened();
  event.mutable_case_opened()->set_report_kind(mamori::v1::REPORT_KIND_CONSULTATION);
  event.mutable_case_opened()->set_state(mamori::v1::CASE_STATE_CONSULTING);
  EXPECT_THAT(Ingest({event}), Each(IsOk()));
  EXPECT_EQ(Count("delivery"), 0);  // this policy has no desk for it
}

}  // namespace
}  // namespace mamori::notification
