#include <gmock/gmock.h>

#include <map>
#include <string>

#include "services/notification/test_dispatcher.h"

namespace mamori::notification {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Of two receivers one may not be told: nothing goes out to him, and it is stated why.
TEST_F(DispatcherTest, WhoMayNotBeToldIsNot) {
  const mamori::v1::Event opened = Open();
  Replica one(*this, options_);
  checker_.set_rule([&](const triage::v1::AccessQuestion& question) {
    EXPECT_EQ(question.action(), triage::v1::ACCESS_ACTION_NOTICE);
    EXPECT_EQ(question.tenant(), "t");
    EXPECT_EQ(question.resource(), id::Name("cases", opened.subject_id()));
    return question.person() == "cho" ? client::Access::kDenied : client::Access::kAllowed;
  });
  Claim(one);
  ASSERT_THAT(one.transport.waiting, SizeIs(1));
  EXPECT_EQ(one.transport.waiting.front().receiver, "a@acme.example");
  EXPECT_THAT(one.EndAll(Verdict::kAccepted), SizeIs(1));
  Settle(one);
  EXPECT_EQ(Count("delivery WHERE state = 6 AND receiver = 'b@acme.example' AND attempt_count = 0"
                  " AND last_error = 'access.denied'"),
            1);
  EXPECT_EQ(Count("delivery WHERE state = 3"), 1);
  EXPECT_EQ(Count("outbox"), 1);       // the case's members are told of what was sent alone
  EXPECT_EQ(Count("audit_entry"), 1);  // of the notification
  Claim(one);
  EXPECT_THAT(one.transport.waiting, IsEmpty());
  // Each reader was asked for, with what the policy says of them.
  std::map<std::string, triage::v1::AccessQuestion> asked;
  for (const auto& question : checker_.asked()) asked[question.person()] = question;
  ASSERT_THAT(asked, SizeIs(3));
  EXPECT_EQ(asked["ann"].department(), "care");
  EXPECT_THAT(asked["cho"].roles(), ::testing::ElementsAre("first_reader"));
}

TEST_F(DispatcherTest, NobodyIsToldWhileItCannotBeKnownWhoMay) {
  Open();
  Replica one(*this, options_);
  checker_.set_fault(absl::UnavailableError("away"));
  EXPECT_FALSE(one.dispatcher.ClaimOnce().ok());
  EXPECT_THAT(one.transport.waiting, IsEmpty());
  Settle(one);
  EXPECT_EQ(Count("delivery WHERE state = 1 AND attempt_count = 0"), 2);
  checker_.set_fault(absl::OkStatus());
  Pass(absl::Seconds(2));
  Claim(one);
  EXPECT_THAT(one.EndAll(Verdict::kAccepted), SizeIs(2));
}

// What waits for its turn longer than an answer is good for is asked about anew.
TEST_F(DispatcherTest, AnAnswerOfTriageIsGoodForFiveSeconds) {
  Open();
  Replica one(*this, options_);
  Claim(one);
  clock_.Advance(client::kKeepAllowed);
  EXPECT_THAT(one.EndAll(Verdict::kAccepted), IsEmpty());
  Settle(one);
  EXPECT_EQ(Count("delivery WHERE state = 1 AND attempt_count = 0"), 2);
  checker_.set_rule([](const auto&) { return client::Access::kDenied; });
  Claim(one);
  EXPECT_THAT(one.transport.waiting, IsEmpty());
  Settle(one);
  EXPECT_EQ(Count("delivery WHERE state = 6"), 2);
}

TEST_F(DispatcherTest, NobodyKnowsWhoReadsAWebhook) {
  CreateEndpoint();
  Open();
  checker_.set_rule([](const triage::v1::AccessQuestion& question) {
    return question.person().empty() ? client::Access::kDenied : client::Access::kAllowed;
  });
  Replica one(*this, options_);
  Claim(one);
  EXPECT_THAT(one.EndAll(Verdict::kAccepted), SizeIs(2));  // mails alone
  Settle(one);
  EXPECT_EQ(Count("delivery WHERE state = 6 AND channel = 2"), 1);
}

}  // namespace
}  // namespace mamori::notification
