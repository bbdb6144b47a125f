#include "common/calendar/calendar.h"

#include <algorithm>
#include <utility>

#include "common/calendar/japan.h"

namespace mamori::calendar {
namespace {

using absl::CivilDay;

// No calendar closes for longer: one that lists every day of years as closed must not hang.
constexpr int kMaxDaysClosed = 3660;

}  // namespace

CivilDay AddMonths(CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const CivilDay last = CivilDay(month + 1) - 1;
  return std::min(CivilDay(month.year(), month.month(), 1) + (day.day() - 1), last);
}

Calendar::Calendar(absl::TimeZone zone, Rules rules) : zone_(zone), rules_(std::move(rules)) {}

absl::Time Calendar::At(const absl::CivilSecond& second) const {
  const absl::TimeZone::TimeInfo info = zone_.At(second);
  // In a gap the clock jumps over `second`: the jump is the first instant that is not before it. A
  // repeated one is taken the first time.
  return info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
}

absl::Time Calendar::StartOf(CivilDay day) const { return At(absl::CivilSecond(day)); }

absl::Time Calendar::OpeningOf(CivilDay day) const {
  return At(absl::CivilSecond(day) + rules_.opening_hour * 3600);
}

bool Calendar::IsBusinessDay(CivilDay day) const {
  if (rules_.open_days.count(day) > 0) return true;
  if (rules_.closed_days.count(day) > 0) return false;
  if (rules_.rest_days.count(absl::GetWeekday(day)) > 0) return false;
  return !rules_.japanese_holidays || !IsJapaneseHoliday(day);
}

CivilDay Calendar::NextBusinessDay(CivilDay day) const {
  for (int i = 0; i < kMaxDaysClosed && !IsBusinessDay(day); ++i) ++day;
  return day;
}

CivilDay Calendar::AddBusinessDays(CivilDay day, int count) const {
  const int step = count < 0 ? -1 : 1;
  for (int left = count * step; left > 0; --left) {
    day += step;
    for (int i = 0; i < kMaxDaysClosed && !IsBusinessDay(day); ++i) day += step;
  }
  return day;
}

int Calendar::BusinessDaysBetween(CivilDay from, CivilDay to) const {
  int count = 0;
  while (from < to) count += IsBusinessDay(++from) ? 1 : 0;
  return count;
}

Due Calendar::DueAfter(absl::Time start, Span span, bool roll) const {
  if (span.unit == Unit::kHours) {
    const absl::Time time = start + absl::Hours(span.count);
    return {time, DayOf(time)};
  }
  CivilDay day = DayOf(start);
  switch (span.unit) {
    case Unit::kHours:
      break;
    case Unit::kDays:
      day += span.count;
      break;
    case Unit::kBusinessDays:
      day = AddBusinessDays(day, span.count);
      break;
    case Unit::kMonths:
      day = AddMonths(day, span.count);
      break;
  }
  if (roll) day = NextBusinessDay(day);
  return {EndOf(day), day};
}

absl::Time Calendar::Before(const Due& due, Span span) const {
  switch (span.unit) {
    case Unit::kHours:
      break;
    case Unit::kDays:
      return OpeningOf(due.day - span.count);
    case Unit::kBusinessDays:
      return OpeningOf(AddBusinessDays(due.day, -span.count));
    case Unit::kMonths:
      return OpeningOf(AddMonths(due.day, -span.count));
  }
  return due.time - absl::Hours(span.count);
}

absl::Time Calendar::After(const Due& due, Span span) const {
  switch (span.unit) {
    case Unit::kHours:
      break;
    case Unit::kDays:
      return OpeningOf(due.day + span.count);
    case Unit::kBusinessDays:
      return OpeningOf(AddBusinessDays(due.day, span.count));
    case Unit::kMonths:
      return OpeningOf(AddMonths(due.day, span.count));
  }
  return due.time + absl::Hours(span.count);
}

}  // namespace mamori::calendar
