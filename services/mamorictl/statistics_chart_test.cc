#include "services/mamorictl/statistics_chart.h"

#include <gmock/gmock.h>

#include <string>

namespace mamori::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(StatisticsChart, ShowsBarsAndHidesWhatIsNotTold) {
  triage::v1::Statistics statistics;
  statistics.set_name("statistics/2026-11");
  statistics.set_smallest_cell(5);
  auto& table = *statistics.add_tables();
  table.set_label_en("A < B & C");
  table.set_label_ja("件数");
  table.set_total(100);
  auto& large = *table.add_rows();
  large.set_key("LARGE");
  large.set_count(92);
  table.add_rows()->set_key("SECRET");
  auto& none = *table.add_rows();
  none.set_key("NONE");
  none.set_count(0);
  statistics.add_tables()->set_label_en("EMPTY");
  const std::string svg = StatisticsChart(statistics);
  EXPECT_THAT(svg, HasSubstr("A &lt; B &amp; C / 件数 (100)"));
  EXPECT_THAT(svg, HasSubstr(">92<"));
  EXPECT_THAT(svg, HasSubstr("width=\"460\""));
  EXPECT_THAT(svg, HasSubstr("url(#hidden)"));
  EXPECT_THAT(svg, HasSubstr(">not told<"));
  EXPECT_THAT(svg, Not(HasSubstr("NONE")));
  EXPECT_THAT(svg, Not(HasSubstr("EMPTY")));
  EXPECT_EQ(svg, StatisticsChart(statistics));
}

}  // namespace
}  // namespace mamori::ctl
