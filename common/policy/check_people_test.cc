#include "common/policy/check_people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/policy/test_check.h"

namespace mamori::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kGood[] = R"(
  clocks { id: "leak.first" starts: CLOCK_EVENT_PERSON }
  clocks { id: "leak.last" started_with: "leak.first" }
  clocks { id: "leak.wrongful" starts: CLOCK_EVENT_PERSON }
  clocks { id: "opened" starts: CLOCK_EVENT_OPENED }
  unsealing { reporter_notice: REPORTER_NOTICE_NONE }
  designated_handlers { kinds: REPORT_KIND_INTERNAL_HARASSMENT duty_version: "2026-12" }
  hearing { notice_roles: "first_reader" notice_needs: HEARING_NEED_AFFECTED_HEARD
    notice_needs: HEARING_NEED_EVIDENCE_SECURED answer_days: 10 objection_days: 20 }
  leak { preliminary_clock: "leak.first" final_clock: "leak.last"
    wrongful_final_clock: "leak.wrongful" }
  disclosure { clock: "leak.wrongful" }
)";

std::vector<std::string> Wrong(const std::string& from, const std::string& to) {
  return PathsOfWrong(kGood, from, to, CheckPeople);
}

TEST(CheckPeople, FindsNothingWrongWithAGoodPolicyNorWithASilentOne) {
  EXPECT_THAT(Wrong("10", "10"), IsEmpty());
  EXPECT_THAT(CheckPeople(v1::Policy()), IsEmpty());
}

TEST(CheckPeople, NamesTheFieldOfEverythingWrong) {
  struct Row {
    const char* from;
    const char* to;
    const char* path;
  };
  const Row kRows[] = {
      {"REPORTER_NOTICE_NONE", "7", "unsealing.reporter_notice"},
      {"REPORT_KIND_INTERNAL_HARASSMENT", "REPORT_KIND_UNSPECIFIED",
       "designated_handlers.kinds[0]"},
      {"REPORT_KIND_INTERNAL_HARASSMENT", "77", "designated_handlers.kinds[0]"},
      {"2026-12", "2026-122026-122026-122026-122026-122026-122026-122026-122026-122026-12",
       "designated_handlers.duty_version"},
      {"\"first_reader\"", "\"king\"", "hearing.notice_roles[0]"},
      {"HEARING_NEED_EVIDENCE_SECURED", "HEARING_NEED_AFFECTED_HEARD", "hearing.notice_needs[1]"},
      {"HEARING_NEED_EVIDENCE_SECURED", "HEARING_NEED_UNSPECIFIED", "hearing.notice_needs[1]"},
      {"answer_days: 10", "answer_days: 91", "hearing.answer_days"},
      {"answer_days: 10", "answer_days: -1", "hearing.answer_days"},
      {"objection_days: 20", "objection_days: 366", "hearing.objection_days"},
      {"preliminary_clock: \"leak.first\"", "preliminary_clock: \"opened\"",
       "leak.preliminary_clock"},
      {"final_clock: \"leak.last\"", "final_clock: \"none\"", "leak.final_clock"},
      {"wrongful_final_clock: \"leak.wrongful\"", "wrongful_final_clock: \"leak.last\"",
       "leak.wrongful_final_clock"},
      {"disclosure { clock: \"leak.wrongful\"", "disclosure { clock: \"x\"", "disclosure.clock"},
  };
  for (const Row& row : kRows) {
    EXPECT_THAT(Wrong(row.from, row.to), ElementsAre(row.path)) << row.to;
  }
}

}  // namespace
}  // namespace mamori::policy
