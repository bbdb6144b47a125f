#include "common/policy/check_clocks.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace mamori::policy {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::vector<std::string> ProblemsOf(const char* text) {
  v1::Policy policy;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &policy));
  std::vector<std::string> problems;
  for (const Problem& problem : CheckClocks(policy)) {
    problems.push_back(problem.path + ": " + problem.what);
  }
  return problems;
}

TEST(CheckClocks, NamesEverythingThatIsWrong) {
  const std::vector<std::string> problems = ProblemsOf(R"pb(
    calendars {
      id: "Wrong"
      time_zone: "Asia/Nowhere"
      rest_days: 8
      closed_days: "2026-02-30"
      opening_hour: 24
    }
    clocks {
      id: "a"
      regime: CLOCK_REGIME_EU
      label_ja: "a"
      label_en: "a"
      due { hours: 0 }
      roll_forward: true
      warnings {}
      stops: CLOCK_EVENT_PERSON
      urgency: URGENCY_HIGH
    }
    clocks {
      id: "b"
      regime: CLOCK_REGIME_EU
      label_ja: "b"
      label_en: "b"
      starts: [ CLOCK_EVENT_RAISED, CLOCK_EVENT_RECEIVED ]
      named_reporter: true
      due { days: 1 }
      follows: "c"
      urgency: URGENCY_HIGH
    }
    clocks {
      id: "c"
      regime: CLOCK_REGIME_EU
      label_ja: "c"
      label_en: "c"
      due { days: 1 }
      follows: "b"
      urgency: URGENCY_HIGH
    }
    clocks {
      id: "d"
      regime: CLOCK_REGIME_EU
      label_ja: "d"
      label_en: "d"
      due { days: 1 }
      started_with: "nothing"
      urgency: URGENCY_HIGH
    }
    routes {
      id: "two"
      event_type: "case.opened"
      urgency: URGENCY_PAGE
      clocks: "a"
      min_level: 1
      steps { recipient_group: "desk" }
    }
    routes {
      id: "three"
      event_type: "deadline.missed"
      urgency: URGENCY_PAGE
      clocks: "z"
      min_level: 2
      max_level: 1
      steps { recipient_group: "desk" }
    }
  )pb");
  for (const char* what :
       {"calendars[0].id", "calendars[0].time_zone", "calendars[0].rest_days",
        "calendars[0].closed_days[0]", "calendars[0].opening_hour", "clocks[0].starts",
        "clocks[0].due", "clocks[0].roll_forward", "clocks[0].warnings[0]", "clocks[0].stops",
        "clocks[1].named_reporter", "clocks[1].min_severity", "clocks[1].follows: goes in a circle",
        "clocks[3].started_with: is no clock", "routes[0].clocks", "routes[0].min_level",
        "routes[1].clocks: z", "routes[1].max_level"}) {
    EXPECT_THAT(problems, Contains(StartsWith(what)));
  }
}

TEST(CheckClocks, WhatALawSetsIsNotPausedAndAPauseHasABound) {
  const auto of = [](const char* regime, const char* pause) {
    return ProblemsOf(absl::StrCat(R"pb(
                                     calendars { id: "jp" time_zone: "Asia/Tokyo" }
                                     clocks { id: "a" label_ja: "a" label_en: "a"
                                              starts: CLOCK_EVENT_PERSON
                                              due { months: 3 }
                                              urgency: URGENCY_HIGH
                                              regime:)pb",
                                   regime, " ", pause, " }")
                          .c_str());
  };
  for (const char* regime : {"CLOCK_REGIME_EU", "CLOCK_REGIME_APPI", "CLOCK_REGIME_TAKEDOWN",
                             "CLOCK_REGIME_WHISTLEBLOWER"}) {
    EXPECT_THAT(of(regime, "may_pause: true"), Contains(StartsWith("clocks[0].may_pause")));
    EXPECT_THAT(of(regime, ""), IsEmpty());
  }
  EXPECT_THAT(of("CLOCK_REGIME_COMPANY", "may_pause: true max_pause_days: 366"), IsEmpty());
  EXPECT_THAT(of("CLOCK_REGIME_COMPANY", "may_pause: true max_pause_days: 367"),
              Contains(StartsWith("clocks[0].max_pause_days")));
  EXPECT_THAT(of("CLOCK_REGIME_COMPANY", "max_pause_days: 5"),
              Contains(StartsWith("clocks[0].max_pause_days")));
}

TEST(CheckClocks, AsksForACalendarWhereThereAreClocks) {
  constexpr char kClock[] = R"pb(
    clocks {
      id: "a"
      regime: CLOCK_REGIME_EU
      label_ja: "a"
      label_en: "a"
      starts: CLOCK_EVENT_PERSON
      due { months: 3 }
      urgency: URGENCY_HIGH
    }
  )pb";
  EXPECT_THAT(ProblemsOf(kClock), Contains(StartsWith("calendars: ")));
  const std::string with_calendar =
      std::string(kClock) + "calendars { id: \"jp\" time_zone: \"Asia/Tokyo\" }";
  EXPECT_THAT(ProblemsOf(with_calendar.c_str()), IsEmpty());
  EXPECT_THAT(ProblemsOf(""), IsEmpty());
}

}  // namespace
}  // namespace mamori::policy
