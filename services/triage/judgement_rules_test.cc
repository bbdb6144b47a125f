#include "services/triage/judgement_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/testing/matchers.h"
#include "services/triage/closing_rules.h"

namespace mamori::triage {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;

v1::JudgeCaseRequest Harassment() {
  v1::JudgeCaseRequest request;
  request.set_request_id("request-1");
  request.set_name("cases/00000000000000000000000000");
  v1::Judgement& judgement = *request.mutable_judgement();
  judgement.set_verdict(v1::VERDICT_HARASSMENT);
  judgement.set_demand(v1::DEMAND_VALIDITY_NOT);
  judgement.set_demand_reason("r");
  judgement.set_means(v1::MEANS_ACCEPTABILITY_EXCESSIVE);
  judgement.set_means_reason("r");
  judgement.set_complaint_answer("a");
  judgement.set_accommodation(v1::ACCOMMODATION_REQUEST_NONE);
  judgement.add_categories("UNJUST_DEMAND");
  return request;
}

std::string Fault(const v1::JudgeCaseRequest& request) {
  return std::string(Validate(request).message());
}

// Every cell of the ministry's table, and every one with an axis left out.
TEST(JudgementRulesTest, HarassmentIsJudgedOnBothAxes) {
  struct Row {
    v1::DemandValidity demand;
    bool acceptable, excessive, unacceptable;
  };
  for (const Row& row : {Row{v1::DEMAND_VALIDITY_UNSPECIFIED, false, false, false},
                         Row{v1::DEMAND_VALIDITY_VALID, false, true, true},
                         Row{v1::DEMAND_VALIDITY_PARTLY, false, true, true},
                         Row{v1::DEMAND_VALIDITY_NOT, true, true, true}}) {
    EXPECT_FALSE(BearHarassment(row.demand, v1::MEANS_ACCEPTABILITY_UNSPECIFIED));
    EXPECT_EQ(BearHarassment(row.demand, v1::MEANS_ACCEPTABILITY_ACCEPTABLE), row.acceptable);
    EXPECT_EQ(BearHarassment(row.demand, v1::MEANS_ACCEPTABILITY_EXCESSIVE), row.excessive);
    EXPECT_EQ(BearHarassment(row.demand, v1::MEANS_ACCEPTABILITY_UNACCEPTABLE), row.unacceptable);
    for (int means = 0; means < v1::MeansAcceptability_ARRAYSIZE; ++means) {
      v1::JudgeCaseRequest request = Harassment();
      request.mutable_judgement()->set_demand(row.demand);
      request.mutable_judgement()->set_means(static_cast<v1::MeansAcceptability>(means));
      EXPECT_EQ(Validate(request).ok(),
                BearHarassment(row.demand, static_cast<v1::MeansAcceptability>(means)));
    }
  }
}

TEST(JudgementRulesTest, AVerdictOfHarassmentAnswersBothGuards) {
  EXPECT_THAT(Validate(Harassment()), IsOk());
  v1::JudgeCaseRequest request = Harassment();
  request.mutable_judgement()->clear_complaint_answer();
  EXPECT_THAT(Fault(request), HasSubstr("judgement.complaint_answer"));
  request = Harassment();
  request.mutable_judgement()->clear_accommodation();
  EXPECT_THAT(Fault(request), HasSubstr("judgement.accommodation"));
}

TEST(JudgementRulesTest, ARequestForAccommodationIsNoHarassment) {
  v1::JudgeCaseRequest request = Harassment();
  request.mutable_judgement()->set_accommodation(v1::ACCOMMODATION_REQUEST_MADE);
  EXPECT_THAT(Fault(request), HasSubstr("judgement.accommodation_answer"));
  request.mutable_judgement()->set_accommodation_answer("he hit the clerk");
  EXPECT_THAT(Fault(request), HasSubstr("judgement.means"));
  request.mutable_judgement()->set_means(v1::MEANS_ACCEPTABILITY_UNACCEPTABLE);
  EXPECT_THAT(Validate(request), IsOk());
}

TEST(JudgementRulesTest, RatingsHaveReasonsAndVerdictsTheirCategories) {
  v1::JudgeCaseRequest request = Harassment();
  request.mutable_judgement()->clear_demand_reason();
  EXPECT_THAT(Fault(request), HasSubstr("judgement.demand_reason"));
  request = Harassment();
  request.mutable_judgement()->clear_means_reason();
  EXPECT_THAT(Fault(request), HasSubstr("judgement.means_reason"));
  request = Harassment();
  request.mutable_judgement()->clear_categories();
  EXPECT_THAT(Fault(request), HasSubstr("judgement.categories"));
  request = Harassment();
  request.mutable_judgement()->set_verdict(v1::VERDICT_NO_HARASSMENT);
  EXPECT_THAT(Fault(request), HasSubstr("judgement.categories"));
  request.mutable_judgement()->clear_categories();
  EXPECT_THAT(Validate(request), IsOk());
  request.mutable_judgement()->clear_verdict();
  EXPECT_THAT(Fault(request), HasSubstr("judgement.verdict"));
}

TEST(JudgementRulesTest, ALegitimateComplaintHasNoUnacceptableMeans) {
  v1::JudgeCaseRequest request = Harassment();
  request.mutable_judgement()->clear_categories();
  request.mutable_judgement()->set_verdict(v1::VERDICT_LEGITIMATE_COMPLAINT);
  EXPECT_THAT(Validate(request), IsOk());
  request.mutable_judgement()->set_means(v1::MEANS_ACCEPTABILITY_UNACCEPTABLE);
  EXPECT_THAT(Fault(request), HasSubstr("judgement.verdict"));
}

TEST(ClosingRulesTest, EveryCombinationIsDecided) {
  for (int bits = 0; bits < 128; ++bits) {
    const ClosingFacts facts{.risk = (bits & 16) != 0,
                             .prevention = (bits & 1) != 0,
                             .no_prevention_reason = (bits & 2) != 0,
                             .judged = (bits & 32) != 0,
                             .harassment = (bits & 4) != 0,
                             .cared = (bits & 8) != 0,
                             .open_tasks = (bits & 64) != 0};
    std::vector<std::string> want;
    if ((bits & 16) == 0) want.emplace_back("risk");
    if ((bits & 3) == 0) want.emplace_back("prevention");
    // Judged to be no harassment, or cared for.
    if ((bits & 36) != 32 && (bits & 8) == 0) want.emplace_back("care");
    if ((bits & 64) != 0) want.emplace_back("tasks");
    EXPECT_EQ(MissingForClosing(facts), want);
  }
}

TEST(ClosingRulesTest, AWishEndsNoDutyOnceSomebodyLooksIntoIt) {
  using mamori::v1::CaseState;
  for (const CaseState state : {mamori::v1::CASE_STATE_CONSULTING, mamori::v1::CASE_STATE_RECEIVED,
                                mamori::v1::CASE_STATE_TRIAGED}) {
    EXPECT_FALSE(EndsLikeClosing(state, false)) << state;
    EXPECT_TRUE(EndsLikeClosing(state, true)) << state;
  }
  for (const CaseState state :
       {mamori::v1::CASE_STATE_INVESTIGATING, mamori::v1::CASE_STATE_DECIDING,
        mamori::v1::CASE_STATE_ACTING, mamori::v1::CASE_STATE_MONITORING}) {
    EXPECT_TRUE(EndsLikeClosing(state, false)) << state;
  }
}

TEST(ClosingRulesTest, NoStateFromThePolicysOnIsEnteredWithoutTheRisk) {
  mamori::v1::Policy policy;
  EXPECT_FALSE(NeedsRisk(policy, mamori::v1::CASE_STATE_TRIAGED));
  for (const auto state : {mamori::v1::CASE_STATE_INVESTIGATING, mamori::v1::CASE_STATE_DECIDING,
                           mamori::v1::CASE_STATE_ACTING, mamori::v1::CASE_STATE_MONITORING,
                           mamori::v1::CASE_STATE_CLOSED}) {
    EXPECT_TRUE(NeedsRisk(policy, state));
  }
  // Whoever withdraws is not kept waiting, and a consultation is opened at once.
  EXPECT_FALSE(NeedsRisk(policy, mamori::v1::CASE_STATE_WITHDRAWN));
  EXPECT_FALSE(NeedsRisk(policy, mamori::v1::CASE_STATE_RECEIVED));
  policy.set_risk_assessed_by(mamori::v1::CASE_STATE_TRIAGED);
  EXPECT_TRUE(NeedsRisk(policy, mamori::v1::CASE_STATE_TRIAGED));
  policy.set_risk_assessed_by(mamori::v1::CASE_STATE_ACTING);
  EXPECT_FALSE(NeedsRisk(policy, mamori::v1::CASE_STATE_DECIDING));
  EXPECT_TRUE(NeedsRisk(policy, mamori::v1::CASE_STATE_ACTING));
}

TEST(JudgementRulesTest, AValueThatIsNotKnownIsNoRating) {
  v1::JudgeCaseRequest good = Harassment();
  v1::Judgement& judgement = *good.mutable_judgement();
  judgement.clear_categories();
  judgement.set_verdict(v1::VERDICT_NO_HARASSMENT);
  ASSERT_THAT(Validate(good), IsOk());
  v1::JudgeCaseRequest request = good;
  request.mutable_judgement()->set_demand(static_cast<v1::DemandValidity>(77));
  EXPECT_THAT(Fault(request), HasSubstr("judgement.demand"));
  request = good;
  request.mutable_judgement()->set_means(static_cast<v1::MeansAcceptability>(77));
  EXPECT_THAT(Fault(request), HasSubstr("judgement.means"));
  request = good;
  request.mutable_judgement()->set_accommodation(static_cast<v1::AccommodationRequest>(77));
  EXPECT_THAT(Fault(request), HasSubstr("judgement.accommodation"));
}

TEST(JudgementRulesTest, CategoriesAreFewAndNamed) {
  v1::JudgeCaseRequest request = Harassment();
  request.mutable_judgement()->set_categories(0, std::string(64, 'X'));
  while (request.judgement().categories_size() < 20) {
    request.mutable_judgement()->add_categories("X");
  }
  EXPECT_THAT(Validate(request), IsOk());
  request.mutable_judgement()->add_categories("X");
  EXPECT_THAT(Fault(request), HasSubstr("judgement.categories"));
  for (const std::string& wrong : {std::string(), std::string(65, 'X')}) {
    request = Harassment();
    request.mutable_judgement()->add_categories(wrong);
    EXPECT_THAT(Fault(request), HasSubstr("judgement.categories[1]"));
  }
}

}  // namespace
}  // namespace mamori::triage
