#include "services/notification/webhook_transport.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "services/notification/test_transport_fixture.h"

namespace mamori::notification {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class WebhookTransportTest : public TransportFixture {};

TEST_F(WebhookTransportTest, AWebhookIsPostedAsTheSpecificationSays) {
  EXPECT_EQ(SendHook("ok").verdict, Verdict::kAccepted) << recorder_.Wait(1).error;
  const std::vector<std::string> hooks = receivers->News();
  ASSERT_THAT(hooks, SizeIs(1));
  for (const char* part :
       {"\"path\": \"/ok\"", "\"webhook-id\": \"d1\"", "\"webhook-timestamp\": \"1731705121\"",
        "\"webhook-signature\": \"v1,c2lnbmF0dXJl\"",
        "\"content-type\": \"application/cloudevents+json; charset=UTF-8\"",
        "\"body\": \"{\\\"specversion\\\":\\\"1.0\\\"}\""}) {
    EXPECT_THAT(hooks[0], HasSubstr(part));
  }
}

TEST_F(WebhookTransportTest, WhatAReceiverSaysIsUnderstood) {
  const struct {
    const char* path;
    Verdict verdict;
    const char* error;
    absl::Duration retry_after;
  } rows[] = {
      {"busy", Verdict::kTemporary, "http.429", absl::Seconds(7)},
      {"broken", Verdict::kTemporary, "http.500", absl::ZeroDuration()},
      {"hang", Verdict::kUnknown, "timeout", absl::ZeroDuration()},
      {"close", Verdict::kUnknown, "connection.lost", absl::ZeroDuration()},
      {"away", Verdict::kTemporary, "http.302", absl::ZeroDuration()},
  };
  auto transport = Started<WebhookTransport>(webhook_);
  uint64_t ticket = 0;
  for (const auto& row : rows) transport->Send({Hook(++ticket, row.path)});
  ticket = 0;
  for (const auto& row : rows) {
    const Outcome outcome = recorder_.Wait(++ticket);
    EXPECT_EQ(outcome.verdict, row.verdict) << row.path;
    EXPECT_EQ(outcome.error, row.error) << row.path;
    EXPECT_EQ(outcome.retry_after, row.retry_after) << row.path;
  }
  // The redirect was not followed.
  for (const std::string& hook : receivers->News()) EXPECT_THAT(hook, Not(HasSubstr("/ok\"")));
}

TEST_F(WebhookTransportTest, AReceiverPutsUsOffWithinReason) {
  webhook_.timeout = absl::Seconds(10);
  auto transport = Started<WebhookTransport>(webhook_);
  const std::pair<const char*, absl::Duration> rows[] = {{"tomorrow", kMaxRetryAfter},
                                                         {"past", absl::ZeroDuration()},
                                                         {"endless", kMaxRetryAfter},
                                                         {"negative", absl::ZeroDuration()}};
  uint64_t ticket = 0;
  for (const auto& [path, want] : rows) {
    transport->Send({Hook(++ticket, path)});
    EXPECT_EQ(recorder_.Wait(ticket).error, "http.503") << path;
    EXPECT_EQ(recorder_.Wait(ticket).retry_after, want) << path;
  }
}

TEST_F(WebhookTransportTest, NoNameLeadsToAPrivateAddress) {
  webhook_.addresses = AddressPolicy();
  auto transport = Started<WebhookTransport>(webhook_);
  uint64_t ticket = 0;
  for (const char* host : {"localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::1]",
                           "[::ffff:127.0.0.1]"}) {
    transport->Send({Hook(++ticket, "ok", host)});
    const Outcome outcome = recorder_.Wait(ticket);
    EXPECT_EQ(outcome.verdict, Verdict::kPermanent) << host;
    EXPECT_EQ(outcome.error, "target.refused") << host;
  }
  EXPECT_THAT(receivers->News(), IsEmpty());
}

TEST_F(WebhookTransportTest, AReceiverThatCannotBeTrustedGetsNothing) {
  webhook_.extra_ca_file.clear();
  const Outcome outcome = SendHook("ok");
  EXPECT_EQ(outcome.verdict, Verdict::kTemporary);
  EXPECT_EQ(outcome.error, "tls.failed");
  EXPECT_THAT(receivers->News(), IsEmpty());
}

TEST_F(WebhookTransportTest, AReceiverThatHangsLeavesConnectionsToTheOthers) {
  auto transport = Started<WebhookTransport>(webhook_);
  std::vector<Attempt> attempts;
  for (uint64_t ticket = 1; ticket <= 20; ++ticket) attempts.push_back(Hook(ticket, "hang"));
  attempts.push_back(Hook(21, "ok"));
  transport->Send(std::move(attempts));
  EXPECT_EQ(recorder_.Wait(21).verdict, Verdict::kAccepted);
  EXPECT_LT(recorder_.Took(21), absl::Milliseconds(800));
  EXPECT_EQ(recorder_.ended(), 1u);
  transport->Stop(absl::ZeroDuration());
}

}  // namespace
}  // namespace mamori::notification
