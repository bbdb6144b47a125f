// The public holidays of Japan, computed by the rules of the law. Pure.
#ifndef MAMORI_COMMON_CALENDAR_JAPAN_H_
#define MAMORI_COMMON_CALENDAR_JAPAN_H_

#include "absl/time/civil_time.h"

namespace mamori::calendar {

// Whether the Act on National Holidays (1948, as amended up to 2018, with the special laws of 1989
// to 2021) makes the day one: named holidays, substitutes for those on a Sunday, and days between
// two holidays. From 1970 on. Equinoxes follow the usual approximation, which is good until 2099;
// the day in force is announced in the February before, so a later year may be changed by a law.
bool IsJapaneseHoliday(absl::CivilDay day);

}  // namespace mamori::calendar

#endif  // MAMORI_COMMON_CALENDAR_JAPAN_H_
