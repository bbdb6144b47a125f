// Civil time: which days are worked, when a day ends, and when something is due. Pure; the time
// zone comes in through the constructor.
//
// A day is one of the calendar's zone. Deadlines counted in days do not count the day that they
// begin on and end with the end of the last one, whatever the zone does to its clocks in between;
// hours are hours of real time.
#ifndef MAMORI_COMMON_CALENDAR_CALENDAR_H_
#define MAMORI_COMMON_CALENDAR_CALENDAR_H_

#include <set>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace mamori::calendar {

// What counts how long.
enum class Unit { kHours, kDays, kBusinessDays, kMonths };

struct Span {
  Unit unit = Unit::kHours;
  int count = 0;
};

// When something is due. It is done in time when it is done before `time`.
struct Due {
  absl::Time time;
  // The last day on which it can be done; for hours the day that `time` falls on.
  absl::CivilDay day;
};

class Calendar {
 public:
  struct Rules {
    bool japanese_holidays = false;
    std::set<absl::Weekday> rest_days = {absl::Weekday::saturday, absl::Weekday::sunday};
    std::set<absl::CivilDay> closed_days;  // further ones
    std::set<absl::CivilDay> open_days;    // worked whatever else says
    int opening_hour = 9;
  };
  Calendar(absl::TimeZone zone, Rules rules);

  absl::CivilDay DayOf(absl::Time time) const { return absl::ToCivilDay(time, zone_); }
  // The first instant of a day: where the zone leaves midnight out, the first one after the gap.
  absl::Time StartOf(absl::CivilDay day) const;
  // The first instant after it.
  absl::Time EndOf(absl::CivilDay day) const { return StartOf(day + 1); }
  // When the day's warnings are given.
  absl::Time OpeningOf(absl::CivilDay day) const;

  bool IsBusinessDay(absl::CivilDay day) const;
  // The day itself when it is worked, else the next one that is.
  absl::CivilDay NextBusinessDay(absl::CivilDay day) const;
  // The `count`-th day worked after `day`; before it when `count` is negative.
  absl::CivilDay AddBusinessDays(absl::CivilDay day, int count) const;
  // Days worked after `from`, up to `to`; 0 when `to` is not after it.
  int BusinessDaysBetween(absl::CivilDay from, absl::CivilDay to) const;

  // `roll` moves a due day that is not worked to the next one that is; not for hours.
  Due DueAfter(absl::Time start, Span span, bool roll) const;
  // For warnings: `span` before it is due; days are counted back from the due day and end with that
  // day's opening.
  absl::Time Before(const Due& due, Span span) const;
  // For what follows a missed deadline, in the same way.
  absl::Time After(const Due& due, Span span) const;

 private:
  absl::Time At(const absl::CivilSecond& second) const;

  const absl::TimeZone zone_;
  const Rules rules_;
};

// The day with the same number `months` later, or that month's last where there is none.
absl::CivilDay AddMonths(absl::CivilDay day, int months);

}  // namespace mamori::calendar

#endif  // MAMORI_COMMON_CALENDAR_CALENDAR_H_
