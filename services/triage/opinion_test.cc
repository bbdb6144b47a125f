// The second opinion: it may ask for another look, and nothing else.
#include "services/triage/opinion.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/policy/check_opinion.h"
#include "common/policy/policy.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"
#include "services/triage/assess.h"
#include "services/triage/opinion_case_rules.h"
#include "services/triage/opinion_trainer.h"
#include "services/triage/term_index.h"

namespace mamori::triage {
namespace {

using mamori::v1::Assessment;
using mamori::v1::OpinionModel;
using mamori::v1::Policy;
using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::StatusIs;

constexpr char kPolicy[] = R"pb(
  acts { id: "THREAT" }
  rules {
    id: "kill"
    category: "THREAT"
    patterns: "kill"
    severity: SEVERITY_HIGH
    weight: 60
    reason_ja: "脅し"
    reason_en: "threat"
  }
  opinion {
    terms: [ "sorry", "殴る", "thanks", "kick", "hour" ]
    doubt_silence_from: 500
    doubt_finding_to: -500
    floors { max_missed: 100 max_benign_flagged: 100 min_right: 900 }
    model {
      bias: -200
      weights { feature: "act:THREAT" weight: 400 }
      weights { feature: "rule:kill" weight: 500 }
      weights { feature: "term:kick" weight: 300 }
      weights { feature: "term:sorry" weight: -1400 }
      weights { feature: "term:殴る" weight: 800 }
    }
  }
)pb";

Policy ParsePolicy(const char* text = kPolicy) {
  Policy policy;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &policy));
  return policy;
}

mamori::v1::Report MakeReport(const std::string& narrative) {
  mamori::v1::Report report;
  report.set_kind(mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT);
  report.set_narrative(narrative);
  return report;
}

std::string DataFile(const std::string& name) {
  return absl::StrCat(testing::SourceRoot(), "/services/triage/testdata/", name, ".jsonl");
}

const std::shared_ptr<const policy::PolicyVersion>& Shipped() {
  static const auto* const kVersion = new std::shared_ptr<const policy::PolicyVersion>(
      *policy::LoadPolicyFile(testing::SourceRoot() + "/deploy/policy/default.textproto"));
  return *kVersion;
}

const Assessor& ShippedAssessor() {
  static const auto* const kAssessor = new Assessor(Shipped()->policy, Shipped()->digest);
  return *kAssessor;
}

std::vector<policy::Sample> Samples(const std::vector<std::string>& names) {
  std::vector<std::string> files;
  for (const std::string& name : names) files.push_back(DataFile(name));
  const auto samples = ReadSamples(files);
  EXPECT_THAT(samples, IsOk());
  return samples.ok() ? *samples : std::vector<policy::Sample>();
}

TEST(TermIndex, FindsTermsWhereWordsBegin) {
  Policy policy;
  for (const char* const term : {"hour", "殴る", "ない", "hit", "so sorry"}) {
    policy.mutable_opinion()->add_terms(term);
  }
  const TermIndex index({policy.opinion().terms().begin(), policy.opinion().terms().end()});
  const auto found = [&](std::string_view text) {
    std::vector<bool> marks(5);
    index.Find(text, marks);
    std::vector<std::string> names;
    for (size_t i = 0; i < marks.size(); ++i) {
      if (marks[i]) names.push_back(policy.opinion().terms(static_cast<int>(i)));
    }
    return names;
  };
  EXPECT_THAT(found("two hours"), ElementsAre("hour"));
  EXPECT_THAT(found("she shit, hite"), ElementsAre("hit")) << "at the begin of a word alone";
  EXPECT_THAT(found("客が殴ると言い so sorry"), ElementsAre("殴る", "so sorry"));
  EXPECT_THAT(found(""), IsEmpty());
  EXPECT_THAT(found("\xff\xe6\xae"), IsEmpty()) << "no text";
}

TEST(Opinion, AsksToLookAgainWhereWordsAndRulesDisagree) {
  const Assessor assessor(ParsePolicy(), "d");
  // The rules are silent, the words are not.
  EXPECT_THAT(
      assessor.Assess(MakeReport("「殴る」と。kick")).second_opinion(), EqualsProto(R"pb(
        model_version: "d"
        score: 900
        look_again: true
        features { feature: "term:殴る" weight: 800 }
        features { feature: "term:kick" weight: 300 }
        reason_ja: "規則では何も見つからなかったが、言葉はハラスメントの報告に似ている。人がもう一度読む"
        reason_en: "The rules found nothing, but the words are like those of harassment: read it again"
      )pb"));
  // The other way round.
  const Assessment found = assessor.Assess(MakeReport("I kill it, sorry"));
  EXPECT_EQ(found.second_opinion().score(), -700);
  EXPECT_TRUE(found.second_opinion().look_again());
  ASSERT_EQ(found.second_opinion().features_size(), 1);
  EXPECT_EQ(found.second_opinion().features(0).feature(), "term:sorry");
  // Of one mind.
  EXPECT_THAT(assessor.Assess(MakeReport("I kill you")).second_opinion(),
              EqualsProto(R"pb(model_version: "d" score: 700)pb"));
  EXPECT_THAT(assessor.Assess(MakeReport("a nice day")).second_opinion(),
              EqualsProto(R"pb(model_version: "d" score: -200)pb"));
}

TEST(Opinion, TheSupplementsSpeakToo) {
  const Assessor assessor(ParsePolicy(), "d");
  mamori::v1::Report report = MakeReport("a nice day");
  report.add_supplements()->set_text("殴ると言われた");
  EXPECT_EQ(assessor.Assess(report).second_opinion().score(), 600);
}

TEST(Opinion, APolicyWithoutAModelHasNone) {
  Policy policy = ParsePolicy();
  policy.mutable_opinion()->clear_model();
  EXPECT_FALSE(Assessor(policy, "d").Assess(MakeReport("殴る")).has_second_opinion());
}

// With every model that could be: nothing but the opinion itself depends on it.
TEST(Opinion, DecidesNothing) {
  const Assessor& assessor = ShippedAssessor();
  OpinionModel for_it, against;
  for_it.set_bias(1'000'000);
  against.set_bias(-1'000'000);
  const Opinion yes(assessor.policy(), for_it, "yes");
  const Opinion no(assessor.policy(), against, "no");
  int asked = 0;
  for (const policy::Sample& one : Samples({"dev", "further_e"})) {
    const Assessment alone = assessor.Assess(one.report, nullptr);
    EXPECT_FALSE(alone.has_second_opinion());
    for (const Opinion* opinion : {&yes, &no, assessor.opinion()}) {
      Assessment with = assessor.Assess(one.report, opinion);
      asked += with.second_opinion().look_again();
      EXPECT_EQ(with.second_opinion().model_version(), opinion->version());
      with.clear_second_opinion();
      EXPECT_THAT(with, EqualsProto(alone)) << one.id;
    }
  }
  EXPECT_GE(asked, 100) << "each report by one of both extremes";
}

TEST(CheckModel, KnowsNothingThatPeopleWrote) {
  const Policy policy = ParsePolicy();
  EXPECT_THAT(policy::CheckModel(policy, policy.opinion().model()), IsEmpty());
  for (const char* const feature : {"term:tanaka", "rule:nosuch", "act:NOSUCH", "kick", ""}) {
    OpinionModel model;
    model.add_weights()->set_feature(feature);
    EXPECT_EQ(policy::CheckModel(policy, model).size(), 1u) << feature;
  }
  OpinionModel unordered;
  unordered.add_weights()->set_feature("term:sorry");
  unordered.add_weights()->set_feature("term:kick");
  EXPECT_EQ(policy::CheckModel(policy, unordered).size(), 1u);
}

TEST(CheckOpinion, NamesWhatIsWrong) {
  Policy policy = ParsePolicy();
  EXPECT_THAT(policy::CheckOpinion(policy), IsEmpty());
  policy.mutable_opinion()->set_terms(0, "Sorry");
  policy.mutable_opinion()->set_terms(1, "殴");
  policy.mutable_opinion()->set_terms(2, "kick");
  policy.mutable_opinion()->set_doubt_finding_to(1);
  policy.mutable_opinion()->clear_floors();
  std::vector<std::string> paths;
  for (const auto& problem : policy::CheckOpinion(policy)) paths.push_back(problem.path);
  EXPECT_THAT(paths,
              ElementsAre("opinion.terms[0]", "opinion.terms[1]", "opinion.terms[3]",
                          "opinion.doubt_finding_to", "opinion.floors",
                          "opinion.model.weights[3].feature", "opinion.model.weights[4].feature"));
}

TEST(TrainModel, DropsWhatFewHave) {
  std::vector<OpinionExample> examples;
  for (int i = 0; i < 20; ++i) {
    OpinionExample& one = examples.emplace_back();
    one.harassment = i % 2 == 0;
    one.features.insert(one.harassment ? "term:kick" : "term:sorry");
    if (i < 8) one.features.insert(one.harassment ? "term:rare" : "term:thanks");
  }
  examples[1].features.insert("term:rare");
  const auto model = TrainModel(examples);
  ASSERT_THAT(model, IsOk());
  std::vector<std::string> features;
  for (const auto& one : model->weights()) features.push_back(one.feature());
  EXPECT_THAT(features, ElementsAre("term:kick", "term:rare", "term:sorry"))
      << "five have rare, four have thanks";
  EXPECT_GT(model->weights(0).weight(), 0);
  EXPECT_LT(model->weights(2).weight(), 0);
  EXPECT_EQ(model->examples(), 20);
  EXPECT_EQ(model->harassment(), 10);
  EXPECT_THAT(*TrainModel(examples), EqualsProto(*model)) << "the same again";
  // Whichever kind comes first.
  std::rotate(examples.begin(), examples.begin() + 1, examples.end());
  EXPECT_GT(TrainModel(examples)->weights(0).weight(), 0);
  examples.resize(1);
  EXPECT_THAT(TrainModel(examples), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(MayTrainFrom, NeverFromTheAnonymousAndTheWithdrawn) {
  using mamori::v1::CaseState;
  int allowed = 0;
  for (int state = 0; state <= mamori::v1::CaseState_MAX; ++state) {
    if (!mamori::v1::CaseState_IsValid(state)) continue;
    EXPECT_FALSE(MayTrainFrom(static_cast<CaseState>(state), true)) << state;
    allowed += MayTrainFrom(static_cast<CaseState>(state), false);
  }
  EXPECT_GT(allowed, 3);
  for (const CaseState state : {mamori::v1::CASE_STATE_UNSPECIFIED,
                                mamori::v1::CASE_STATE_CONSULTING, mamori::v1::CASE_STATE_WITHDRAWN,
                                mamori::v1::CASE_STATE_MERGED, mamori::v1::CASE_STATE_DISPOSED}) {
    EXPECT_FALSE(MayTrainFrom(state, false)) << state;
  }
  mamori::v1::Report report;
  EXPECT_TRUE(MayTrainFrom(report));
  report.set_withdrawn(true);
  EXPECT_FALSE(MayTrainFrom(report));
  report.set_withdrawn(false);
  report.set_reporter_mode(mamori::v1::REPORTER_MODE_ANONYMOUS);
  EXPECT_FALSE(MayTrainFrom(report));
  EXPECT_EQ(ConfirmedAs(v1::VERDICT_HARASSMENT), true);
  EXPECT_EQ(ConfirmedAs(v1::VERDICT_LEGITIMATE_COMPLAINT), false);
  EXPECT_EQ(ConfirmedAs(v1::VERDICT_NO_HARASSMENT), false);
  EXPECT_EQ(ConfirmedAs(v1::VERDICT_UNDETERMINED), std::nullopt);
}

// What mamori-opinion-train writes from the project's own reports is what is shipped.
TEST(ShippedModel, IsWhatItsReportsGive) {
  const Assessor& assessor = ShippedAssessor();
  const auto reports =
      Samples({"dev", "further_a", "further_c", "further_d", "further_e", "further_f", "further_g",
               "further_h", "further_j", "further_k", "further_l", "further_m", "further_n",
               "further_o", "further_p", "further_s", "further_t", "further_w", "further_y"});
  auto model = TrainModel(ExamplesOf(assessor, reports));
  ASSERT_THAT(model, IsOk());
  *model->mutable_figures() =
      MeasureModel(assessor, *model, Samples({"further_b", "further_i", "further_q", "further_r"}));
  EXPECT_THAT(assessor.policy().opinion().model(), EqualsProto(*model))
      << "a rule or a term was changed: train it anew, see services/triage/README.md";
  EXPECT_TRUE(Reaches(model->figures(), assessor.policy().opinion().floors()))
      << model->figures().ShortDebugString();
}

// How often it asks, on reports that neither rules nor model were made from, and how often rightly:
// printed, not promised.
TEST(ShippedModel, AsksSeldom) {
  const Assessor& assessor = ShippedAssessor();
  int reports = 0, asked = 0, wrong = 0, wrong_asked = 0;
  for (const policy::Sample& one : Samples({"further_b", "further_i", "further_q", "further_r"})) {
    const Assessment assessment = assessor.Assess(one.report);
    const bool mistaken = one.labels.empty() == (assessment.findings_size() > 0);
    ++reports;
    wrong += mistaken;
    asked += assessment.second_opinion().look_again();
    wrong_asked += mistaken && assessment.second_opinion().look_again();
  }
  std::cout << "second opinion: " << reports << " reports, rules wrong of " << wrong
            << ", asked for another look at " << asked << ", " << wrong_asked << " of them rightly"
            << std::endl;
  EXPECT_LE(asked * 10, reports);
}

}  // namespace
}  // namespace mamori::triage
