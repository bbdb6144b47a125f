#include "common/policy/check_measures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/policy/test_check.h"

namespace mamori::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kGood[] = R"(
  measures { id: "WARN" } measures { id: "END" }
  approval_rules { id: "two" measures: "END" approvals: 2 roles: "desk" roles: "executive"
    needed_roles: "executive" hold_time { seconds: 86400 } outside_approvers: "counsel" }
  approval_rules { id: "one" approvals: 1 roles: "desk" hold_time { seconds: 60 } }
  measure_guards { measures: "END"
    questions { id: "warned" label_ja: "j" label_en: "e" kind: GUARD_ANSWER_KIND_CARRIED_OUT
      measures: "WARN" }
    questions { id: "clause" label_ja: "j" label_en: "e" kind: GUARD_ANSWER_KIND_TEXT } }
)";

std::vector<std::string> Wrong(const std::string& from, const std::string& to) {
  return PathsOfWrong(kGood, from, to, CheckMeasureDecisions);
}

TEST(CheckMeasureDecisions, FindsNothingWrongWithAGoodPolicy) {
  EXPECT_THAT(Wrong("WARN", "WARN"), IsEmpty());
}

TEST(CheckMeasureDecisions, NamesTheFieldOfEverythingWrong) {
  struct Row {
    const char* from;
    const char* to;
    const char* path;
  };
  const Row kRows[] = {
      {"id: \"two\"", "id: \"Two\"", "approval_rules[0].id"},
      {"id: \"one\"", "id: \"two\"", "approval_rules[1].id"},
      {"measures: \"END\" approvals", "measures: \"NO\" approvals",
       "approval_rules[0].measures[0]"},
      {"approvals: 2", "approvals: 11", "approval_rules[0].approvals"},
      {"id: \"one\" approvals: 1 roles: \"desk\"", "id: \"one\" approvals: 1",
       "approval_rules[1].roles"},
      {"id: \"one\" approvals: 1 roles: \"desk\"", "id: \"one\" approvals: 1 roles: \"king\"",
       "approval_rules[1].roles[0]"},
      {"needed_roles: \"executive\"", "needed_roles: \"lawyer\"",
       "approval_rules[0].needed_roles[0]"},
      {"seconds: 86400", "seconds: 59", "approval_rules[0].hold_time"},
      {"seconds: 60 ", "seconds: 60 nanos: 1 ", "approval_rules[1].hold_time"},
      {"\"counsel\"", "\"\"", "approval_rules[0].outside_approvers[0]"},
      {"measure_guards { measures: \"END\"", "measure_guards { measures: \"NO\"",
       "measure_guards[0].measures[0]"},
      {"id: \"clause\"", "id: \"warned\"", "measure_guards[0].questions[1].id"},
      {"id: \"clause\" label_ja: \"j\"", "id: \"clause\"",
       "measure_guards[0].questions[1].label_ja"},
      {"kind: GUARD_ANSWER_KIND_TEXT", "", "measure_guards[0].questions[1].kind"},
      {"kind: GUARD_ANSWER_KIND_TEXT", "kind: GUARD_ANSWER_KIND_TEXT measures: \"WARN\"",
       "measure_guards[0].questions[1].measures"},
      // It would have to be carried out before itself.
      {"CARRIED_OUT\n      measures: \"WARN\"", "CARRIED_OUT\n      measures: \"END\"",
       "measure_guards[0].questions[0].measures[0]"},
  };
  for (const Row& row : kRows) {
    EXPECT_THAT(Wrong(row.from, row.to), ElementsAre(row.path)) << row.to;
  }
  EXPECT_THAT(Wrong("approvals: 2", "approvals: 0"),
              ElementsAre("approval_rules[0].approvals", "approval_rules[0].needed_roles"));
}

}  // namespace
}  // namespace mamori::policy
