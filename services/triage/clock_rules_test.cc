#include <gmock/gmock.h>

#include <string>

#include "common/status/errors.h"
#include "common/testing/matchers.h"
#include "services/triage/test_clock_rules_fixture.h"

namespace mamori::triage {
namespace {

using testing::IsOk;

TEST_F(ClockRulesTest, OpeningStartsWhatThePolicySaysForSuchACase) {
  Open();
  EXPECT_EQ(rows_.size(), 3u);
  EXPECT_EQ(One("ack").due_time, Parse("2026-11-28T00:00:00+09:00"));
  EXPECT_EQ(One("ack").next_time, Parse("2026-11-27T16:00:00+09:00"));  // the warning
  EXPECT_EQ(One("decide").due_day, absl::CivilDay(2026, 12, 24));
  // 30 days would end on Saturday, 26 December.
  EXPECT_EQ(One("check_in").due_day, absl::CivilDay(2026, 12, 28));
}

TEST_F(ClockRulesTest, AsksForKindSeverityAndAReporterWithAName) {
  facts_.reporter_named = false;
  facts_.kind = mamori::v1::REPORT_KIND_FEEDBACK;
  facts_.severity = mamori::v1::SEVERITY_CRITICAL;
  Open();
  EXPECT_THAT(Of("check_in"), ::testing::IsEmpty());
  EXPECT_THAT(Of("decide"), ::testing::IsEmpty());
  EXPECT_EQ(One("critical").due_time, open_ + absl::Hours(1));
}

TEST_F(ClockRulesTest, EachReporterWhoJoinsWithANameHasTheirOwnCheckIns) {
  Open();
  const absl::Time later = open_ + absl::Hours(60 * 24);
  const auto join = [&](bool named) {
    ClockFacts facts = facts_;
    facts.reporter_named = named;
    facts.joined = named;
    Take(book_.Apply(facts, {}, rows_, {later, ""}, ids_));
  };
  join(false);
  EXPECT_EQ(rows_.size(), 3u);
  join(true);
  ASSERT_EQ(Of("check_in").size(), 2u);
  EXPECT_EQ(Of("check_in")[1].start_time, later);
  EXPECT_EQ(rows_.size(), 4u);  // nothing else begins again
}

TEST_F(ClockRulesTest, ASecondAcknowledgementMovesNothing) {
  Open();
  const absl::Time first = open_ + absl::Hours(2);
  Happen({mamori::v1::CLOCK_EVENT_ASSIGNED}, first);
  EXPECT_EQ(One("ack").state, v1::DEADLINE_STATE_COMPLETED);
  EXPECT_FALSE(One("ack").next_time.has_value());
  Happen({mamori::v1::CLOCK_EVENT_ASSIGNED}, first + absl::Hours(5));
  EXPECT_EQ(One("ack").end_time, first);
  EXPECT_EQ(rows_.size(), 3u);
}

TEST_F(ClockRulesTest, NothingIsStartedWhileItIsOpenAndAReopenedCaseGetsItAnew) {
  Open();
  Happen({mamori::v1::CLOCK_EVENT_REOPENED}, open_ + absl::Hours(1));
  EXPECT_EQ(Of("decide").size(), 1u);
  Happen({mamori::v1::CLOCK_EVENT_CLOSED}, open_ + absl::Hours(24));
  Happen({mamori::v1::CLOCK_EVENT_REOPENED}, open_ + absl::Hours(48));
  ASSERT_EQ(Of("decide").size(), 2u);
  EXPECT_EQ(Of("decide")[0].state, v1::DEADLINE_STATE_COMPLETED);
  EXPECT_EQ(Of("decide")[1].start_time, open_ + absl::Hours(48));
}

TEST_F(ClockRulesTest, AWithdrawalMakesItMootButTheCheckInsGoOn) {
  Open();
  Happen({mamori::v1::CLOCK_EVENT_WITHDRAWN}, open_ + absl::Hours(1));
  EXPECT_EQ(One("ack").state, v1::DEADLINE_STATE_CANCELLED);
  EXPECT_FALSE(IsMissed(One("ack"), open_ + absl::Hours(1000)));
  // Withdrawn after a month without a word: that was missed.
  DeadlineRow late = One("ack");
  late.end_time = late.due_time;
  EXPECT_TRUE(IsMissed(late, open_ + absl::Hours(1000)));
  EXPECT_EQ(One("check_in").state, v1::DEADLINE_STATE_RUNNING);
}

TEST_F(ClockRulesTest, RaisingTheSeverityStartsWhatAsksForIt) {
  Open();
  EXPECT_THAT(Of("critical"), ::testing::IsEmpty());
  facts_.severity = mamori::v1::SEVERITY_HIGH;
  Happen({mamori::v1::CLOCK_EVENT_RAISED}, open_ + absl::Hours(1));
  EXPECT_THAT(Of("critical"), ::testing::IsEmpty());
  facts_.severity = mamori::v1::SEVERITY_CRITICAL;
  Happen({mamori::v1::CLOCK_EVENT_RAISED}, open_ + absl::Hours(2));
  EXPECT_EQ(One("critical").due_time, open_ + absl::Hours(3));
  // Raised and taken at once.
  Happen({mamori::v1::CLOCK_EVENT_ASSIGNED}, open_ + absl::Hours(2));
  Happen({mamori::v1::CLOCK_EVENT_RAISED, mamori::v1::CLOCK_EVENT_ASSIGNED},
         open_ + absl::Hours(4));
  EXPECT_EQ(Of("critical").size(), 1u);
}

TEST_F(ClockRulesTest, StepsComeInOrderEachOnceAndLateOnesTogether) {
  Open();
  const DeadlineRow ack = One("ack");
  const auto fire = [&](const DeadlineRow& row, const char* now) {
    return book_.Fire(facts_, row, rows_, {Parse(now), ""}, ids_);
  };
  EXPECT_EQ(Text(fire(ack, "2026-11-27T15:59:59+09:00").steps), "");
  auto fired = fire(ack, "2026-11-27T16:00:00+09:00");
  EXPECT_EQ(Text(fired.steps), "near 0 ");
  EXPECT_EQ(fired.row.next_time, ack.due_time);
  EXPECT_EQ(Text(fire(fired.row, "2026-11-27T17:00:00+09:00").steps), "");
  fired = fire(fired.row, "2026-11-28T00:00:00+09:00");
  EXPECT_EQ(Text(fired.steps), "missed0 ");
  EXPECT_TRUE(IsMissed(fired.row, Parse("2026-11-28T00:00:00+09:00")));
  EXPECT_EQ(fired.row.next_time, Parse("2026-11-30T09:00:00+09:00"));
  fired = fire(fired.row, "2026-11-30T09:00:00+09:00");
  EXPECT_EQ(Text(fired.steps), "missed1 ");
  fired = fire(fired.row, "2027-01-01T00:00:00+09:00");
  EXPECT_EQ(Text(fired.steps), "missed2 ");
  EXPECT_FALSE(fired.row.next_time.has_value());
  // The clock jumped over all of them: the warning is dropped, what was missed is told.
  EXPECT_EQ(Text(fire(ack, "2027-01-01T00:00:00+09:00").steps), "missed0 missed1 missed2 ");
}

TEST_F(ClockRulesTest, AWarningThatWouldComeBeforeTheBeginningIsNone) {
  Take(*book_.Start(facts_, "leak", std::nullopt, {open_, "desk-1"}, ids_));
  facts_.severity = mamori::v1::SEVERITY_CRITICAL;
  Happen({mamori::v1::CLOCK_EVENT_OPENED}, Parse("2026-11-27T20:00:00+09:00"));  // ack due Monday
  EXPECT_EQ(One("critical").next_time, One("critical").due_time);
}

TEST_F(ClockRulesTest, FeedbackIsCountedFromTheAcknowledgementOnce) {
  Take(*book_.Start(facts_, "eu.ack", std::nullopt, {open_ + absl::Hours(30), "d"}, ids_));
  EXPECT_EQ(One("eu.ack").start_time, open_);
  EXPECT_EQ(One("eu.ack").due_day, absl::CivilDay(2026, 12, 3));
  const absl::Time done = Parse("2026-11-30T12:00:00+09:00");
  const auto completed = book_.Complete(facts_, One("eu.ack"), rows_, {done, "d"}, ids_);
  ASSERT_THAT(completed, IsOk());
  Take(*completed);
  EXPECT_EQ(One("eu.feedback").start_time, done);
  EXPECT_EQ(One("eu.feedback").due_day, absl::CivilDay(2027, 2, 28));
  EXPECT_EQ(
      status::ReasonOf(book_.Complete(facts_, One("eu.ack"), rows_, {done, "d"}, ids_).status()),
      mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED);
}

TEST_F(ClockRulesTest, FeedbackIsCountedFromTheEndOfTheSevenDaysWhereNobodyAcknowledged) {
  Take(*book_.Start(facts_, "eu.ack", std::nullopt, {open_, "d"}, ids_));
  const DeadlineRow ack = One("eu.ack");
  auto fired = book_.Fire(facts_, ack, rows_, {ack.due_time + absl::Hours(9), ""}, ids_);
  Take({.started = fired.started, .changed = {fired.row}});
  EXPECT_EQ(One("eu.feedback").start_time, ack.due_time);
  // The seventh day is 3 December, which is over with the first instant of the 4th.
  EXPECT_EQ(ack.due_day, absl::CivilDay(2026, 12, 3));
  EXPECT_EQ(One("eu.feedback").due_day, absl::CivilDay(2027, 3, 3));
  EXPECT_EQ(One("eu.feedback").due_time, Parse("2027-03-04T00:00:00+09:00"));
  // Acknowledged late: that moves nothing.
  Take(*book_.Complete(facts_, One("eu.ack"), rows_, {ack.due_time + absl::Hours(99), "d"}, ids_));
  EXPECT_EQ(One("eu.feedback").start_time, ack.due_time);
  EXPECT_TRUE(IsMissed(One("eu.ack"), open_ + absl::Hours(9999)));
}

TEST_F(ClockRulesTest,
       FeedbackIsCountedFromTheSeventhDayWhereSomebodyCompletesItBeforeTheTimerCame) {
  Take(*book_.Start(facts_, "eu.ack", std::nullopt, {open_, "d"}, ids_));
  const absl::Time late = One("eu.ack").due_time + absl::Hours(5);
  Take(*book_.Complete(facts_, One("eu.ack"), rows_, {late, "d"}, ids_));
  EXPECT_EQ(One("eu.feedback").due_day, absl::CivilDay(2027, 3, 3));
}

TEST_F(ClockRulesTest, WhatFollowsInHoursRunsFromTheInstant) {
  mamori::v1::Policy policy = Read();
  auto& after = *policy.add_clocks();
  after.set_id("after");
  after.set_follows("eu.ack");
  after.mutable_due()->set_hours(5);
  const ClockBook book = *MakeClockBook(policy);
  Take(*book.Start(facts_, "eu.ack", std::nullopt, {open_, "d"}, ids_));
  const DeadlineRow ack = One("eu.ack");
  Take({.started = book.Fire(facts_, ack, rows_, {ack.due_time, ""}, ids_).started});
  EXPECT_EQ(One("after").due_time, ack.due_time + absl::Hours(5));
}

TEST_F(ClockRulesTest, WhatCountsFromTheOpeningCountsNoLaterWhateverIsSaid) {
  // Found out on the fifteenth day.
  const absl::Time found = open_ + absl::Hours(15 * 24);
  EXPECT_EQ(status::ReasonOf(book_.CheckStart(facts_, "eu.ack", found)),
            mamori::v1::ERROR_REASON_CLOCK_NOT_ALLOWED);
  EXPECT_THAT(book_.CheckStart(facts_, "eu.ack", open_), IsOk());
  EXPECT_THAT(book_.CheckStart(facts_, "leak", found), IsOk());
  Take(*book_.Start(facts_, "eu.ack", found, {found, "d"}, ids_));
  EXPECT_EQ(One("eu.ack").start_time, open_);
  EXPECT_EQ(One("eu.ack").due_day, absl::CivilDay(2026, 12, 3));
  // It was told before anybody wrote it down.
  rows_.clear();
  Take(*book_.Start(facts_, "eu.ack", open_ - absl::Hours(48), {found, "d"}, ids_));
  EXPECT_EQ(One("eu.ack").due_day, absl::CivilDay(2026, 12, 1));
}

TEST_F(ClockRulesTest, APersonStartsWhatOnlyAPersonCanKnow) {
  const absl::Time known = open_ - absl::Hours(48);
  Take(*book_.Start(facts_, "leak", known, {open_, "d"}, ids_));
  EXPECT_EQ(One("leak").due_day, absl::CivilDay(2026, 11, 29));
  EXPECT_EQ(One("leak.final").start_time, known);
  for (const char* clock : {"ack", "leak.final", "none"}) {
    EXPECT_EQ(status::ReasonOf(book_.Start(facts_, clock, known, {open_, "d"}, ids_).status()),
              mamori::v1::ERROR_REASON_CLOCK_NOT_ALLOWED)
        << clock;
  }
}

TEST_F(ClockRulesTest, CountsInTheCompanysOwnZone) {
  facts_.company = "gmbh";
  Open();
  // 02:00 on Thursday in Berlin: one business day more is Friday, without Japan's holidays.
  EXPECT_EQ(One("ack").due_time, Parse("2026-11-28T00:00:00+01:00"));
}

}  // namespace
}  // namespace mamori::triage
