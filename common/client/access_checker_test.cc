#include "common/client/access_checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "common/testing/matchers.h"

namespace mamori::client {
namespace {

using ::testing::ElementsAre;

class AccessCheckerTest : public ::testing::Test {
 protected:
  // What triage says.
  grpc::Status Answer(const triage::v1::CheckAccessRequest& request,
                      triage::v1::CheckAccessResponse* response) {
    ++calls_;
    most_ = std::max(most_, request.questions_size());
    if (!fault_.ok()) return fault_;
    for (const auto& question : request.questions()) {
      auto& answer = *response->add_answers();
      answer.set_allowed(may_.contains(question.resource()));
      answer.set_no_case(question.resource() == "none");
    }
    if (short_) response->mutable_answers()->RemoveLast();
    return grpc::Status::OK;
  }
  absl::StatusOr<std::vector<Access>> Check(const std::vector<std::string>& resources,
                                            const std::string& role = "desk",
                                            const std::string& tenant = "t") {
    server::CallContext call;
    call.tenant = tenant;
    call.person = "p";
    call.roles = {role};
    std::vector<triage::v1::AccessQuestion> questions;
    for (const auto& resource : resources) questions.push_back(QuestionOf(call, resource));
    return checker_.Check(questions, clock_.Now() + absl::Seconds(1));
  }

  time::FakeClock clock_;
  TriageAccessChecker checker_{[this](grpc::ClientContext*, const auto& request, auto* response) {
                                 return Answer(request, response);
                               },
                               clock_};
  std::set<std::string> may_ = {"a"};
  grpc::Status fault_;
  bool short_ = false;
  int calls_ = 0;
  int most_ = 0;
};

TEST_F(AccessCheckerTest, AnswersInTheOrderOfTheQuestions) {
  EXPECT_THAT(*Check({"b", "a", "none"}),
              ElementsAre(Access::kDenied, Access::kAllowed, Access::kNoCase));
  EXPECT_THAT(*Check({}), ElementsAre());
}

TEST_F(AccessCheckerTest, AnAllowIsKeptForFiveSecondsAndADenyNotAtAll) {
  EXPECT_THAT(*Check({"a", "b"}), ElementsAre(Access::kAllowed, Access::kDenied));
  may_ = {"b"};
  clock_.Advance(kKeepAllowed - absl::Milliseconds(1));
  EXPECT_THAT(*Check({"a", "b"}), ElementsAre(Access::kAllowed, Access::kAllowed));
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(*Check({"a", "b"}), ElementsAre(Access::kDenied, Access::kAllowed));
}

TEST_F(AccessCheckerTest, AnAllowIsThisPersonsWithTheseRolesInThisTenant) {
  EXPECT_THAT(*Check({"a"}), ElementsAre(Access::kAllowed));
  may_.clear();
  EXPECT_THAT(*Check({"a"}, "lawyer"), ElementsAre(Access::kDenied));
  EXPECT_THAT(*Check({"a"}, "desk", "u"), ElementsAre(Access::kDenied));
}

TEST_F(AccessCheckerTest, AFailureIsUnavailableAndNotRemembered) {
  EXPECT_THAT(*Check({"a"}), ElementsAre(Access::kAllowed));
  for (const auto code : {grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::PERMISSION_DENIED,
                          grpc::StatusCode::INTERNAL}) {
    fault_ = grpc::Status(code, "x");
    EXPECT_THAT(Check({"a", "b"}),
                testing::HasReason(mamori::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE));
  }
  fault_ = grpc::Status::OK;
  short_ = true;
  EXPECT_THAT(Check({"b"}), testing::StatusIs(absl::StatusCode::kUnavailable));
  short_ = false;
  EXPECT_THAT(*Check({"b"}), ElementsAre(Access::kDenied));
}

TEST_F(AccessCheckerTest, ManyQuestionsGoInCallsThatTriageTakes) {
  std::vector<std::string> names;
  for (int i = 0; i < 1201; ++i) names.push_back(absl::StrCat("r", i));
  may_ = {"r0", "r500", "r1200"};
  const auto answers = Check(names);
  ASSERT_THAT(answers, testing::IsOk());
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ((*answers)[i] == Access::kAllowed, may_.contains(names[i])) << i;
  }
  EXPECT_EQ(calls_, 3);
  EXPECT_EQ(most_, 500);
}

}  // namespace
}  // namespace mamori::client
