#include "common/calendar/japan.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "absl/time/civil_time.h"

namespace mamori::calendar {
namespace {

using absl::CivilDay;

std::set<CivilDay> Listed() {
  std::ifstream file(MAMORI_SOURCE_DIR "/common/calendar/testdata/japan.txt");
  std::set<CivilDay> days;
  CivilDay day;
  for (std::string line; std::getline(file, line);) {
    if (absl::ParseCivilTime(line, &day)) days.insert(day);
  }
  return days;
}

TEST(Japan, AgreesWithThePublishedListOnEveryDay) {
  const std::set<CivilDay> listed = Listed();
  ASSERT_GT(listed.size(), 1000u);
  for (CivilDay day(1970, 1, 1); day < CivilDay(2051, 1, 1); ++day) {
    EXPECT_EQ(IsJapaneseHoliday(day), listed.count(day) > 0) << day;
  }
}

TEST(Japan, KnowsTheSpecialYears) {
  // Ten days in a row around the accession: the days between are made holidays by it.
  for (CivilDay day(2019, 4, 29); day <= CivilDay(2019, 5, 6); ++day) {
    EXPECT_TRUE(IsJapaneseHoliday(day)) << day;
  }
  EXPECT_FALSE(IsJapaneseHoliday(CivilDay(2019, 12, 23)));  // no Emperor's Birthday that year
  EXPECT_FALSE(IsJapaneseHoliday(CivilDay(2020, 10, 12)));  // Sports Day stood in July
  EXPECT_FALSE(IsJapaneseHoliday(CivilDay(2021, 7, 19)));   // so did Marine Day, elsewhere
  EXPECT_TRUE(IsJapaneseHoliday(CivilDay(2021, 8, 9)));     // substitute for Mountain Day
  EXPECT_FALSE(IsJapaneseHoliday(CivilDay(2021, 8, 11)));
}

TEST(Japan, MakesADayBetweenTwoHolidaysOne) {
  EXPECT_TRUE(IsJapaneseHoliday(CivilDay(2026, 9, 22)));
  EXPECT_TRUE(IsJapaneseHoliday(CivilDay(2032, 9, 21)));
  EXPECT_FALSE(IsJapaneseHoliday(CivilDay(2027, 9, 22)));
}

}  // namespace
}  // namespace mamori::calendar
