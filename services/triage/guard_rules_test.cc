#include "services/triage/guard_rules.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <typename Message>
Message Parse(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

mamori::v1::MeasureGuard Guard() {
  return Parse<mamori::v1::MeasureGuard>(R"(
    measures: "END"
    questions { id: "clause" kind: GUARD_ANSWER_KIND_TEXT }
    questions { id: "notice" kind: GUARD_ANSWER_KIND_DAYS min: 30 }
    questions { id: "warning" kind: GUARD_ANSWER_KIND_CARRIED_OUT min: 2 measures: "WARN" measures: "TALK" }
    questions { id: "evidence" kind: GUARD_ANSWER_KIND_EVIDENCE min: 2 }
    questions { id: "rights" kind: GUARD_ANSWER_KIND_CHECK })");
}

v1::Measure Answered() {
  return Parse<v1::Measure>(R"(
    guard_answers { question: "clause" text: "12.3" }
    guard_answers { question: "notice" text: "12.4" days: 30 }
    guard_answers { question: "rights" text: "checked" passed: true }
    evidence { resource: "e" })");
}

std::vector<std::string> Missing(const v1::Measure& measure, const GuardFacts& facts) {
  const mamori::v1::MeasureGuard guard = Guard();
  std::vector<std::string> ids;
  for (const auto* one : MissingAnswers(guard, measure, facts)) ids.push_back(one->id());
  return ids;
}

TEST(GuardRulesTest, EverythingThatIsMissingIsNamedAtOnceInItsOrder) {
  EXPECT_THAT(Missing(v1::Measure(), {}),
              ElementsAre("clause", "notice", "warning", "evidence", "rights"));
  EXPECT_THAT(Missing(Answered(), {.carried_out = {{"WARN", 1}, {"TALK", 1}}, .substantiated = 2}),
              IsEmpty());
}

TEST(GuardRulesTest, NothingCanBeClaimedThatTheFileHasToShow) {
  v1::Measure measure = Answered();
  auto& claim = *measure.add_guard_answers();
  claim.set_question("warning");
  claim.set_text("we warned them often");
  claim.set_passed(true);
  claim.set_days(99);
  EXPECT_THAT(Missing(measure, {.carried_out = {{"WARN", 1}, {"CARE", 5}}, .substantiated = 2}),
              ElementsAre("warning"));
  // Nor by naming evidence that nobody has looked at.
  for (int i = 0; i < 5; ++i) measure.add_evidence()->set_resource("whatever");
  EXPECT_THAT(Missing(measure, {.carried_out = {{"WARN", 2}}, .substantiated = 1}),
              ElementsAre("evidence"));
}

TEST(GuardRulesTest, HalfAnAnswerIsNone) {
  const GuardFacts facts{.carried_out = {{"WARN", 2}}, .substantiated = 2};
  v1::Measure measure = Answered();
  measure.mutable_guard_answers(0)->clear_text();
  EXPECT_THAT(Missing(measure, facts), ElementsAre("clause"));
  measure = Answered();
  measure.mutable_guard_answers(1)->set_days(29);
  EXPECT_THAT(Missing(measure, facts), ElementsAre("notice"));
  measure = Answered();
  measure.mutable_guard_answers(1)->clear_text();
  EXPECT_THAT(Missing(measure, facts), ElementsAre("notice"));
  measure = Answered();
  measure.mutable_guard_answers(2)->set_passed(false);
  EXPECT_THAT(Missing(measure, facts), ElementsAre("rights"));
  measure = Answered();
  measure.mutable_guard_answers(2)->clear_text();
  EXPECT_THAT(Missing(measure, facts), ElementsAre("rights"));
}

TEST(GuardRulesTest, AQuestionOfAKindThatIsNotKnownIsNotAnswered) {
  mamori::v1::MeasureGuard guard;
  guard.add_questions()->set_kind(static_cast<mamori::v1::GuardAnswerKind>(77));
  EXPECT_EQ(MissingAnswers(guard, Answered(), {}).size(), 1u);
}

TEST(GuardRulesTest, AMeasureThatNoGuardNamesIsNotGuarded) {
  mamori::v1::Policy policy;
  *policy.add_measure_guards() = Guard();
  EXPECT_EQ(GuardOf(policy, "CARE"), nullptr);
  EXPECT_NE(GuardOf(policy, "END"), nullptr);
}

TEST(GuardRulesTest, OneIsNeededWhereThePolicySaysNoNumber) {
  const auto guard = Parse<mamori::v1::MeasureGuard>(R"(
    questions { id: "warning" kind: GUARD_ANSWER_KIND_CARRIED_OUT measures: "WARN" }
    questions { id: "evidence" kind: GUARD_ANSWER_KIND_EVIDENCE })");
  EXPECT_EQ(MissingAnswers(guard, v1::Measure(), {}).size(), 2u);
  EXPECT_THAT(
      MissingAnswers(guard, v1::Measure(), {.carried_out = {{"WARN", 1}}, .substantiated = 1}),
      IsEmpty());
}

}  // namespace
}  // namespace mamori::triage
