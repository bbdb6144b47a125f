#include "services/notification/retry.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mamori::notification {
namespace {

struct ClassifyCase {
  const char* name;
  AttemptFacts facts;
  Verdict verdict;
  const char* error;
  bool endpoint_failed;
};

AttemptFacts Facts(Break broke, int code = 0, bool sent = false) {
  AttemptFacts facts;
  facts.broke = broke;
  facts.code = code;
  facts.sent = sent;
  return facts;
}

void ExpectOutcome(const ClassifyCase& want, const Outcome& got) {
  SCOPED_TRACE(want.name);
  EXPECT_EQ(want.verdict, got.verdict);
  EXPECT_EQ(want.error, got.error);
  EXPECT_EQ(want.endpoint_failed, got.endpoint_failed);
}

TEST(ClassifyMail, SaysWhatEachEndMeans) {
  const std::vector<ClassifyCase> cases = {
      {"taken", Facts(Break::kNone, 250), Verdict::kAccepted, "", false},
      {"not now", Facts(Break::kDropped, 451), Verdict::kTemporary, "smtp.451", false},
      {"never", Facts(Break::kDropped, 550), Verdict::kPermanent, "smtp.550", false},
      {"refused after the message", Facts(Break::kOther, 554), Verdict::kPermanent, "smtp.554",
       false},
      {"the server goes away", Facts(Break::kDropped, 421), Verdict::kTemporary, "smtp.421", true},
      {"it wants TLS", Facts(Break::kDropped, 530), Verdict::kTemporary, "smtp.530", true},
      {"our login", Facts(Break::kLogin, 535), Verdict::kTemporary, "smtp.535", true},
      {"no TLS offered, whatever was said", Facts(Break::kTls, 500), Verdict::kTemporary,
       "smtp.500", true},
      {"no connection", Facts(Break::kConnect), Verdict::kTemporary, "smtp.connect.failed", true},
      {"no name", Facts(Break::kResolve), Verdict::kTemporary, "smtp.resolve.failed", true},
      {"lost before the message", Facts(Break::kDropped, 250), Verdict::kTemporary,
       "smtp.connection.lost", true},
      {"lost while it may have been read", Facts(Break::kDropped, 354), Verdict::kUnknown,
       "smtp.connection.lost", true},
      {"mute after the message", Facts(Break::kTimeout, 354), Verdict::kUnknown, "smtp.timeout",
       true},
  };
  for (const ClassifyCase& want : cases) ExpectOutcome(want, ClassifyMail(want.facts));
}

TEST(ClassifyWebhook, SaysWhatEachEndMeans) {
  const std::vector<ClassifyCase> cases = {
      {"taken", Facts(Break::kNone, 204, true), Verdict::kAccepted, "", false},
      {"taken, the rest lost", Facts(Break::kDropped, 200, true), Verdict::kAccepted, "", false},
      {"elsewhere", Facts(Break::kNone, 302, true), Verdict::kTemporary, "http.302", true},
      {"wrong", Facts(Break::kNone, 400, true), Verdict::kTemporary, "http.400", false},
      {"another key", Facts(Break::kNone, 401, true), Verdict::kTemporary, "http.401", true},
      {"another path", Facts(Break::kNone, 404, true), Verdict::kTemporary, "http.404", true},
      {"too large", Facts(Break::kNone, 413, true), Verdict::kTemporary, "http.413", false},
      {"gone", Facts(Break::kNone, 410, true), Verdict::kPermanent, "http.410", false},
      {"slow", Facts(Break::kNone, 408, true), Verdict::kTemporary, "http.408", false},
      {"too many", Facts(Break::kNone, 429, true), Verdict::kTemporary, "http.429", true},
      {"broken", Facts(Break::kNone, 500, true), Verdict::kTemporary, "http.500", true},
      {"refused", Facts(Break::kConnect), Verdict::kTemporary, "connect.failed", true},
      {"untrusted", Facts(Break::kTls), Verdict::kTemporary, "tls.failed", true},
      {"private target", Facts(Break::kTargetRefused), Verdict::kPermanent, "target.refused", true},
      {"mute before the request", Facts(Break::kTimeout), Verdict::kTemporary, "timeout", true},
      {"mute after it", Facts(Break::kTimeout, 0, true), Verdict::kUnknown, "timeout", true},
      {"closed after it", Facts(Break::kDropped, 0, true), Verdict::kUnknown, "connection.lost",
       true},
  };
  for (const ClassifyCase& want : cases) ExpectOutcome(want, ClassifyWebhook(want.facts));
}

mamori::v1::Policy PolicyOf(mamori::v1::UnknownOutcome unknown) {
  mamori::v1::Policy policy;
  policy.mutable_delivery_retry()->mutable_initial_backoff()->set_seconds(2);
  policy.mutable_delivery_retry()->mutable_max_backoff()->set_seconds(60);
  policy.mutable_delivery_retry()->set_max_attempts(5);
  policy.set_unknown_outcome(unknown);
  return policy;
}

TEST(Backoff, DoublesItsBoundUpToThePolicys) {
  const mamori::v1::Policy policy = PolicyOf(mamori::v1::UNKNOWN_OUTCOME_RESEND);
  const std::vector<std::pair<int, int>> bounds = {{1, 2},  {2, 4},  {3, 8},    {5, 32},
                                                   {6, 60}, {7, 60}, {1000, 60}};
  for (const auto& [attempts, seconds] : bounds) {
    EXPECT_EQ(absl::Seconds(seconds) * 0.5, Backoff(policy.delivery_retry(), attempts, 0.5));
    EXPECT_EQ(absl::ZeroDuration(), Backoff(policy.delivery_retry(), attempts, 0));
  }
}

TEST(ParseRetryAfter, TakesSecondsAndDatesWithinBounds) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);  // Fri, 15 Jan 2027 08:00:00 GMT
  EXPECT_EQ(absl::Seconds(7), ParseRetryAfter("7", now));
  EXPECT_EQ(absl::Seconds(7), ParseRetryAfter("  7 ", now));
  EXPECT_EQ(absl::Seconds(30), ParseRetryAfter("Fri, 15 Jan 2027 08:00:30 GMT", now));
  EXPECT_EQ(absl::ZeroDuration(), ParseRetryAfter("Fri, 15 Jan 2027 07:00:30 GMT", now));
  EXPECT_EQ(absl::ZeroDuration(), ParseRetryAfter("-5", now));
  EXPECT_EQ(absl::ZeroDuration(), ParseRetryAfter("soon", now));
  EXPECT_EQ(absl::ZeroDuration(), ParseRetryAfter("", now));
  EXPECT_EQ(kMaxRetryAfter, ParseRetryAfter("86400", now));
  EXPECT_EQ(kMaxRetryAfter, ParseRetryAfter("99999999999999999999999", now));
  EXPECT_EQ(kMaxRetryAfter, ParseRetryAfter("Fri, 15 Jan 2077 08:00:30 GMT", now));
}

struct DecideCase {
  const char* name;
  Verdict verdict;
  mamori::v1::UnknownOutcome unknown;
  mamori::v1::Urgency urgency;
  int attempts;
  mamori::v1::DeliveryState state;
};

TEST(Decide, FollowsThePolicy) {
  using namespace mamori::v1;
  const std::vector<DecideCase> cases = {
      {"accepted", Verdict::kAccepted, UNKNOWN_OUTCOME_RESEND, URGENCY_NORMAL, 1,
       DELIVERY_STATE_SENT},
      {"accepted at last", Verdict::kAccepted, UNKNOWN_OUTCOME_RESEND, URGENCY_NORMAL, 5,
       DELIVERY_STATE_SENT},
      {"refused", Verdict::kPermanent, UNKNOWN_OUTCOME_RESEND, URGENCY_PAGE, 1,
       DELIVERY_STATE_DEAD},
      {"again", Verdict::kTemporary, UNKNOWN_OUTCOME_RESEND, URGENCY_NORMAL, 4,
       DELIVERY_STATE_PENDING},
      {"often enough", Verdict::kTemporary, UNKNOWN_OUTCOME_RESEND, URGENCY_NORMAL, 5,
       DELIVERY_STATE_DEAD},
      {"unknown, sent again", Verdict::kUnknown, UNKNOWN_OUTCOME_RESEND, URGENCY_NORMAL, 1,
       DELIVERY_STATE_PENDING},
      {"unknown at last", Verdict::kUnknown, UNKNOWN_OUTCOME_RESEND, URGENCY_PAGE, 5,
       DELIVERY_STATE_UNKNOWN},
      {"unknown, not urgent", Verdict::kUnknown, UNKNOWN_OUTCOME_RESEND_URGENT, URGENCY_NORMAL, 1,
       DELIVERY_STATE_UNKNOWN},
      {"unknown, the same day", Verdict::kUnknown, UNKNOWN_OUTCOME_RESEND_URGENT, URGENCY_HIGH, 1,
       DELIVERY_STATE_PENDING},
      {"unknown, at once", Verdict::kUnknown, UNKNOWN_OUTCOME_RESEND_URGENT, URGENCY_PAGE, 1,
       DELIVERY_STATE_PENDING},
  };
  for (const DecideCase& want : cases) {
    SCOPED_TRACE(want.name);
    Outcome outcome;
    outcome.verdict = want.verdict;
    EXPECT_EQ(want.state,
              Decide(PolicyOf(want.unknown), want.urgency, want.attempts, outcome, 0.5).state);
  }
}

TEST(Decide, WaitsAsLongAsTheReceiverAsksAndNoLessThanTheBackoff) {
  const mamori::v1::Policy policy = PolicyOf(mamori::v1::UNKNOWN_OUTCOME_RESEND);
  Outcome outcome;
  outcome.verdict = Verdict::kTemporary;
  outcome.retry_after = absl::Seconds(40);
  EXPECT_EQ(absl::Seconds(40), Decide(policy, mamori::v1::URGENCY_PAGE, 1, outcome, 0.9).wait);
  outcome.retry_after = absl::Milliseconds(1);
  EXPECT_EQ(absl::Seconds(1), Decide(policy, mamori::v1::URGENCY_PAGE, 1, outcome, 0.5).wait);
}

}  // namespace
}  // namespace mamori::notification
