// What the shipped policy promises and what laws set, clock by clock: a day more or less is seen.
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/test_database.h"
#include "mamori/v1/policy.pb.h"
#include "services/triage/clock_books.h"

namespace mamori::triage {
namespace {

mamori::v1::Policy ShippedClocks() {
  std::ostringstream text;
  for (const char* part : {"clocks", "people"}) {
    std::ifstream file(
        absl::StrCat(testing::SourceRoot(), "/deploy/policy/default.", part, ".textproto"));
    text << file.rdbuf();
  }
  mamori::v1::Policy policy;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text.str(), &policy));
  return policy;
}

std::string SpanText(const mamori::v1::ClockSpan& span) {
  switch (span.length_case()) {
    case mamori::v1::ClockSpan::kHours:
      return absl::StrCat(span.hours(), "h");
    case mamori::v1::ClockSpan::kDays:
      return absl::StrCat(span.days(), "d");
    case mamori::v1::ClockSpan::kBusinessDays:
      return absl::StrCat(span.business_days(), "b");
    case mamori::v1::ClockSpan::kMonths:
      return absl::StrCat(span.months(), "m");
    case mamori::v1::ClockSpan::LENGTH_NOT_SET:
      break;
  }
  return "?";
}

std::string SpansText(const char* name,
                      const google::protobuf::RepeatedPtrField<mamori::v1::ClockSpan>& spans) {
  std::string text;
  for (const auto& span : spans) {
    absl::StrAppend(&text, text.empty() ? name : ",", SpanText(span));
  }
  return text;
}

std::string EventsText(const char* name, const google::protobuf::RepeatedField<int>& events) {
  std::string text;
  for (const int event : events) {
    const std::string& full = mamori::v1::ClockEvent_Name(event);
    absl::StrAppend(&text, text.empty() ? name : ",", full.substr(sizeof("CLOCK_EVENT_") - 1));
  }
  return text;
}

// One line with all that decides when it begins, is due, warns and ends.
std::string ClockText(const mamori::v1::Clock& clock) {
  std::string text =
      absl::StrCat(clock.id(), " ",
                   mamori::v1::ClockRegime_Name(clock.regime()).substr(sizeof("CLOCK_REGIME_") - 1),
                   " due ", SpanText(clock.due()), clock.roll_forward() ? " rolled" : "",
                   EventsText(" starts ", clock.starts()), EventsText(" stops ", clock.stops()),
                   EventsText(" ends ", clock.ends()));
  if (!clock.follows().empty()) absl::StrAppend(&text, " follows ", clock.follows());
  if (!clock.started_with().empty()) absl::StrAppend(&text, " with ", clock.started_with());
  if (clock.counts_from_opening()) absl::StrAppend(&text, " from opening");
  if (clock.named_reporter()) absl::StrAppend(&text, " named");
  if (clock.min_severity() == mamori::v1::SEVERITY_CRITICAL) absl::StrAppend(&text, " critical");
  absl::StrAppend(&text, SpansText(" warns ", clock.warnings()),
                  SpansText(" escalates ", clock.escalations()));
  if (clock.may_pause()) absl::StrAppend(&text, " pauses ", clock.max_pause_days());
  return text;
}

TEST(ShippedClocksTest, EachIsWhatThePolicyAndTheLawsSay) {
  // h hours, d days, b business days, m calendar months.
  const std::vector<std::string> want = {
      "company.acknowledge.critical COMPANY due 1h starts OPENED,RAISED stops ASSIGNED,TRIAGED"
      " ends WITHDRAWN,CLOSED critical escalates 1h,3h",
      "company.acknowledge COMPANY due 1b starts OPENED stops ASSIGNED,TRIAGED"
      " ends WITHDRAWN,CLOSED warns 8h escalates 1b,3b",
      "company.first_contact COMPANY due 3b starts OPENED ends WITHDRAWN named warns 1b"
      " escalates 1b,3b pauses 10",
      "company.decide COMPANY due 20b starts RECEIVED,REOPENED stops ACTING,CLOSED ends WITHDRAWN"
      " warns 5b,1b escalates 1b,5b pauses 60",
      "company.close COMPANY due 6m rolled starts RECEIVED,REOPENED stops CLOSED ends WITHDRAWN"
      " warns 20b escalates 5b pauses 90",
      "whistleblower.notice WHISTLEBLOWER due 20d starts PERSON ends WITHDRAWN from opening"
      " warns 7d,2d escalates 1d",
      "whistleblower.watch WHISTLEBLOWER due 12m with whistleblower.notice warns 30d,7d"
      " escalates 7d",
      "eu.acknowledge EU due 7d starts PERSON from opening warns 2d escalates 1d,3d",
      "eu.feedback EU due 3m follows eu.acknowledge warns 30d,7d escalates 1d,7d",
      "takedown.answer TAKEDOWN due 7d starts PERSON warns 1d escalates 2b",
      "appi.preliminary APPI due 5d starts PERSON warns 2d,1d escalates 12h",
      "appi.final APPI due 30d with appi.preliminary warns 10d,3d escalates 1d",
      "appi.final_wrongful APPI due 60d starts PERSON warns 14d,3d escalates 1d",
      "reverse.acknowledge REVERSE due 3b starts OPENED ends WITHDRAWN warns 1b escalates 2b",
      "reverse.answer REVERSE due 30b rolled starts OPENED ends WITHDRAWN warns 5b escalates 5b"
      " pauses 30",
      "cooperation.answer COOPERATION due 10b starts PERSON warns 3b escalates 3b pauses 14",
      "care.check_in_30 NO_DISADVANTAGE due 30d rolled starts OPENED named warns 3b escalates 5b",
      "care.check_in_90 NO_DISADVANTAGE due 90d rolled starts OPENED named warns 3b escalates 5b",
      "care.check_in_180 NO_DISADVANTAGE due 180d rolled starts OPENED named warns 3b escalates 5b",
      "care.check_in_365 NO_DISADVANTAGE due 365d rolled starts OPENED named warns 3b escalates 5b",
      "care.watch_year NO_DISADVANTAGE due 12m starts OPENED named warns 30d,7d escalates 7d",
      "appi.disclosure APPI due 30d starts PERSON warns 14d,3d escalates 1d",
  };
  std::vector<std::string> have;
  const mamori::v1::Policy policy = ShippedClocks();
  for (const mamori::v1::Clock& clock : policy.clocks()) have.push_back(ClockText(clock));
  ASSERT_EQ(have.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) EXPECT_EQ(have[i], want[i]);
}

// As a case of the Tokyo company meets them.
TEST(ShippedClocksTest, TheLawsDatesOfOneCase) {
  const mamori::v1::Policy policy = ShippedClocks();
  const auto book = MakeClockBook(policy);
  ASSERT_TRUE(book.ok());
  id::RandomIdSource ids;
  absl::Time open;
  std::string error;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, "2026-11-26T10:00:00+09:00", &open, &error));
  const ClockFacts facts{.tenant = "t",
                         .case_id = ids.NewId(),
                         .company = "acme",
                         .kind = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT,
                         .severity = mamori::v1::SEVERITY_MEDIUM,
                         .open_time = open,
                         .reporter_named = true};
  std::vector<DeadlineRow> rows;
  for (const char* clock : {"whistleblower.notice", "eu.acknowledge", "takedown.answer",
                            "appi.preliminary", "appi.final_wrongful"}) {
    auto started = book->Start(facts, clock, std::nullopt, {open, "d"}, ids);
    ASSERT_TRUE(started.ok()) << clock;
    rows.insert(rows.end(), started->started.begin(), started->started.end());
  }
  // Nobody acknowledges.
  const auto fired = book->Fire(facts, rows[2], rows, {open + absl::Hours(9 * 24), ""}, ids);
  rows.insert(rows.end(), fired.started.begin(), fired.started.end());
  std::vector<std::string> have;
  for (const DeadlineRow& row : rows) {
    have.push_back(absl::StrCat(row.clock, " ", absl::FormatCivilTime(row.due_day)));
  }
  EXPECT_EQ(have, (std::vector<std::string>{
                      "whistleblower.notice 2026-12-16", "whistleblower.watch 2027-11-26",
                      "eu.acknowledge 2026-12-03", "takedown.answer 2026-12-03",
                      "appi.preliminary 2026-12-01", "appi.final 2026-12-26",
                      "appi.final_wrongful 2027-01-25", "eu.feedback 2027-03-03"}));
}

}  // namespace
}  // namespace mamori::triage
