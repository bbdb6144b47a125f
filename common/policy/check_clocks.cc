#include "common/policy/check_clocks.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/policy/check_ids.h"
#include "common/policy/problem_list.h"

namespace mamori::policy {
namespace {

constexpr int kMaxSteps = 5;
constexpr int kMaxPauseDays = 366;

bool IsIn(int count, int most) { return count >= 1 && count <= most; }

bool IsSpan(const v1::ClockSpan& span) {
  switch (span.length_case()) {
    case v1::ClockSpan::kHours:
      return IsIn(span.hours(), 8760);
    case v1::ClockSpan::kDays:
      return IsIn(span.days(), 3660);
    case v1::ClockSpan::kBusinessDays:
      return IsIn(span.business_days(), 1000);
    case v1::ClockSpan::kMonths:
      return IsIn(span.months(), 120);
    case v1::ClockSpan::LENGTH_NOT_SET:
      break;
  }
  return false;
}

class Checker : private ProblemList {
 public:
  explicit Checker(const v1::Policy& policy) : policy_(policy) {}

  std::vector<Problem> Run() {
    CheckCalendars();
    for (const v1::Clock& clock : policy_.clocks()) clocks_[clock.id()] = &clock;
    CheckClocks();
    for (int i = 0; i < policy_.routes_size(); ++i) CheckRoute(i);
    Need(policy_.smallest_cell() >= 0, "smallest_cell", "want 0 or more");
    return std::move(problems_);
  }

 private:
  void CheckCalendars() {
    Need(policy_.clocks().empty() || !policy_.calendars().empty(), "calendars",
         "at least one is required where there are clocks");
    std::set<std::string> ids, companies;
    for (int i = 0; i < policy_.calendars_size(); ++i) {
      const v1::Calendar& calendar = policy_.calendars(i);
      const std::string at = absl::StrCat("calendars[", i, "]");
      Need(IsLowerId(calendar.id()), at + ".id", kLowerIdWanted);
      Need(ids.insert(calendar.id()).second, at + ".id", "stands twice");
      absl::TimeZone zone;
      Need(absl::LoadTimeZone(calendar.time_zone(), &zone), at + ".time_zone",
           "is no time zone that this machine knows");
      Need(v1::HolidayRule_IsValid(calendar.holidays()), at + ".holidays", "is no rule");
      const int hour = calendar.opening_hour();
      Need(hour >= 0 && hour <= 23, at + ".opening_hour", "want 0 to 23");
      std::set<int> rest;
      for (const int day : calendar.rest_days()) {
        Need(IsIn(day, 7) && rest.insert(day).second, at + ".rest_days", "want 1 to 7, once each");
      }
      Need(rest.size() < 7, at + ".rest_days", "leaves no day to work on");
      CheckDays(calendar.closed_days(), at + ".closed_days");
      CheckDays(calendar.open_days(), at + ".open_days");
      for (const std::string& company : calendar.companies()) {
        Need(companies.insert(company).second, at + ".companies", company + " stands twice");
      }
    }
  }

  void CheckDays(const google::protobuf::RepeatedPtrField<std::string>& days,
                 const std::string& at) {
    for (int i = 0; i < days.size(); ++i) {
      absl::CivilDay day;
      Need(days[i].size() == 10 && absl::ParseCivilTime(days[i], &day),
           absl::StrCat(at, "[", i, "]"), "want a day such as 2026-12-30");
    }
  }

  void CheckClocks() {
    std::set<std::string> ids;
    for (int i = 0; i < policy_.clocks_size(); ++i) {
      const v1::Clock& clock = policy_.clocks(i);
      const std::string at = absl::StrCat("clocks[", i, "]");
      Need(IsLowerId(clock.id()), at + ".id", kLowerIdWanted);
      Need(ids.insert(clock.id()).second, at + ".id", "stands twice");
      Need(
          v1::ClockRegime_IsValid(clock.regime()) && clock.regime() != v1::CLOCK_REGIME_UNSPECIFIED,
          at + ".regime", "is no regime");
      Need(!clock.label_ja().empty(), at + ".label_ja", "is required");
      Need(!clock.label_en().empty(), at + ".label_en", "is required");
      Need(v1::Urgency_IsValid(clock.urgency()) && clock.urgency() != v1::URGENCY_UNSPECIFIED,
           at + ".urgency", "want NORMAL, HIGH or PAGE");
      Need(IsSpan(clock.due()), at + ".due", kSpanWanted);
      Need(!clock.roll_forward() || clock.due().length_case() != v1::ClockSpan::kHours,
           at + ".roll_forward", "hours are not rolled");
      CheckPause(clock, at);
      CheckSpans(clock.warnings(), at + ".warnings");
      CheckSpans(clock.escalations(), at + ".escalations");
      CheckEvents(clock, at);
      CheckScope(clock, at);
      CheckOrder(clock, at);
    }
  }

  void CheckPause(const v1::Clock& clock, const std::string& at) {
    Need(!clock.may_pause() || MayPause(clock.regime()), at + ".may_pause",
         "what a law sets is not paused");
    Need(clock.max_pause_days() >= 0 && clock.max_pause_days() <= kMaxPauseDays,
         at + ".max_pause_days", absl::StrCat("want 0 to ", kMaxPauseDays));
    Need(clock.max_pause_days() == 0 || clock.may_pause(), at + ".max_pause_days",
         "goes with may_pause");
  }

  void CheckSpans(const google::protobuf::RepeatedPtrField<v1::ClockSpan>& spans,
                  const std::string& at) {
    Need(spans.size() <= kMaxSteps, at, absl::StrCat("at most ", kMaxSteps));
    for (int i = 0; i < spans.size(); ++i) {
      Need(IsSpan(spans[i]), absl::StrCat(at, "[", i, "]"), kSpanWanted);
    }
  }

  void CheckEvents(const v1::Clock& clock, const std::string& at) {
    Need(!clock.starts().empty() || !clock.follows().empty() || !clock.started_with().empty(),
         at + ".starts", "nothing starts it");
    for (const int event : clock.starts()) {
      Need(v1::ClockEvent_IsValid(event) && event != v1::CLOCK_EVENT_UNSPECIFIED, at + ".starts",
           "is no event");
      Need(!clock.named_reporter() || event == v1::CLOCK_EVENT_OPENED, at + ".named_reporter",
           "is known when the case is opened alone");
      Need(event != v1::CLOCK_EVENT_RAISED || clock.min_severity() > v1::SEVERITY_LOW,
           at + ".min_severity", "is required where raising the severity starts it");
    }
    CheckEnd(clock.stops(), at + ".stops");
    CheckEnd(clock.ends(), at + ".ends");
  }

  void CheckEnd(const google::protobuf::RepeatedField<int>& events, const std::string& at) {
    for (const int event : events) {
      Need(v1::ClockEvent_IsValid(event) && event != v1::CLOCK_EVENT_UNSPECIFIED &&
               event != v1::CLOCK_EVENT_PERSON && event != v1::CLOCK_EVENT_RAISED,
           at, "is no event that ends a deadline");
    }
  }

  void CheckScope(const v1::Clock& clock, const std::string& at) {
    Need(v1::Severity_IsValid(clock.min_severity()), at + ".min_severity", "is no severity");
    Need(v1::Severity_IsValid(clock.max_severity()) &&
             (clock.max_severity() == v1::SEVERITY_UNSPECIFIED ||
              clock.max_severity() >= clock.min_severity()),
         at + ".max_severity", "is no severity, or below min_severity");
    for (const int kind : clock.report_kinds()) {
      Need(v1::ReportKind_IsValid(kind) && kind != v1::REPORT_KIND_UNSPECIFIED,
           at + ".report_kinds", "is no kind of report");
    }
  }

  // Clocks that begin with or after others must not do so in a circle.
  void CheckOrder(const v1::Clock& clock, const std::string& at) {
    const auto before = [](const v1::Clock& one) {
      return one.follows().empty() ? one.started_with() : one.follows();
    };
    Need(clock.follows().empty() || clock.started_with().empty(), at + ".follows",
         "and started_with exclude each other");
    const v1::Clock* one = &clock;
    for (int hops = 0; !before(*one).empty(); ++hops) {
      const auto it = clocks_.find(before(*one));
      if (it == clocks_.end() || hops > policy_.clocks_size()) {
        return Need(false, at + (clock.follows().empty() ? ".started_with" : ".follows"),
                    it == clocks_.end() ? "is no clock of this policy" : "goes in a circle");
      }
      one = it->second;
    }
  }

  void CheckRoute(int i) {
    const v1::Route& route = policy_.routes(i);
    const std::string at = absl::StrCat("routes[", i, "]");
    const bool missed = route.event_type() == "deadline.missed";
    Need(route.clocks().empty() || missed || route.event_type() == "deadline.near", at + ".clocks",
         "only for deadline.near and deadline.missed");
    for (const std::string& clock : route.clocks()) {
      Need(clocks_.count(clock) > 0, at + ".clocks", clock + " is no clock of this policy");
    }
    Need((route.min_level() == 0 && !route.has_max_level()) || missed, at + ".min_level",
         "levels are for deadline.missed");
    Need(route.min_level() >= 0 &&
             (!route.has_max_level() || route.max_level() >= route.min_level()),
         at + ".max_level", "want 0 or more, and not below min_level");
  }

  static constexpr char kSpanWanted[] =
      "want hours (1 to 8760), days (1 to 3660), business_days (1 to 1000) or months (1 to 120)";

  const v1::Policy& policy_;
  std::map<std::string, const v1::Clock*, std::less<>> clocks_;
};

}  // namespace

bool MayPause(v1::ClockRegime regime) {
  switch (regime) {
    case v1::CLOCK_REGIME_WHISTLEBLOWER:
    case v1::CLOCK_REGIME_EU:
    case v1::CLOCK_REGIME_TAKEDOWN:
    case v1::CLOCK_REGIME_APPI:
      return false;
    default:
      return true;
  }
}

std::vector<Problem> CheckClocks(const v1::Policy& policy) { return Checker(policy).Run(); }

}  // namespace mamori::policy
