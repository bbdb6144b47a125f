#include "services/triage/clock_books.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

std::set<absl::CivilDay> DaysOf(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::set<absl::CivilDay> days;
  for (const std::string& text : texts) {
    absl::CivilDay day;
    if (absl::ParseCivilTime(text, &day)) days.insert(day);  // the policy's check refuses others
  }
  return days;
}

absl::StatusOr<calendar::Calendar> CalendarOf(const mamori::v1::Calendar& data) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(data.time_zone(), &zone)) {
    return absl::FailedPreconditionError(
        absl::StrCat("this machine knows no time zone ", data.time_zone()));
  }
  calendar::Calendar::Rules rules;
  rules.japanese_holidays = data.holidays() == mamori::v1::HOLIDAY_RULE_JAPAN;
  if (data.rest_days_size() > 0) rules.rest_days.clear();
  for (const int day : data.rest_days()) {
    rules.rest_days.insert(static_cast<absl::Weekday>(day - 1));  // Monday is 1 there, 0 here
  }
  rules.closed_days = DaysOf(data.closed_days());
  rules.open_days = DaysOf(data.open_days());
  if (data.has_opening_hour()) rules.opening_hour = data.opening_hour();
  return calendar::Calendar(zone, std::move(rules));
}

}  // namespace

absl::StatusOr<ClockBook> MakeClockBook(const mamori::v1::Policy& policy) {
  std::vector<calendar::Calendar> calendars;
  for (const mamori::v1::Calendar& data : policy.calendars()) {
    ASSIGN_OR_RETURN(calendar::Calendar calendar, CalendarOf(data));
    calendars.push_back(std::move(calendar));
  }
  return ClockBook(policy, std::move(calendars));
}

absl::StatusOr<std::shared_ptr<const ClockBook>> ClockBooks::Get(std::string_view digest) {
  {
    std::lock_guard lock(mu_);
    if (const auto it = books_.find(digest); it != books_.end()) return it->second;
  }
  ASSIGN_OR_RETURN(const auto version, catalog_.Get(digest));
  std::shared_ptr<const ClockBook> book;
  if (version->policy.clocks_size() > 0) {
    ASSIGN_OR_RETURN(ClockBook made, MakeClockBook(version->policy));
    book = std::make_shared<const ClockBook>(std::move(made));
  }
  std::lock_guard lock(mu_);
  return books_.try_emplace(version->digest, std::move(book)).first->second;
}

}  // namespace mamori::triage
