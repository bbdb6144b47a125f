#include "services/notification/circuit.h"

#include <gtest/gtest.h>

namespace mamori::notification {
namespace {

constexpr char kEndpoint[] = "webhookEndpoints/a";
constexpr char kOther[] = "webhookEndpoints/b";

class CircuitTest : public ::testing::Test {
 protected:
  void Fail(int times) {
    for (int i = 0; i < times; ++i) circuits_.Failed(kEndpoint, now_);
  }

  CircuitBook circuits_{CircuitOptions{.failures = 3, .wait = absl::Seconds(30)}};
  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
};

TEST_F(CircuitTest, StaysClosedBelowTheLimit) {
  Fail(2);
  EXPECT_EQ(absl::ZeroDuration(), circuits_.Ask(kEndpoint, now_));
  EXPECT_EQ(0, circuits_.open(now_));
}

TEST_F(CircuitTest, OpensAtTheLimitForItsOwnEndpointAlone) {
  Fail(3);
  EXPECT_EQ(absl::Seconds(30), circuits_.Ask(kEndpoint, now_));
  EXPECT_EQ(absl::Seconds(10), circuits_.Ask(kEndpoint, now_ + absl::Seconds(20)));
  EXPECT_EQ(absl::ZeroDuration(), circuits_.Ask(kOther, now_));
  EXPECT_EQ(1, circuits_.open(now_));
}

TEST_F(CircuitTest, GivesOneTryAfterTheWait) {
  Fail(3);
  now_ += absl::Seconds(30);
  EXPECT_TRUE(circuits_.WouldAllow(kEndpoint, now_));
  EXPECT_EQ(absl::ZeroDuration(), circuits_.Ask(kEndpoint, now_));
  EXPECT_FALSE(circuits_.WouldAllow(kEndpoint, now_));
  EXPECT_EQ(absl::Seconds(30), circuits_.Ask(kEndpoint, now_));
  // A try that never reports does not keep it shut for good.
  EXPECT_EQ(absl::ZeroDuration(), circuits_.Ask(kEndpoint, now_ + absl::Seconds(30)));
}

TEST_F(CircuitTest, ClosesWhenTheTrySucceeds) {
  Fail(3);
  now_ += absl::Seconds(30);
  circuits_.Ask(kEndpoint, now_);
  circuits_.Succeeded(kEndpoint);
  EXPECT_EQ(absl::ZeroDuration(), circuits_.Ask(kEndpoint, now_));
  Fail(2);
  EXPECT_EQ(absl::ZeroDuration(), circuits_.Ask(kEndpoint, now_));
}

TEST_F(CircuitTest, ShutsAgainWhenTheTryFails) {
  Fail(3);
  now_ += absl::Seconds(30);
  circuits_.Ask(kEndpoint, now_);
  now_ += absl::Seconds(5);
  Fail(1);
  EXPECT_EQ(absl::Seconds(30), circuits_.Ask(kEndpoint, now_));
}

TEST_F(CircuitTest, CountsFailuresInARowOnly) {
  Fail(2);
  circuits_.Succeeded(kEndpoint);
  Fail(2);
  EXPECT_EQ(absl::ZeroDuration(), circuits_.Ask(kEndpoint, now_));
}

}  // namespace
}  // namespace mamori::notification
