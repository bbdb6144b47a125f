// The leaning: it lends weight to hints and takes some from what speaks weakly, and says nothing
// where no rule does.
#include "services/triage/leaning.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/policy/check_opinion.h"
#include "common/policy/policy.h"
#include "common/policy/sample.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"
#include "services/triage/assess.h"
#include "services/triage/leaning_trainer.h"
#include "services/triage/opinion_trainer.h"

namespace mamori::triage {
namespace {

using mamori::v1::Assessment;
using mamori::v1::Policy;
using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr char kPolicy[] = R"pb(
  min_score: 30
  acts { id: "THREAT" }
  acts { id: "OTHER" }
  acts { id: "SEXUAL" internal: true outside_act: "OTHER" }
  guards { id: "fault" anywhere: "our fault" lowers: 10 reason_ja: "非" reason_en: "fault" }
  rules {
    id: "kill"
    category: "THREAT"
    patterns: "kill"
    severity: SEVERITY_HIGH
    weight: 60
    reason_ja: "脅し"
    reason_en: "threat"
  }
  rules {
    id: "stare"
    category: "THREAT"
    patterns: "stare"
    severity: SEVERITY_MEDIUM
    weight: 35
    reason_ja: "睨"
    reason_en: "stare"
  }
  rules {
    id: "burn"
    category: "THREAT"
    patterns: "burn"
    severity: SEVERITY_CRITICAL
    weight: 35
    danger: DANGER_ARSON
    reason_ja: "火"
    reason_en: "fire"
  }
  rules {
    id: "hint.loud"
    hint: true
    category: "THREAT"
    patterns: "loud|noise"
    severity: SEVERITY_MEDIUM
    weight: 12
    reason_ja: "声"
    reason_en: "voice"
  }
  rules {
    id: "hint.hand"
    hint: true
    category: "SEXUAL"
    patterns: "hand"
    severity: SEVERITY_MEDIUM
    weight: 12
    reason_ja: "手"
    reason_en: "hand"
  }
  opinion {
    lends_from: 200
    lends: 20
    doubts_to: -200
    takes: 20
    leaning {
      acts: "THREAT"
      acts: "SEXUAL"
      biases: [ 10, -100, -100 ]
      terms {
        term: "afraid"
        weights: [ 500, 300, 0 ]
      }
      terms {
        term: "thanks"
        weights: [ -500, 0, 0 ]
      }
      terms {
        term: "thigh"
        weights: [ 400, 0, 400 ]
      }
    }
  }
)pb";

Policy ParsePolicy() {
  Policy policy;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kPolicy, &policy));
  return policy;
}

Assessment Assess(const std::string& narrative, const Policy& policy = ParsePolicy()) {
  mamori::v1::Report report;
  report.set_kind(mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT);
  report.set_narrative(narrative);
  return Assessor(policy, "d").Assess(report);
}

std::vector<std::string> Found(const Assessment& assessment) {
  std::vector<std::string> found;
  for (const auto& finding : assessment.findings()) found.push_back(finding.category());
  return found;
}

TEST(Leaning, ScoresInWholeNumbers) {
  const Policy policy = ParsePolicy();
  const Leaning leaning(policy.opinion());
  EXPECT_EQ(leaning.Of({""}).harassment, 10);
  const Leaning::Scores one = leaning.Of({"afraid"});
  EXPECT_EQ(one.harassment, 510);
  EXPECT_THAT(one.acts, ElementsAre(200, -100));
  // Two terms: divided by the square root of two.
  const Leaning::Scores two = leaning.Of({"afraid, ", "his thigh"});
  EXPECT_EQ(two.harassment, 10 + 900 * 1000 / 1414);
  EXPECT_EQ(leaning.ScoreOf(two, "SEXUAL"), -100 + 400 * 1000 / 1414);
  EXPECT_LT(leaning.ScoreOf(two, "OTHER"), -1'000'000) << "no column";
  EXPECT_EQ(two.ToString(), "+6.46: afraid, thigh");
  EXPECT_EQ(leaning.Of({"thanks"}).ToString(), "-4.90: thanks");
}

TEST(Leaning, LendsWeightToHintsAndSaysNothingWithoutOne) {
  EXPECT_THAT(Found(Assess("He was loud.")), IsEmpty()) << "a hint alone";
  EXPECT_THAT(Found(Assess("I am afraid.")), IsEmpty()) << "the words alone";
  EXPECT_TRUE(Assess("I am afraid.").no_rule_matched());
  const Assessment both = Assess("We met at noon. He was loud, I am afraid.");
  ASSERT_THAT(Found(both), ElementsAre("THREAT"));
  EXPECT_EQ(both.findings(0).score(), 32);
  EXPECT_THAT(both.findings(0).rule_ids(), ElementsAre("hint.loud"));
  ASSERT_THAT(both.findings(0).evidence(), SizeIs(1));
  EXPECT_EQ(both.findings(0).evidence(0).byte_start(), 16);
  EXPECT_EQ(both.severity(), mamori::v1::SEVERITY_MEDIUM);
  EXPECT_FALSE(both.no_rule_matched());
  EXPECT_THAT(both.signals(), ::testing::Contains(EqualsProto(R"pb(
                kind: "leaning"
                value: "+5.10: afraid"
              )pb")));
  EXPECT_THAT(Found(Assess("He was loud, I am afraid, our fault.")), IsEmpty()) << "guards lower";
}

TEST(Leaning, TheActThatTheWordsLeanToMostIsLentIt) {
  EXPECT_THAT(Found(Assess("loud, a hand on my thigh")), ElementsAre("OTHER", "SEXUAL"))
      << "by someone outside it is another act too";
  Policy policy = ParsePolicy();
  policy.mutable_opinion()->mutable_leaning()->set_acts(0, "OTHER");
  EXPECT_THAT(Found(Assess("a hand, afraid", policy)), ElementsAre("OTHER", "SEXUAL"))
      << "never that other act alone, when only this one is hinted at";
  EXPECT_THAT(Found(Assess("loud, a hand, afraid")), ElementsAre("THREAT"));
  EXPECT_THAT(Found(Assess("loud, a hand, afraid, my thigh")),
              ElementsAre("OTHER", "SEXUAL", "THREAT"))
      << "and whatever else is likely";
}

TEST(Leaning, HintsAreSilentWhereOtherRulesSpeak) {
  const Assessment assessment = Assess("He will kill, loud, afraid.");
  ASSERT_THAT(Found(assessment), ElementsAre("THREAT"));
  EXPECT_EQ(assessment.findings(0).score(), 60);
  EXPECT_THAT(assessment.findings(0).rule_ids(), ElementsAre("kill"));
  EXPECT_THAT(Found(Assess("He will kill, a hand on my thigh.")), ElementsAre("THREAT"));
}

TEST(Leaning, ShowsTheTwoPassagesThatSpeakMost) {
  const Assessment assessment = Assess("Noise. Noise in here. Loud, very. Loud and I am afraid.");
  ASSERT_THAT(Found(assessment), ElementsAre("THREAT"));
  const auto& evidence = assessment.findings(0).evidence();
  ASSERT_THAT(evidence, SizeIs(2));
  EXPECT_EQ(evidence[1].byte_start(), 34);
}

TEST(Leaning, TakesFromWhatSpeaksWeaklyAlone) {
  EXPECT_THAT(Found(Assess("A stare.")), ElementsAre("THREAT"));
  const Assessment doubted = Assess("A stare, thanks.");
  EXPECT_THAT(Found(doubted), IsEmpty());
  EXPECT_TRUE(doubted.no_rule_matched());
  EXPECT_THAT(doubted.signals(), ::testing::Contains(EqualsProto(R"pb(
                kind: "leaning"
                value: "-4.90: thanks"
              )pb")));
  EXPECT_THAT(Found(Assess("He will kill, thanks.")), ElementsAre("THREAT")) << "strong";
  EXPECT_THAT(Found(Assess("It will burn, thanks.")), ElementsAre("THREAT")) << "a danger";
}

TEST(Leaning, APolicyWithoutOneHasNoHints) {
  Policy policy = ParsePolicy();
  policy.mutable_opinion()->clear_leaning();
  EXPECT_THAT(Found(Assess("loud, afraid", policy)), IsEmpty());
  EXPECT_THAT(Found(Assess("A stare, thanks.", policy)), ElementsAre("THREAT"));
}

std::vector<std::string> Problems(const Policy& policy) {
  std::vector<std::string> paths;
  for (const policy::Problem& problem : policy::CheckOpinion(policy)) paths.push_back(problem.path);
  return paths;
}

TEST(CheckOpinion, NeverLetsALeaningBeEnoughAlone) {
  EXPECT_THAT(Problems(ParsePolicy()), IsEmpty());
  Policy policy = ParsePolicy();
  policy.mutable_opinion()->set_lends(30);
  policy.mutable_opinion()->set_takes(30);
  policy.mutable_opinion()->set_lends_from(0);
  policy.mutable_opinion()->set_doubts_to(1);
  policy.mutable_rules(3)->set_weight(30);
  policy.mutable_rules(4)->set_danger(mamori::v1::DANGER_STALKING);
  EXPECT_THAT(Problems(policy),
              ElementsAre("opinion.lends_from", "opinion.lends", "opinion.doubts_to",
                          "opinion.takes", "rules[3].hint", "rules[4].hint"));
}

TEST(CheckOpinion, NamesWhatIsWrongWithALeaning) {
  Policy policy = ParsePolicy();
  auto& leaning = *policy.mutable_opinion()->mutable_leaning();
  leaning.set_acts(1, "THREAT");
  leaning.add_biases(1);
  leaning.mutable_terms(0)->set_term("Afraid");
  leaning.mutable_terms(1)->set_term("t");
  leaning.mutable_terms(2)->add_weights(1);
  EXPECT_THAT(Problems(policy),
              ElementsAre("opinion.leaning.acts[1]", "opinion.leaning.biases",
                          "opinion.leaning.terms[0].term", "opinion.leaning.terms[0].weights",
                          "opinion.leaning.terms[1].term", "opinion.leaning.terms[1].weights"));
  leaning = ParsePolicy().opinion().leaning();
  leaning.mutable_terms()->SwapElements(0, 1);
  EXPECT_THAT(Problems(policy), ElementsAre("opinion.leaning.terms[1].term"));
}

policy::Sample Labelled(const std::string& text, const std::string& label) {
  policy::Sample sample;
  sample.report.set_narrative(text);
  if (!label.empty()) sample.labels.insert(label);
  return sample;
}

TEST(TrainLeaning, LearnsPartsOfWordsThatSeveralReportsHave) {
  std::vector<policy::Sample> reports;
  for (int i = 0; i < 5; ++i) {
    reports.push_back(Labelled("「殴るぞ」と言われた。 He yelled at her", "THREAT"));
    reports.push_back(Labelled("書類を送った。 He thanked her", ""));
  }
  reports.push_back(Labelled("一度だけ", ""));
  const auto model = TrainLeaning(ParsePolicy(), reports);
  ASSERT_THAT(model, IsOk());
  EXPECT_THAT(model->acts(), ElementsAre("THREAT", "OTHER", "SEXUAL"));
  Policy policy = ParsePolicy();
  *policy.mutable_opinion()->mutable_leaning() = *model;
  EXPECT_THAT(Problems(policy), IsEmpty());
  const Leaning leaning(policy.opinion());
  EXPECT_GT(leaning.Of({"殴るぞと"}).harassment, 0);
  EXPECT_GT(leaning.Of({"she yelled"}).harassment, leaning.Of({"she thanked"}).harassment);
  for (const auto& term : model->terms()) EXPECT_EQ(term.term().find("一度"), std::string::npos);
  EXPECT_THAT(*TrainLeaning(ParsePolicy(), reports), EqualsProto(*model)) << "the same again";
  Policy read;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString("opinion {" + LeaningText(*model) + "}",
                                                            &read));
  EXPECT_THAT(read.opinion().leaning(), EqualsProto(*model));
  EXPECT_THAT(TrainLeaning(ParsePolicy(), {reports[0]}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ShippedLeaning, IsWhatItsReportsGive) {
  const std::string data = testing::SourceRoot() + "/services/triage/testdata/";
  const auto version =
      policy::LoadPolicyFile(testing::SourceRoot() + "/deploy/policy/default.textproto");
  ASSERT_THAT(version, IsOk());
  std::vector<std::string> files{data + "dev.jsonl"};
  for (const char set : std::string("acdefghjklmnopstwy")) {
    files.push_back(data + "further_" + set + ".jsonl");
  }
  auto reports = ReadSamples(files);
  ASSERT_THAT(reports, IsOk());
  const auto utterances = ReadUtterances(data + "benign_ja.txt");
  ASSERT_THAT(utterances, IsOk());
  EXPECT_THAT(*utterances, SizeIs(534));
  reports->insert(reports->end(), utterances->begin(), utterances->end());
  const auto model = TrainLeaning((*version)->policy, *reports);
  ASSERT_THAT(model, IsOk());
  EXPECT_THAT((*version)->policy.opinion().leaning(), EqualsProto(*model))
      << "a set that is learnt from was changed: train it anew, see services/triage/README.md";
  EXPECT_THAT(ReadUtterances(data + "none"), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace mamori::triage
