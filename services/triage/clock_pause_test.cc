// Deadlines whose time stands: when they may, and for how long.
#include <gmock/gmock.h>

#include "common/status/errors.h"
#include "common/testing/matchers.h"
#include "services/triage/test_clock_rules_fixture.h"

namespace mamori::triage {
namespace {

using testing::IsOk;

using ClockPauseTest = ClockRulesTest;

TEST_F(ClockPauseTest, APausedDeadlineIsDueAsManyBusinessDaysLaterAsItStood) {
  Open();
  const DeadlineRow decide = One("decide");
  const absl::Time pause = Parse("2026-12-01T10:00:00+09:00");
  auto paused = book_.Pause(decide, {pause, "desk-1"});
  ASSERT_THAT(paused, IsOk());
  EXPECT_EQ(paused->changed[0].state, v1::DEADLINE_STATE_PAUSED);
  EXPECT_FALSE(paused->changed[0].next_time.has_value());
  EXPECT_EQ(Text(book_.Fire(facts_, paused->changed[0], rows_, {decide.due_time, ""}, ids_).steps),
            "");
  // Tuesday to Monday: four business days and a weekend.
  const auto resumed = book_.Resume(paused->changed[0], {Parse("2026-12-07T17:00:00+09:00"), "d"});
  ASSERT_THAT(resumed, IsOk());
  EXPECT_EQ(decide.due_day, absl::CivilDay(2026, 12, 24));
  EXPECT_EQ(resumed->changed[0].due_day, absl::CivilDay(2026, 12, 30));
  EXPECT_EQ(resumed->changed[0].state, v1::DEADLINE_STATE_RUNNING);
  EXPECT_TRUE(resumed->changed[0].next_time.has_value());
  // On the same day nothing has moved.
  const auto at_once = book_.Resume(paused->changed[0], {pause + absl::Hours(3), "d"});
  EXPECT_EQ(at_once->changed[0].due_time, decide.due_time);
}

TEST_F(ClockPauseTest, RefusesToPauseWhatMayNotBeOrIsTooLate) {
  Open();
  EXPECT_EQ(status::ReasonOf(book_.Pause(One("ack"), {open_, "d"}).status()),
            mamori::v1::ERROR_REASON_CLOCK_NOT_ALLOWED);
  const DeadlineRow decide = One("decide");
  EXPECT_EQ(status::ReasonOf(book_.Pause(decide, {decide.due_time, "d"}).status()),
            mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED);
  EXPECT_EQ(status::ReasonOf(book_.Resume(decide, {open_, "d"}).status()),
            mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED);
}

TEST_F(ClockPauseTest, WhatALawSetsIsNeverPausedWhateverThePolicySays) {
  Take(*book_.Start(facts_, "eu.ack", std::nullopt, {open_, "d"}, ids_));
  ASSERT_TRUE(book_.Find("eu.ack")->may_pause());
  EXPECT_EQ(status::ReasonOf(book_.Pause(One("eu.ack"), {open_, "d"}).status()),
            mamori::v1::ERROR_REASON_CLOCK_NOT_ALLOWED);
}

TEST_F(ClockPauseTest, APauseIsNotLongerThanItMayBeHoweverLateAnybodyLooks) {
  Take(*book_.Start(facts_, "limited", std::nullopt, {open_, "d"}, ids_));
  const DeadlineRow started = One("limited");
  EXPECT_EQ(started.due_day, absl::CivilDay(2026, 12, 6));
  const absl::Time pause = open_ + absl::Hours(24);
  const auto paused = book_.Pause(started, {pause, "d"});
  ASSERT_THAT(paused, IsOk());
  // The timer comes when its time goes on.
  const absl::Time end = pause + absl::Hours(5 * 24);
  EXPECT_EQ(paused->changed[0].next_time, end);
  EXPECT_FALSE(
      book_.Fire(facts_, paused->changed[0], rows_, {end - absl::Seconds(1), ""}, ids_).resumed);
  const auto fired = book_.Fire(facts_, paused->changed[0], rows_, {end, ""}, ids_);
  EXPECT_TRUE(fired.resumed);
  EXPECT_EQ(fired.row.state, v1::DEADLINE_STATE_RUNNING);
  EXPECT_EQ(fired.row.due_day, absl::CivilDay(2026, 12, 11));
  EXPECT_EQ(Text(fired.steps), "");
  // A month later: no later due for that, and what was due meanwhile is told in the same breath.
  const auto late =
      book_.Fire(facts_, paused->changed[0], rows_, {open_ + absl::Hours(720), ""}, ids_);
  EXPECT_EQ(late.row.due_day, absl::CivilDay(2026, 12, 11));
  EXPECT_EQ(Text(late.steps), "missed0 ");
  // A person who resumes it late gains nothing either.
  const auto resumed = book_.Resume(paused->changed[0], {open_ + absl::Hours(720), "d"});
  ASSERT_THAT(resumed, IsOk());
  EXPECT_EQ(resumed->changed[0].due_day, absl::CivilDay(2026, 12, 11));
}

TEST_F(ClockPauseTest, AllPausesOfADeadlineTogetherHaveTheLimit) {
  Take(*book_.Start(facts_, "limited", std::nullopt, {open_, "d"}, ids_));
  DeadlineRow row = One("limited");
  absl::Time now = open_;
  for (int i = 0; i < 2; ++i) {
    row = book_.Pause(row, {now, "d"})->changed[0];
    now += absl::Hours(48);
    row = book_.Resume(row, {now, "d"})->changed[0];
    now += absl::Hours(1);
  }
  EXPECT_EQ(row.paused, absl::Hours(96));
  const DeadlineRow third = book_.Pause(row, {now, "d"})->changed[0];
  EXPECT_EQ(third.next_time, now + absl::Hours(24));
  row = book_.Fire(facts_, third, rows_, {now + absl::Hours(24), ""}, ids_).row;
  EXPECT_EQ(row.paused, absl::Hours(120));
  EXPECT_EQ(status::ReasonOf(book_.Pause(row, {now + absl::Hours(25), "d"}).status()),
            mamori::v1::ERROR_REASON_CLOCK_NOT_ALLOWED);
}

TEST_F(ClockPauseTest, APauseOverMidnightCostsTheDayThatItMoves) {
  Take(*book_.Start(facts_, "limited", std::nullopt, {open_, "d"}, ids_));
  DeadlineRow row = One("limited");
  absl::Time night = Parse("2026-11-26T23:59:00+09:00");
  for (int i = 0; i < 5; ++i, night += absl::Hours(24)) {
    const auto paused = book_.Pause(row, {night, "d"});
    ASSERT_THAT(paused, IsOk()) << i;
    row = book_.Resume(paused->changed[0], {night + absl::Minutes(2), "d"})->changed[0];
  }
  EXPECT_EQ(row.due_day, absl::CivilDay(2026, 12, 11));  // five days later, as many as it may
  EXPECT_EQ(status::ReasonOf(book_.Pause(row, {night, "d"}).status()),
            mamori::v1::ERROR_REASON_CLOCK_NOT_ALLOWED);
  // One within a day moves nothing and costs nothing.
  row = One("limited");
  row = book_.Pause(row, {open_, "d"})->changed[0];
  row = book_.Resume(row, {open_ + absl::Hours(3), "d"})->changed[0];
  EXPECT_EQ(row.due_day, One("limited").due_day);
  EXPECT_EQ(row.paused, absl::ZeroDuration());
}

TEST_F(ClockPauseTest, WhatHasStoodForPartOfADayBeforeKeepsTheRestOfIt) {
  Take(*book_.Start(facts_, "limited", std::nullopt, {open_, "d"}, ids_));
  DeadlineRow row = One("limited");
  row.paused = absl::Hours(4 * 24 + 23);  // as it was counted once
  const DeadlineRow paused =
      book_.Pause(row, {Parse("2026-11-27T23:30:00+09:00"), "d"})->changed[0];
  const auto fired = book_.Fire(facts_, paused, rows_, {open_ + absl::Hours(72), ""}, ids_);
  EXPECT_TRUE(fired.resumed);
  EXPECT_EQ(fired.row.due_day, row.due_day + 1);
  EXPECT_EQ(status::ReasonOf(book_.Pause(fired.row, {open_ + absl::Hours(72), "d"}).status()),
            mamori::v1::ERROR_REASON_CLOCK_NOT_ALLOWED);
}

TEST_F(ClockPauseTest, ADayOfTwentyThreeHoursGivesNoDayMore) {
  facts_.company = "gmbh";
  const absl::Time start = Parse("2027-03-20T10:00:00+01:00");
  Take(*book_.Start(facts_, "limited", start, {start, "d"}, ids_));
  // Berlin's clocks go forward in the night to 28 March, so that five times 24 hours end on the
  // 30th.
  const DeadlineRow paused =
      book_.Pause(One("limited"), {Parse("2027-03-24T23:30:00+01:00"), "d"})->changed[0];
  const auto fired = book_.Fire(facts_, paused, rows_, {start + absl::Hours(30 * 24), ""}, ids_);
  EXPECT_EQ(fired.row.due_day, One("limited").due_day + 5);
}

TEST_F(ClockPauseTest, HoursThatAPauseLastsAreHoursThatItMoves) {
  mamori::v1::Policy policy = Read();
  auto& hours = *policy.add_clocks();
  hours.set_id("hours");
  hours.set_regime(mamori::v1::CLOCK_REGIME_COMPANY);
  hours.add_starts(mamori::v1::CLOCK_EVENT_PERSON);
  hours.mutable_due()->set_hours(48);
  hours.set_may_pause(true);
  hours.set_max_pause_days(1);
  const ClockBook book = *MakeClockBook(policy);
  Take(*book.Start(facts_, "hours", std::nullopt, {open_, "d"}, ids_));
  DeadlineRow row = book.Pause(One("hours"), {Parse("2026-11-26T23:59:00+09:00"), "d"})->changed[0];
  row = book.Resume(row, {Parse("2026-11-27T00:01:00+09:00"), "d"})->changed[0];
  EXPECT_EQ(row.due_time, open_ + absl::Hours(48) + absl::Minutes(2));
  EXPECT_EQ(row.paused, absl::Minutes(2));
}

TEST_F(ClockPauseTest, WhatIsToldByDayIsRecordedByDay) {
  Take(*book_.Start(facts_, "limited", std::nullopt, {open_, "d"}, ids_));
  const absl::Time now = Parse("2026-11-28T13:14:15Z"), day = Parse("2026-11-28T00:00:00Z");
  const ClockAct act{now, "d", day};
  const auto paused = book_.Pause(One("limited"), act);
  ASSERT_THAT(paused, IsOk());
  EXPECT_EQ(paused->changed[0].pause_time, day);
  const auto completed = book_.Complete(facts_, One("limited"), rows_, act, ids_);
  ASSERT_THAT(completed, IsOk());
  EXPECT_EQ(completed->changed[0].end_time, day);
  const auto started = book_.Start(facts_, "leak", std::nullopt, act, ids_);
  ASSERT_THAT(started, IsOk());
  EXPECT_EQ(started->started[0].start_time, day);
}

}  // namespace
}  // namespace mamori::triage
