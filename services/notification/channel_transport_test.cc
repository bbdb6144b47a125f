#include "services/notification/channel_transport.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "services/notification/test_transport_fixture.h"

namespace mamori::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class ChannelTransportTest : public TransportFixture {};

TEST_F(ChannelTransportTest, StoppingWaitsForTheGraceAndNoLonger) {
  mail_.timeout = absl::Seconds(20);
  webhook_.timeout = absl::Seconds(20);
  MailTransport mail(mail_, clock_);
  WebhookTransport hooks(webhook_, clock_);
  ChannelTransport both(mail, hooks);
  both.Start(recorder_);
  both.Send({Mail(1, "mute"), Hook(2, "hang"), Mail(3, "ok"), Hook(4, "ok")});
  recorder_.Wait(3);
  recorder_.Wait(4);
  const absl::Duration begin = clock_.Monotonic();
  both.Stop(absl::Milliseconds(400));
  const absl::Duration took = clock_.Monotonic() - begin;
  EXPECT_GE(took, absl::Milliseconds(400));
  EXPECT_LT(took, absl::Seconds(2));
  EXPECT_EQ(recorder_.Wait(1).verdict, Verdict::kUnknown);
  EXPECT_EQ(recorder_.Wait(2).verdict, Verdict::kUnknown);
}

TEST_F(ChannelTransportTest, WhatHasNotBegunCanBeWithdrawn) {
  mail_.max_connections = 1;
  webhook_.max_connections = 1;
  MailTransport mail(mail_, clock_);
  WebhookTransport hooks(webhook_, clock_);
  ChannelTransport both(mail, hooks);
  both.Start(recorder_);
  both.Send({Mail(1, "mute"), Hook(2, "hang")});
  usleep(200'000);
  both.Send({Mail(3, "ok"), Hook(4, "ok"), Mail(5, "ok"), Hook(6, "ok")});
  EXPECT_THAT(both.Withdraw(absl::Seconds(4)), ElementsAre(3, 4));
  EXPECT_THAT(both.Withdraw(absl::InfiniteDuration()), ElementsAre(5, 6));
  both.Stop(absl::ZeroDuration());
  EXPECT_EQ(recorder_.ended(), 2u);
  EXPECT_THAT(receivers->News(), SizeIs(1));  // the hanging one
}

TEST_F(ChannelTransportTest, WhatTheListenerRefusesIsNotSent) {
  recorder_.refused = {1, 2};
  MailTransport mail(mail_, clock_);
  WebhookTransport hooks(webhook_, clock_);
  ChannelTransport both(mail, hooks);
  both.Start(recorder_);
  both.Send({Mail(1, "ok"), Hook(2, "ok"), Mail(3, "ok"), Hook(4, "ok")});
  recorder_.Wait(3);
  recorder_.Wait(4);
  EXPECT_EQ(recorder_.ended(), 2u);
  EXPECT_THAT(receivers->News(), SizeIs(2));
}

TEST(EnqueueTest, TheUrgentGoFirstOthersInTheirOrder) {
  std::deque<Attempt> waiting;
  const auto add = [&](uint64_t ticket, mamori::v1::Urgency urgency) {
    Attempt attempt;
    attempt.ticket = ticket;
    attempt.urgency = urgency;
    Enqueue(waiting, {attempt});
  };
  add(1, mamori::v1::URGENCY_NORMAL);
  add(2, mamori::v1::URGENCY_PAGE);
  add(3, mamori::v1::URGENCY_NORMAL);
  add(4, mamori::v1::URGENCY_HIGH);
  add(5, mamori::v1::URGENCY_PAGE);
  std::vector<uint64_t> tickets;
  for (const Attempt& attempt : waiting) tickets.push_back(attempt.ticket);
  EXPECT_THAT(tickets, ElementsAre(2, 5, 4, 1, 3));
}

}  // namespace
}  // namespace mamori::notification
