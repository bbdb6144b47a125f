// A policy with a clock of each kind, and a case to apply them to.
#ifndef MAMORI_SERVICES_TRIAGE_TEST_CLOCK_RULES_FIXTURE_H_
#define MAMORI_SERVICES_TRIAGE_TEST_CLOCK_RULES_FIXTURE_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/triage/clock_books.h"
#include "services/triage/clock_rules.h"

namespace mamori::triage {

inline constexpr char kClockRulesPolicy[] = R"pb(
  calendars { id: "japan" time_zone: "Asia/Tokyo" holidays: HOLIDAY_RULE_JAPAN }
  calendars { id: "berlin" time_zone: "Europe/Berlin" companies: "gmbh" }
  clocks {
    id: "ack"
    regime: CLOCK_REGIME_COMPANY
    starts: CLOCK_EVENT_OPENED
    stops: CLOCK_EVENT_ASSIGNED
    ends: CLOCK_EVENT_WITHDRAWN
    due { business_days: 1 }
    warnings { hours: 8 }
    escalations { business_days: 1 }
    escalations { business_days: 3 }
    urgency: URGENCY_HIGH
  }
  clocks {
    id: "critical"
    regime: CLOCK_REGIME_COMPANY
    starts: [ CLOCK_EVENT_OPENED, CLOCK_EVENT_RAISED ]
    stops: CLOCK_EVENT_ASSIGNED
    min_severity: SEVERITY_CRITICAL
    due { hours: 1 }
    urgency: URGENCY_PAGE
  }
  clocks {
    id: "decide"
    regime: CLOCK_REGIME_COMPANY
    starts: [ CLOCK_EVENT_RECEIVED, CLOCK_EVENT_REOPENED ]
    stops: CLOCK_EVENT_CLOSED
    report_kinds: REPORT_KIND_CUSTOMER_HARASSMENT
    due { business_days: 20 }
    warnings { business_days: 5 }
    may_pause: true
    urgency: URGENCY_NORMAL
  }
  clocks {
    id: "check_in"
    regime: CLOCK_REGIME_NO_DISADVANTAGE
    starts: CLOCK_EVENT_OPENED
    named_reporter: true
    due { days: 30 }
    roll_forward: true
    urgency: URGENCY_NORMAL
  }
  clocks {
    id: "eu.ack"
    regime: CLOCK_REGIME_EU
    starts: CLOCK_EVENT_PERSON
    counts_from_opening: true
    due { days: 7 }
    may_pause: true
    urgency: URGENCY_HIGH
  }
  clocks {
    id: "limited"
    regime: CLOCK_REGIME_COOPERATION
    starts: CLOCK_EVENT_PERSON
    due { days: 10 }
    warnings { days: 2 }
    may_pause: true
    max_pause_days: 5
    urgency: URGENCY_NORMAL
  }
  clocks {
    id: "eu.feedback"
    regime: CLOCK_REGIME_EU
    follows: "eu.ack"
    due { months: 3 }
    urgency: URGENCY_HIGH
  }
  clocks {
    id: "leak"
    regime: CLOCK_REGIME_APPI
    starts: CLOCK_EVENT_PERSON
    due { days: 5 }
    urgency: URGENCY_PAGE
  }
  clocks {
    id: "leak.final"
    regime: CLOCK_REGIME_APPI
    started_with: "leak"
    due { days: 30 }
    urgency: URGENCY_HIGH
  }
)pb";

inline absl::Time Parse(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

class ClockRulesTest : public ::testing::Test {
 protected:
  ClockRulesTest() : book_(*MakeClockBook(Read())) {
    facts_.tenant = "t";
    facts_.case_id = ids_.NewId();
    facts_.company = "acme";
    facts_.kind = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT;
    facts_.severity = mamori::v1::SEVERITY_MEDIUM;
    facts_.open_time = open_;
    facts_.reporter_named = true;
  }

  static mamori::v1::Policy Read() {
    mamori::v1::Policy policy;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kClockRulesPolicy, &policy));
    return policy;
  }

  // Applies events to what there is, as a store would.
  void Happen(const ClockEvents& events, absl::Time now) {
    Take(book_.Apply(facts_, events, rows_, {now, "desk-1"}, ids_));
  }
  void Take(const DeadlineChanges& changes) {
    for (const DeadlineRow& row : changes.changed) *Find(row.deadline_id) = row;
    for (const DeadlineRow& row : changes.started) rows_.push_back(row);
  }
  DeadlineRow* Find(const id::Id& id) {
    for (DeadlineRow& row : rows_) {
      if (row.deadline_id == id) return &row;
    }
    ADD_FAILURE() << "no such deadline";
    return &rows_.front();
  }
  std::vector<DeadlineRow> Of(const std::string& clock) const {
    std::vector<DeadlineRow> found;
    for (const DeadlineRow& row : rows_) {
      if (row.clock == clock) found.push_back(row);
    }
    return found;
  }
  DeadlineRow One(const std::string& clock) const {
    const auto found = Of(clock);
    EXPECT_EQ(found.size(), 1u) << clock;
    return found.empty() ? DeadlineRow{} : found[0];
  }
  void Open() { Happen({mamori::v1::CLOCK_EVENT_OPENED, mamori::v1::CLOCK_EVENT_RECEIVED}, open_); }
  static std::string Text(const std::vector<DeadlineStep>& steps) {
    std::string text;
    for (const DeadlineStep& step : steps) {
      absl::StrAppend(&text, step.kind == DeadlineStep::kNear ? "near " : "missed", step.level,
                      " ");
    }
    return text;
  }

  id::RandomIdSource ids_;
  const absl::Time open_ = Parse("2026-11-26T10:00:00+09:00");  // a Thursday
  const ClockBook book_;
  ClockFacts facts_;
  std::vector<DeadlineRow> rows_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TEST_CLOCK_RULES_FIXTURE_H_
