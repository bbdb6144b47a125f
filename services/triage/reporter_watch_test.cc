// Whoever reports is watched over, whichever way the report came to its case.
#include <gmock/gmock.h>

#include "services/triage/test_people_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::StartsWith;

using ReporterWatchTest = PeopleTest;

TEST_F(ReporterWatchTest, AReportThatIsTakenOutKeepsItsReportersCheckIns) {
  Tasks tasks(timed_, &source_);
  for (const bool named : {true, false}) {
    const mamori::v1::Case one = Open("x"), two = Open("y");
    if (named) {
      mamori::v1::Report& report = source_.reports[{"t", *id::FromName("reports", one.reports(0))}];
      report.mutable_reporter()->set_person("A. Sato");
    }
    auto merge = Verb<v1::MergeCasesRequest>(one.name());
    merge.set_into(two.name());
    ASSERT_THAT(cases_.Merge(Call("m"), merge), IsOk());
    auto split = Verb<v1::SplitReportRequest>(two.name());
    split.set_report(one.reports(0));
    split.set_reason("not the same person");
    const auto fresh = tasks.Split(Call("s"), split);
    ASSERT_THAT(fresh, IsOk());
    const auto watched = Clocks(fresh->name(), mamori::v1::CLOCK_REGIME_NO_DISADVANTAGE);
    if (named) {
      EXPECT_THAT(watched, Contains(StartsWith("care.check_in_30")));
      EXPECT_THAT(watched, Contains(StartsWith("care.watch_year")));
    } else {
      EXPECT_THAT(watched, IsEmpty());
    }
  }
}

TEST_F(ReporterWatchTest, WhoReportsRetaliationIsWatchedOverToo) {
  Cares cares(timed_);
  auto report = Verb<v1::ReportRetaliationRequest>(Judged());
  report.mutable_retaliation()->set_narrative("moved to nights");
  report.mutable_retaliation()->set_affected("sato");
  const auto receipt = cares.ReportRetaliation(Call("r"), report);
  ASSERT_THAT(receipt, IsOk());
  const auto watched = Clocks(receipt->case_name(), mamori::v1::CLOCK_REGIME_NO_DISADVANTAGE);
  for (const char* clock : {"care.check_in_30", "care.check_in_90", "care.check_in_180",
                            "care.check_in_365", "care.watch_year"}) {
    EXPECT_THAT(watched, Contains(StartsWith(clock)));
  }
}

}  // namespace
}  // namespace mamori::triage
