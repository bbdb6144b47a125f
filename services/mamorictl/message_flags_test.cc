#include "services/mamorictl/message_flags.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mamori/triage/v1/fact_finding_service.pb.h"
#include "mamori/triage/v1/measure_service.pb.h"

namespace mamori::ctl {
namespace {

void Parse(CLI::App& app, std::vector<std::string> arguments) {
  std::reverse(arguments.begin(), arguments.end());
  app.parse(arguments);
}

TEST(MessageFlagsTest, FieldsBecomeFlagsWhereverTheyStand) {
  triage::v1::ProposeMeasureRequest request;
  CLI::App app;
  AddMessageFlags(app, request, {"request_id", "measure", "text", "findings", "guard_answers"});
  Parse(app,
        {"--request-id", "r", "--measure", "WARNING", "--text", "words", "--findings", "a",
         "--findings", "b", "--guard-answers", R"({"question": "q", "days": 3, "passed": true})"});
  EXPECT_EQ(request.request_id(), "r");
  EXPECT_EQ(request.measure().measure(), "WARNING");
  EXPECT_EQ(request.measure().text(), "words");
  EXPECT_EQ(request.measure().findings_size(), 2);
  ASSERT_EQ(request.measure().guard_answers_size(), 1);
  EXPECT_EQ(request.measure().guard_answers(0).days(), 3);
  EXPECT_TRUE(request.measure().guard_answers(0).passed());
}

TEST(MessageFlagsTest, EnumsTimesAndSwitchesAreRead) {
  triage::v1::RecordStatementRequest statement;
  triage::v1::AssessMeasureEffectRequest effect;
  CLI::App app;
  AddMessageFlags(app, statement, {"kind", "take_time"});
  AddMessageFlags(app, effect, {"effective"});
  Parse(app, {"--kind", "interview", "--take-time", "2026-11-20T18:30:00+09:00", "--effective"});
  EXPECT_EQ(statement.statement().kind(), triage::v1::STATEMENT_KIND_INTERVIEW);
  EXPECT_EQ(statement.statement().take_time().seconds(), 1'795'167'000);
  EXPECT_TRUE(effect.effect().effective());
}

TEST(MessageFlagsTest, WrongValuesAreUsageErrors) {
  for (const auto& [flag, value] :
       {std::pair{"--kind", "nonsense"}, {"--take-time", "yesterday"}}) {
    triage::v1::RecordStatementRequest request;
    CLI::App app;
    AddMessageFlags(app, request, {"kind", "take_time"});
    EXPECT_THROW(Parse(app, {flag, value}), CLI::ParseError) << flag;
  }
  triage::v1::ProposeMeasureRequest request;
  CLI::App app;
  AddMessageFlags(app, request, {"guard_answers"});
  EXPECT_THROW(Parse(app, {"--guard-answers", "{no json"}), CLI::ParseError);
  EXPECT_THROW(AddMessageFlags(app, request, {"no_such_field"}), CLI::Error);
}

TEST(MessageFlagsTest, AnAnswerIsShownFieldByField) {
  triage::v1::Measure measure;
  measure.set_measure("WARNING");
  measure.set_state(triage::v1::MEASURE_STATE_APPROVED);
  measure.add_approvals()->set_approver("sato");
  EXPECT_EQ(MessageText(measure),
            "measure: WARNING\nstate: APPROVED\napprovals: \n  approver: sato\n");
}

}  // namespace
}  // namespace mamori::ctl
