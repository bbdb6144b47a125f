#include "common/calendar/japan.h"

#include <cmath>

namespace mamori::calendar {
namespace {

using absl::CivilDay;
using absl::Weekday;

constexpr int kForGood = 9999;

// A day of the month, or the n-th Monday of it, in the years that the law says.
struct FixedDay {
  int month, day, from, to;
};
constexpr FixedDay kFixedDays[] = {
    {1, 1, 1949, kForGood},    // New Year
    {1, 15, 1949, 1999},       // Coming of Age
    {2, 11, 1967, kForGood},   // Foundation
    {2, 23, 2020, kForGood},   // Emperor's Birthday
    {4, 29, 1949, kForGood},   // Emperor's Birthday, Greenery Day, Showa Day
    {5, 3, 1949, kForGood},    // Constitution
    {5, 4, 2007, kForGood},    // Greenery Day
    {5, 5, 1949, kForGood},    // Children's Day
    {7, 20, 1996, 2002},       // Marine Day
    {8, 11, 2016, 2019},       // Mountain Day
    {8, 11, 2022, kForGood},   //
    {9, 15, 1966, 2002},       // Respect for the Aged
    {10, 10, 1966, 1999},      // Sports
    {11, 3, 1948, kForGood},   // Culture
    {11, 23, 1948, kForGood},  // Labour Thanksgiving
    {12, 23, 1989, 2018},      // Emperor's Birthday
    // By laws of their own: the funeral of 1989, the enthronement of 1990, the wedding of 1993, the
    // accession and enthronement of 2019, and what the games of 2020 and 2021 moved.
    {2, 24, 1989, 1989},
    {11, 12, 1990, 1990},
    {6, 9, 1993, 1993},
    {5, 1, 2019, 2019},
    {10, 22, 2019, 2019},
    {7, 23, 2020, 2020},
    {7, 24, 2020, 2020},
    {8, 10, 2020, 2020},
    {7, 22, 2021, 2021},
    {7, 23, 2021, 2021},
    {8, 8, 2021, 2021},
};

struct NthMonday {
  int month, nth, from, to;
};
constexpr NthMonday kMondays[] = {
    {1, 2, 2000, kForGood},   // Coming of Age
    {7, 3, 2003, 2019},       // Marine Day
    {7, 3, 2022, kForGood},   //
    {9, 3, 2003, kForGood},   // Respect for the Aged
    {10, 2, 2000, 2019},      // Sports
    {10, 2, 2022, kForGood},  //
};

// The day of March (September) on which the sun crosses the equator in Japan: it comes 0.242194
// days later each year and a day earlier after each leap year.
int EquinoxDay(absl::civil_year_t year, double in_1980) {
  const double years = static_cast<double>(year - 1980);
  return static_cast<int>(std::floor(in_1980 + 0.242194 * years) - std::floor(years / 4));
}

bool IsEquinox(CivilDay day) {
  if (day.month() == 3) return day.day() == EquinoxDay(day.year(), 20.8431);
  if (day.month() == 9) return day.day() == EquinoxDay(day.year(), 23.2488);
  return false;
}

bool IsNamed(CivilDay day) {
  for (const FixedDay& one : kFixedDays) {
    if (day.month() == one.month && day.day() == one.day && day.year() >= one.from &&
        day.year() <= one.to) {
      return true;
    }
  }
  for (const NthMonday& one : kMondays) {
    if (day.month() == one.month && (day.day() + 6) / 7 == one.nth && day.year() >= one.from &&
        day.year() <= one.to && absl::GetWeekday(day) == Weekday::monday) {
      return true;
    }
  }
  return IsEquinox(day);
}

// A named holiday on a Sunday moves on: to the Monday, and since 2007 to the first day after it
// that is not named itself.
bool IsSubstitute(CivilDay day) {
  if (day < CivilDay(1973, 4, 12)) return false;
  if (day.year() < 2007) {
    return absl::GetWeekday(day) == Weekday::monday && IsNamed(day - 1);
  }
  for (CivilDay before = day - 1; IsNamed(before); --before) {
    if (absl::GetWeekday(before) == Weekday::sunday) return true;
  }
  return false;
}

// A day between two named holidays; until 2006 not when it was a Sunday or a substitute.
bool IsBetween(CivilDay day) {
  if (day < CivilDay(1985, 12, 27)) return false;
  if (day.year() < 2007 && absl::GetWeekday(day) == Weekday::sunday) return false;
  return IsNamed(day - 1) && IsNamed(day + 1);
}

}  // namespace

bool IsJapaneseHoliday(CivilDay day) { return IsNamed(day) || IsSubstitute(day) || IsBetween(day); }

}  // namespace mamori::calendar
