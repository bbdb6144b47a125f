#include "common/policy/check_periods.h"

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
  two_person { wait { seconds: 3600 } emergency_wait { seconds: 300 } expiry { seconds: 86400 } }
  retention {
    classes { id: "feedback" kinds: REPORT_KIND_FEEDBACK months: 36 }
    classes { id: "rest" months: 60 }
    subject_requests { id: "asked" months: 24 }
    breaches { id: "leaked" months: 48 }
  }
)";

std::vector<std::string> Wrong(const std::string& from, const std::string& to) {
  return PathsOfWrong(kGood, from, to, CheckPeriods);
}

TEST(CheckPeriods, FindsNothingWrongWithAGoodPolicyNorWithASilentOne) {
  EXPECT_THAT(Wrong("3600", "3600"), IsEmpty());
  EXPECT_THAT(CheckPeriods(v1::Policy()), IsEmpty());
  EXPECT_THAT(Wrong("months: 24", "months: 1"), IsEmpty());
  EXPECT_THAT(Wrong("months: 48", "months: 1200"), IsEmpty());
}

TEST(CheckPeriods, NamesTheFieldOfEverythingWrong) {
  const std::string too_long(65, 'x');
  const struct {
    const char* from;
    std::string to;
    const char* path;
  } kRows[] = {
      {"wait { seconds: 3600 } emergency_wait { seconds: 300 }", "wait { seconds: -1 }",
       "two_person.wait"},
      {"seconds: 300 ", "seconds: 3601 ", "two_person.emergency_wait"},
      {"seconds: 86400", "seconds: 3600", "two_person.expiry"},
      {"seconds: 86400", "seconds: 2592001", "two_person.expiry"},
      {"\"feedback\"", "\"\"", "retention.classes[0].id"},
      {"\"rest\"", "\"feedback\"", "retention.classes[1].id"},
      {"months: 36", "months: 0", "retention.classes[0].months"},
      {"months: 60", "months: 1201", "retention.classes[1].months"},
      {"REPORT_KIND_FEEDBACK", "REPORT_KIND_UNSPECIFIED", "retention.classes[0].kinds"},
      {"REPORT_KIND_FEEDBACK", "77", "retention.classes[0].kinds"},
      {"\"asked\"", "\"\"", "retention.subject_requests.id"},
      {"\"asked\"", "\"rest\"", "retention.subject_requests.id"},
      {"\"asked\"", "\"" + too_long + "\"", "retention.subject_requests.id"},
      {"months: 24", "months: 0", "retention.subject_requests.months"},
      {"months: 24", "months: 1201", "retention.subject_requests.months"},
      {"months: 24", "months: 24 kinds: REPORT_KIND_FEEDBACK", "retention.subject_requests.kinds"},
      {"\"leaked\"", "\"asked\"", "retention.breaches.id"},
      {"months: 48", "months: -1", "retention.breaches.months"},
      {"months: 48", "months: 48 kinds: REPORT_KIND_FEEDBACK", "retention.breaches.kinds"},
  };
  for (const auto& row : kRows) {
    EXPECT_THAT(Wrong(row.from, row.to), ElementsAre(row.path)) << row.from << " -> " << row.to;
  }
}

}  // namespace
}  // namespace mamori::policy
