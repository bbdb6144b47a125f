#include "common/calendar/calendar.h"

#include <gtest/gtest.h>

#include <string>

namespace mamori::calendar {
namespace {

using absl::CivilDay;

absl::TimeZone Zone(const char* name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone)) << name;
  return zone;
}

Calendar Japan(Calendar::Rules rules = {}) {
  rules.japanese_holidays = true;
  return Calendar(Zone("Asia/Tokyo"), std::move(rules));
}

absl::Time Parse(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

struct Row {
  const char* name;
  const char* start;
  Span span;
  bool roll;
  const char* want;
};

TEST(Calendar, SaysWhenSomethingIsDue) {
  const Row rows[] = {
      {"hours",
       "2026-12-01T10:00:00+09:00",
       {Unit::kHours, 24},
       false,
       "2026-12-02T10:00:00+09:00"},
      {"days end with the day",
       "2026-12-01T10:00:00+09:00",
       {Unit::kDays, 7},
       false,
       "2026-12-09T00:00:00+09:00"},
      {"the day of the event is not counted",
       "2026-12-01T00:00:00+09:00",
       {Unit::kDays, 1},
       false,
       "2026-12-03T00:00:00+09:00"},
      {"not even its last second",
       "2026-12-01T23:59:59+09:00",
       {Unit::kDays, 1},
       false,
       "2026-12-03T00:00:00+09:00"},
      {"the zone says which day it is",
       "2026-12-01T15:00:00Z",
       {Unit::kDays, 1},
       false,
       "2026-12-04T00:00:00+09:00"},
      {"three months are no ninety days",
       "2026-12-01T10:00:00+09:00",
       {Unit::kMonths, 3},
       false,
       "2027-03-02T00:00:00+09:00"},
      {"the month's last day where there is no 30th",
       "2026-11-30T10:00:00+09:00",
       {Unit::kMonths, 3},
       false,
       "2027-03-01T00:00:00+09:00"},
      {"a leap year's",
       "2027-11-30T10:00:00+09:00",
       {Unit::kMonths, 3},
       false,
       "2028-03-01T00:00:00+09:00"},
      {"the last day is not drawn to the last day",
       "2027-02-28T10:00:00+09:00",
       {Unit::kMonths, 1},
       false,
       "2027-03-29T00:00:00+09:00"},
      {"twelve months from 29 February",
       "2028-02-29T10:00:00+09:00",
       {Unit::kMonths, 12},
       false,
       "2029-03-01T00:00:00+09:00"},
      {"business days",
       "2026-11-27T10:00:00+09:00",
       {Unit::kBusinessDays, 1},
       false,
       "2026-12-01T00:00:00+09:00"},
      {"from a Saturday",
       "2026-11-28T10:00:00+09:00",
       {Unit::kBusinessDays, 1},
       false,
       "2026-12-01T00:00:00+09:00"},
      {"over the Silver Week of 2026",
       "2026-09-18T10:00:00+09:00",
       {Unit::kBusinessDays, 1},
       false,
       "2026-09-25T00:00:00+09:00"},
      {"not rolled",
       "2026-09-12T10:00:00+09:00",
       {Unit::kDays, 7},
       false,
       "2026-09-20T00:00:00+09:00"},
      {"rolled over weekend and holidays",
       "2026-09-12T10:00:00+09:00",
       {Unit::kDays, 7},
       true,
       "2026-09-25T00:00:00+09:00"},
      {"hours are never rolled",
       "2026-09-18T23:00:00+09:00",
       {Unit::kHours, 2},
       true,
       "2026-09-19T01:00:00+09:00"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Japan().DueAfter(Parse(row.start), row.span, row.roll).time, Parse(row.want))
        << row.name;
  }
}

TEST(Calendar, TheDueDayIsTheLastOnWhichItCanBeDone) {
  const Due due = Japan().DueAfter(Parse("2026-12-01T10:00:00+09:00"), {Unit::kDays, 7}, false);
  EXPECT_EQ(due.day, CivilDay(2026, 12, 8));
  EXPECT_EQ(Japan().DayOf(due.time - absl::Nanoseconds(1)), due.day);
}

// Clocks are put back on 25 October 2026 and forward on 28 March 2027 in Berlin.
TEST(Calendar, DaysAreCivilAndHoursRealWhenClocksArePutForwardOrBack) {
  const Calendar berlin(Zone("Europe/Berlin"), {});
  const absl::Time autumn = Parse("2026-10-24T12:00:00+02:00");
  EXPECT_EQ(berlin.DueAfter(autumn, {Unit::kDays, 7}, false).time,
            Parse("2026-11-01T00:00:00+01:00"));
  EXPECT_EQ(berlin.DueAfter(autumn, {Unit::kHours, 24}, false).time,
            Parse("2026-10-25T11:00:00+01:00"));
  const absl::Time winter = Parse("2026-12-31T12:00:00+01:00");
  EXPECT_EQ(berlin.DueAfter(winter, {Unit::kMonths, 3}, false).time,
            Parse("2027-04-01T00:00:00+02:00"));
  EXPECT_EQ(berlin.EndOf(CivilDay(2027, 3, 28)) - berlin.StartOf(CivilDay(2027, 3, 28)),
            absl::Hours(23));
  EXPECT_EQ(berlin.EndOf(CivilDay(2026, 10, 25)) - berlin.StartOf(CivilDay(2026, 10, 25)),
            absl::Hours(25));
}

// São Paulo left midnight out on 4 November 2018, and had 17 February's last hour twice.
TEST(Calendar, ADayWithoutMidnightBeginsAfterTheGap) {
  const Calendar calendar(Zone("America/Sao_Paulo"), {});
  EXPECT_EQ(calendar.StartOf(CivilDay(2018, 11, 4)), Parse("2018-11-04T01:00:00-02:00"));
  EXPECT_EQ(calendar.DueAfter(Parse("2018-11-02T12:00:00-03:00"), {Unit::kDays, 1}, false).time,
            Parse("2018-11-04T01:00:00-02:00"));
  EXPECT_EQ(calendar.EndOf(CivilDay(2018, 2, 17)), Parse("2018-02-18T00:00:00-03:00"));
}

// Toronto put its clocks forward at 23:30 on 30 March 1919: midnight fell into the gap.
TEST(Calendar, ADayWhoseMidnightFallsIntoAGapBeginsWhereTheGapEnds) {
  const Calendar calendar(Zone("America/Toronto"), {});
  EXPECT_EQ(calendar.StartOf(CivilDay(1919, 3, 31)), Parse("1919-03-31T00:30:00-04:00"));
}

TEST(Calendar, ACompanyClosesAndOpensOnDaysOfItsOwn) {
  Calendar::Rules rules;
  rules.closed_days = {CivilDay(2026, 12, 29), CivilDay(2026, 12, 30), CivilDay(2026, 12, 31)};
  rules.open_days = {CivilDay(2027, 1, 2)};  // a Saturday
  const Calendar calendar = Japan(rules);
  EXPECT_EQ(calendar.AddBusinessDays(CivilDay(2026, 12, 28), 1), CivilDay(2027, 1, 2));
  EXPECT_EQ(Japan().AddBusinessDays(CivilDay(2026, 12, 28), 1), CivilDay(2026, 12, 29));
  EXPECT_FALSE(calendar.IsBusinessDay(CivilDay(2027, 1, 1)));
}

TEST(Calendar, WarnsAtTheOpeningOfADayAndCountsBusinessDaysBothWays) {
  const Calendar calendar = Japan();
  const Due due =
      calendar.DueAfter(Parse("2026-09-17T10:00:00+09:00"), {Unit::kBusinessDays, 3}, false);
  EXPECT_EQ(due.day, CivilDay(2026, 9, 25));
  EXPECT_EQ(calendar.Before(due, {Unit::kBusinessDays, 2}), Parse("2026-09-18T09:00:00+09:00"));
  EXPECT_EQ(calendar.Before(due, {Unit::kDays, 2}), Parse("2026-09-23T09:00:00+09:00"));
  EXPECT_EQ(calendar.Before(due, {Unit::kHours, 2}), Parse("2026-09-25T22:00:00+09:00"));
  EXPECT_EQ(calendar.After(due, {Unit::kBusinessDays, 1}), Parse("2026-09-28T09:00:00+09:00"));
  EXPECT_EQ(calendar.After(due, {Unit::kMonths, 1}), Parse("2026-10-25T09:00:00+09:00"));
}

TEST(Calendar, AddingAndCountingBusinessDaysAgreeOverYears) {
  const Calendar calendar = Japan();
  for (CivilDay day(2026, 1, 1); day < CivilDay(2028, 1, 1); ++day) {
    for (const int count : {1, 2, 5, 20}) {
      const CivilDay end = calendar.AddBusinessDays(day, count);
      EXPECT_TRUE(calendar.IsBusinessDay(end)) << end;
      EXPECT_EQ(calendar.BusinessDaysBetween(day, end), count) << day;
      EXPECT_GE(calendar.AddBusinessDays(end, -count), day - 12) << day;
    }
  }
  EXPECT_EQ(calendar.BusinessDaysBetween(CivilDay(2026, 1, 5), CivilDay(2026, 1, 5)), 0);
}

TEST(Calendar, AListThatClosesEverythingDoesNotHang) {
  Calendar::Rules rules;
  rules.rest_days = {absl::Weekday::monday,   absl::Weekday::tuesday, absl::Weekday::wednesday,
                     absl::Weekday::thursday, absl::Weekday::friday,  absl::Weekday::saturday,
                     absl::Weekday::sunday};
  EXPECT_GT(Japan(rules).AddBusinessDays(CivilDay(2026, 1, 1), 1), CivilDay(2026, 1, 1));
}

}  // namespace
}  // namespace mamori::calendar
