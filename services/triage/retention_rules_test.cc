// When what is kept may go, as the calendar has it.
#include "services/triage/retention_rules.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/matchers.h"

namespace mamori::triage {
namespace {

using testing::HasReason;
using testing::IsOk;

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

TEST(RetentionRulesTest, MonthsAreCalendarMonthsAndNoDayIsTooFew) {
  const struct {
    const char* closed;
    int months;
    const char* due;
  } rows[] = {
      {"2026-11-25T00:00:00Z", 60, "2031-11-26T00:00:00Z"},
      {"2026-11-25T23:59:59.999999Z", 60, "2031-11-26T00:00:00Z"},
      {"2024-02-29T12:00:00Z", 12, "2025-03-02T00:00:00Z"},
      {"2024-02-29T12:00:00Z", 48, "2028-03-01T00:00:00Z"},
      {"2026-01-31T12:00:00Z", 1, "2026-03-02T00:00:00Z"},
      {"2026-12-31T12:00:00Z", 2, "2027-03-02T00:00:00Z"},
      {"2026-12-15T12:00:00Z", 1, "2027-01-16T00:00:00Z"},
      {"2026-03-31T12:00:00Z", 1200, "2126-04-01T00:00:00Z"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(DueTime(At(row.closed), row.months), At(row.due)) << row.closed;
  }
  // Never before as many months are over, wherever the day begins: the east is at most 14 hours
  // ahead.
  for (int hour = 0; hour < 24 * 800; hour += 7) {
    const absl::Time closed = At("2026-01-01T00:00:00Z") + absl::Hours(hour);
    const absl::CivilDay day = absl::ToCivilDay(closed, absl::UTCTimeZone());
    const absl::CivilMonth month = absl::CivilMonth(day) + 60;
    const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
    const absl::CivilDay same = std::min(absl::CivilDay(month) + (day.day() - 1), last);
    EXPECT_GT(DueTime(closed, 60), absl::FromCivil(same, absl::UTCTimeZone())) << closed;
  }
}

TEST(RetentionRulesTest, TheBoundOfADryRunLeavesOutNothingThatIsDue) {
  for (const int months : {1, 11, 60}) {
    mamori::v1::RetentionPolicy policy;
    policy.add_classes()->set_months(months);
    int due = 0;
    for (int day = 0; day < 1500; ++day) {
      const absl::Time now = At("2028-02-27T10:00:00Z") + absl::Hours(24 * day);
      for (const int back : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
        // Around the bound.
        const absl::Time closed = ClosedBefore(policy, now) + absl::Hours(12 * (3 - back));
        if (DueTime(closed, months) > now) continue;
        EXPECT_LT(closed, ClosedBefore(policy, now)) << now << months;
        ++due;
      }
    }
    EXPECT_GT(due, 1000) << months;
  }
}

TEST(RetentionRulesTest, TheFirstClassThatNamesTheKindCounts) {
  mamori::v1::RetentionPolicy policy;
  EXPECT_EQ(RecordClassOf(policy, mamori::v1::REPORT_KIND_FEEDBACK).id, "default");
  EXPECT_EQ(RecordClassOf(policy, mamori::v1::REPORT_KIND_FEEDBACK).months, 60) << "5 years";
  auto& feedback = *policy.add_classes();
  feedback.set_id("feedback");
  feedback.add_kinds(mamori::v1::REPORT_KIND_FEEDBACK);
  feedback.set_months(12);
  EXPECT_EQ(RecordClassOf(policy, mamori::v1::REPORT_KIND_FEEDBACK).months, 12);
  EXPECT_EQ(RecordClassOf(policy, mamori::v1::REPORT_KIND_CONSULTATION).id, "default");
  auto& rest = *policy.add_classes();
  rest.set_id("rest");
  rest.set_months(120);
  EXPECT_EQ(RecordClassOf(policy, mamori::v1::REPORT_KIND_CONSULTATION).id, "rest");
  EXPECT_EQ(RecordClassOf(policy, mamori::v1::REPORT_KIND_FEEDBACK).id, "feedback");
}

TEST(RetentionRulesTest, RecordsOfTheTenantHaveClassesOfTheirOwn) {
  mamori::v1::RetentionPolicy policy;
  EXPECT_EQ(SubjectRequestClass(policy).id, "default");
  EXPECT_EQ(SubjectRequestClass(policy).months, 60) << "5 years";
  EXPECT_EQ(BreachClass(policy).id, "default");
  // A class of cases, of whatever kinds, is none of theirs, nor the other way round.
  policy.add_classes()->set_months(7);
  policy.mutable_subject_requests()->set_id("asked");
  policy.mutable_subject_requests()->set_months(24);
  EXPECT_EQ(SubjectRequestClass(policy).id, "asked");
  EXPECT_EQ(SubjectRequestClass(policy).months, 24);
  EXPECT_EQ(BreachClass(policy).months, 60);
  policy.mutable_breaches()->set_id("leaked");
  policy.mutable_breaches()->set_months(48);
  EXPECT_EQ(BreachClass(policy).id, "leaked");
  EXPECT_EQ(BreachClass(policy).months, 48);
  EXPECT_EQ(RecordClassOf(policy, mamori::v1::REPORT_KIND_FEEDBACK).months, 7);
}

TEST(RetentionRulesTest, OpenHeldAndYoungRecordsStay) {
  const absl::Time closed = At("2026-11-25T09:00:00Z");
  for (const int months : {1, 36, 60}) {
    const RecordClass record_class{.id = "c", .months = months};
    const absl::Time due = DueTime(closed, months);
    for (const bool open : {false, true}) {
      for (const bool held : {false, true}) {
        for (const absl::Time now : {closed, due - absl::Microseconds(1), due,
                                     due + absl::Hours(24 * 366 * 100), absl::InfiniteFuture()}) {
          const auto close_time = open ? std::nullopt : std::optional<absl::Time>(closed);
          const absl::Status may = CheckDisposable(close_time, held, record_class, now);
          if (open) {
            EXPECT_THAT(may, HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
          } else if (held) {
            EXPECT_THAT(may, HasReason(mamori::v1::ERROR_REASON_ON_HOLD));
          } else if (now < due) {
            EXPECT_THAT(may, HasReason(mamori::v1::ERROR_REASON_RETENTION_NOT_OVER));
          } else {
            EXPECT_THAT(may, IsOk());
          }
        }
      }
    }
    // The bound of a dry run leaves out nothing that is due.
    EXPECT_LT(closed, ClosedBefore(record_class, due));
  }
}

// Over every state, time and hold.
TEST(RetentionRulesTest, NothingGoesThatIsOpenOrHeldOrYoung) {
  const mamori::v1::RetentionPolicy policy;
  const absl::Time closed = At("2026-11-25T09:00:00Z");
  const absl::Time due = DueTime(closed, 60);
  int may = 0;
  for (int state = 0; state < 30; ++state) {
    for (const bool held : {false, true}) {
      for (const bool has_time : {false, true}) {
        for (const absl::Time now : {closed, due - absl::Microseconds(1), due}) {
          for (const auto into : {mamori::v1::CASE_STATE_UNSPECIFIED, mamori::v1::CASE_STATE_CLOSED,
                                  mamori::v1::CASE_STATE_DISPOSED}) {
            RetentionFacts facts{.state = static_cast<mamori::v1::CaseState>(state),
                                 .merged_into = into,
                                 .kind = mamori::v1::REPORT_KIND_FEEDBACK,
                                 .held = held};
            if (has_time) facts.close_time = closed;
            const bool merged = state == mamori::v1::CASE_STATE_MERGED;
            const bool over =
                state == mamori::v1::CASE_STATE_CLOSED || state == mamori::v1::CASE_STATE_WITHDRAWN;
            const bool want =
                !held && has_time &&
                ((over && now >= due) || (merged && into == mamori::v1::CASE_STATE_DISPOSED));
            EXPECT_EQ(CheckDisposable(facts, policy, now).ok(), want)
                << state << held << has_time << now << into;
            may += want;
          }
        }
      }
    }
  }
  EXPECT_EQ(may, 2 * 3 + 3);
}

TEST(RetentionRulesTest, AHoldIsSaidBeforeTheTime) {
  RetentionFacts facts{.state = mamori::v1::CASE_STATE_CLOSED,
                       .close_time = At("2026-11-25T09:00:00Z"),
                       .kind = mamori::v1::REPORT_KIND_FEEDBACK,
                       .held = true};
  const absl::Time now = At("2026-11-26T09:00:00Z");
  EXPECT_THAT(CheckDisposable(facts, {}, now), HasReason(mamori::v1::ERROR_REASON_ON_HOLD));
  facts.held = false;
  EXPECT_THAT(CheckDisposable(facts, {}, now),
              HasReason(mamori::v1::ERROR_REASON_RETENTION_NOT_OVER));
  facts.state = mamori::v1::CASE_STATE_INVESTIGATING;
  EXPECT_THAT(CheckDisposable(facts, {}, now),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

}  // namespace
}  // namespace mamori::triage
