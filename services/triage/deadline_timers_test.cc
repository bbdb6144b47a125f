// What is due, fired: once, by whoever comes first, whatever the clock does.
#include "services/triage/deadline_timers.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "services/triage/sql_deadline_rows.h"
#include "services/triage/test_clock_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;

// Remembers the last value of each metric.
class LastTelemetry final : public telemetry::Telemetry {
 public:
  void Log(telemetry::Level, std::string_view, const telemetry::Labels&) override {}
  void RecordCall(std::string_view, std::string_view, absl::Duration, std::string_view,
                  std::string_view) override {}
  void Count(std::string_view name, const telemetry::Labels&, double by) override {
    values[std::string(name)] += by;
  }
  void Gauge(std::string_view name, double value, const telemetry::Labels&) override {
    values[std::string(name)] = value;
  }
  void Observe(std::string_view, absl::Duration, const telemetry::Labels&) override {}
  std::map<std::string, double> values;
};

class DeadlineTimersTest : public ClockFixture {
 protected:
  // A worker of a replica whose clock shows `now`.
  DeadlineTimers Worker(const time::Clock& now) {
    return DeadlineTimers({deadline_store_, gate_, clocks_, now, ids_, [this] { ++committed_; }});
  }
  void RunAll(absl::Time now) {
    const time::FakeClock at(now);
    DeadlineTimers worker = Worker(at);
    for (int i = 0; i < 1000; ++i) {
      const auto did = worker.RunOnce();
      ASSERT_THAT(did, IsOk());
      if (!*did) return;
    }
    FAIL() << "something is due for ever";
  }
  // "near CLOCK" and "missed CLOCK LEVEL" of a case, in the order of its events.
  std::vector<std::string> Told(const std::string& case_name) {
    std::vector<std::string> told;
    for (const mamori::v1::Event& event : Outbox(case_name)) {
      if (event.has_deadline_near()) {
        told.push_back("near " + event.deadline_near().deadline().clock());
      } else if (event.has_deadline_missed()) {
        told.push_back(absl::StrCat("missed ", event.deadline_missed().deadline().clock(), " ",
                                    event.deadline_missed().level()));
      }
    }
    return told;
  }
  absl::Time DueOf(const std::string& name, const std::string& clock) {
    return time::FromTimestamp(ClocksOf(name)[clock].due_time());
  }

  int committed_ = 0;
};

TEST_F(DeadlineTimersTest, WarnsThenMissesThenEscalatesEachOnce) {
  const std::string name = OpenCase("a complaint").name();
  const absl::Time due = DueOf(name, "company.acknowledge");
  RunAll(due - absl::Hours(9));
  EXPECT_THAT(Told(name), IsEmpty());
  RunAll(due - absl::Hours(8));
  RunAll(due - absl::Hours(8));
  EXPECT_THAT(Told(name), ElementsAre("near company.acknowledge"));
  RunAll(due - absl::Microseconds(1));
  RunAll(due);
  RunAll(due + absl::Hours(1));
  EXPECT_THAT(Told(name), ElementsAre("near company.acknowledge", "missed company.acknowledge 0"));
  EXPECT_GE(committed_, 2);
  // Nobody acts: more people are told.
  RunAll(due + absl::Hours(24 * 12));
  EXPECT_THAT(Told(name),
              ElementsAre("near company.acknowledge", "missed company.acknowledge 0",
                          "missed company.acknowledge 1", "missed company.acknowledge 2"));
  const mamori::v1::Case after = Get(name);
  ASSERT_EQ(after.notes_size(), 3);
  EXPECT_EQ(after.notes(1).author(), "triage");
  EXPECT_THAT(after.notes(1).text(), HasSubstr("deadline.missed company.acknowledge"));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM audit_entry WHERE resource_id = ?",
                             db::Params().Add(*id::FromName("cases", name))),
            3);
}

// Nothing that is due waits for a key: steps are told, recorded and go on without their notes.
TEST_F(DeadlineTimersTest, WarnsMissesAndEscalatesWhileTheKeyStoreIsAway) {
  const std::string name = OpenCase("a complaint").name(), other = OpenCase("another").name();
  const absl::Time due = DueOf(other, "company.acknowledge");  // the later one
  keys_.store.FailWith(absl::UnavailableError("away"));
  RunAll(due - absl::Hours(8));
  RunAll(due);
  RunAll(due + absl::Hours(24 * 12));
  for (const std::string& one : {name, other}) {
    EXPECT_THAT(Told(one),
                ElementsAre("near company.acknowledge", "missed company.acknowledge 0",
                            "missed company.acknowledge 1", "missed company.acknowledge 2"));
    EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM audit_entry WHERE resource_id = ?",
                               db::Params().Add(*id::FromName("cases", one))),
              3);
  }
  keys_.store.FailWith(absl::OkStatus());
  EXPECT_EQ(Get(name).notes_size(), 0);
  // What comes once it is there again has its note.
  ASSERT_THAT(cases_.Claim(Call("ClaimCase"), Verb<v1::ClaimCaseRequest>(name)), IsOk());
  RunAll(DueOf(name, "company.decide"));
  EXPECT_EQ(Get(name).notes_size(), 1);
}

// A case whose content was erased has no notes, and keeps no other from its steps.
TEST_F(DeadlineTimersTest, GoesOnInACaseWhoseContentWasErased) {
  const std::string name = OpenCase("a complaint").name();
  const absl::Time due = DueOf(name, "company.acknowledge");
  const db::Rows keys = database_.Query("SELECT key_id FROM case_key");
  ASSERT_EQ(keys.size(), 1u) << "a case has its key from the beginning";
  ASSERT_THAT(keys_.store.Erase({keys[0].GetBytes(0)}, clock_.Now(), Deadline()), IsOk());
  RunAll(due - absl::Hours(8));
  RunAll(due);
  EXPECT_THAT(Told(name), ElementsAre("near company.acknowledge", "missed company.acknowledge 0"));
}

TEST_F(DeadlineTimersTest, WhatIsDoneIsNotTold) {
  const std::string name = OpenCase("a complaint").name();
  const absl::Time due = DueOf(name, "company.acknowledge");
  ASSERT_THAT(cases_.Claim(Call("ClaimCase"), Verb<v1::ClaimCaseRequest>(name)), IsOk());
  RunAll(due + absl::Hours(1));
  EXPECT_THAT(Told(name), IsEmpty());
  // Its timer is spent; that of what follows is there.
  const absl::Time decide = DueOf(name, "company.decide");
  RunAll(decide);
  EXPECT_THAT(Told(name), ElementsAre("missed company.decide 0"));
}

TEST_F(DeadlineTimersTest, WhatIsPausedIsNotToldUntilItGoesOn) {
  const std::string name = OpenCase("a complaint").name();
  ASSERT_THAT(cases_.Claim(Call("ClaimCase"), Verb<v1::ClaimCaseRequest>(name)), IsOk());
  const v1::Deadline decide = ClocksOf(name)["company.decide"];
  const absl::Time due = time::FromTimestamp(decide.due_time());
  auto pause = Verb<v1::PauseDeadlineRequest>(name);
  pause.set_deadline(decide.name());
  pause.set_reason("the reporter is ill");
  ASSERT_THAT(deadlines_.Pause(Call("PauseDeadline"), pause), IsOk());
  RunAll(due + absl::Hours(1));
  EXPECT_THAT(Told(name), IsEmpty());
  auto resume = Verb<v1::ResumeDeadlineRequest>(name);
  resume.set_deadline(decide.name());
  resume.set_reason("back at work");
  ASSERT_THAT(deadlines_.Resume(Call("ResumeDeadline"), resume), IsOk());
  RunAll(due + absl::Hours(1));
  EXPECT_THAT(Told(name), ElementsAre("missed company.decide 0"));
}

TEST_F(DeadlineTimersTest, APauseThatIsForgottenEndsByItselfAndIsNoted) {
  const std::string name = OpenCase("a complaint").name();
  ASSERT_THAT(cases_.Claim(Call("ClaimCase"), Verb<v1::ClaimCaseRequest>(name)), IsOk());
  const v1::Deadline decide = ClocksOf(name)["company.decide"];
  auto pause = Verb<v1::PauseDeadlineRequest>(name);
  pause.set_deadline(decide.name());
  pause.set_reason("the reporter is ill");
  ASSERT_THAT(deadlines_.Pause(Call("PauseDeadline"), pause), IsOk());
  const absl::Time end = clock_.Now() + absl::Hours(60 * 24);
  RunAll(end - absl::Hours(1));
  EXPECT_EQ(ClocksOf(name)["company.decide"].state(), v1::DEADLINE_STATE_PAUSED);
  RunAll(end + absl::Minutes(1));
  const v1::Deadline after = ClocksOf(name)["company.decide"];
  EXPECT_EQ(after.state(), v1::DEADLINE_STATE_RUNNING);
  EXPECT_GT(time::FromTimestamp(after.due_time()), end);
  const mamori::v1::Case seen = Get(name);
  EXPECT_THAT(seen.notes(seen.notes_size() - 1).text(),
              HasSubstr("deadline.resumed company.decide"));
  RunAll(time::FromTimestamp(after.due_time()));
  EXPECT_EQ(Told(name).back(), "missed company.decide 0");
}

// R6: nobody suffers for reporting. Each is told on its day, whatever becomes of the case.
TEST_F(DeadlineTimersTest, TheCheckInsAndTheYearsWatchComeByTheClockAlsoAfterWithdrawal) {
  const std::pair<const char*, int> kCheckIns[] = {{"care.check_in_30", 30},
                                                   {"care.check_in_90", 90},
                                                   {"care.check_in_180", 180},
                                                   {"care.check_in_365", 365},
                                                   {"care.watch_year", 365}};
  for (const auto& [clock, days] : kCheckIns) {
    const std::string name = OpenNamed("a complaint").name();
    const absl::Time opened = time::FromTimestamp(Get(name).create_time());
    auto withdraw = Verb<v1::WithdrawCaseRequest>(name);
    withdraw.set_reason("at the reporter's wish");
    ASSERT_THAT(cases_.Withdraw(Call("Withdraw"), withdraw), IsOk());
    ASSERT_EQ(ClocksOf(name)[clock].state(), v1::DEADLINE_STATE_RUNNING) << clock;
    const absl::Time due = DueOf(name, clock);
    EXPECT_GE(due, opened + absl::Hours(24 * days)) << clock;
    // The end of that day, or of the next one that is worked.
    EXPECT_LE(due, opened + absl::Hours(24 * (days + 12))) << clock;
    const std::string missed = absl::StrCat("missed ", clock, " 0");
    const std::string near = absl::StrCat("near ", clock);
    RunAll(due - absl::Minutes(1));
    const auto before = Told(name);
    EXPECT_EQ(std::count(before.begin(), before.end(), missed), 0) << clock;
    EXPECT_GT(std::count(before.begin(), before.end(), near), 0) << clock;
    RunAll(due);
    const auto after = Told(name);
    EXPECT_EQ(std::count(after.begin(), after.end(), missed), 1) << clock;
  }
  // One that was done is not told.
  const std::string other = OpenNamed("a complaint").name();
  auto complete = Verb<v1::CompleteDeadlineRequest>(other);
  complete.set_deadline(ClocksOf(other)["care.check_in_30"].name());
  complete.set_reason("spoke with them: nothing happened");
  ASSERT_THAT(deadlines_.Complete(Call("CompleteDeadline"), complete), IsOk());
  RunAll(clock_.Now() + absl::Hours(24 * 60));
  const auto told = Told(other);
  EXPECT_EQ(std::count(told.begin(), told.end(), "missed care.check_in_30 0"), 0);
}

// Our people were reported from outside: clocks of their own, and more people while nobody acts.
TEST_F(DeadlineTimersTest, AReverseCaseHasItsOwnClocksWithTheirEscalation) {
  const mamori::v1::Event event =
      Receive("あなたの社員に怒鳴られた", mamori::v1::REPORT_KIND_REVERSE);
  ASSERT_THAT(Apply({event})[0], IsOk());
  const std::string name = Get(id::Name("reports", event.subject_id())).name();
  auto clocks = ClocksOf(name);
  ASSERT_EQ(clocks.count("reverse.acknowledge"), 1u);
  ASSERT_EQ(clocks.count("reverse.answer"), 1u);
  EXPECT_EQ(clocks["reverse.answer"].regime(), mamori::v1::CLOCK_REGIME_REVERSE);
  // Not of other cases.
  EXPECT_EQ(ClocksOf(OpenCase("a complaint").name()).count("reverse.acknowledge"), 0u);
  // To take the case is not to answer who is outside: only a person says that this was done.
  ASSERT_THAT(cases_.Claim(Call("ClaimCase"), Verb<v1::ClaimCaseRequest>(name)), IsOk());
  const absl::Time due = DueOf(name, "reverse.acknowledge");
  RunAll(due + absl::Hours(24 * 10));
  auto told = Told(name);
  EXPECT_EQ(std::count(told.begin(), told.end(), "near reverse.acknowledge"),
            0);  // late: the worse
  EXPECT_EQ(std::count(told.begin(), told.end(), "missed reverse.acknowledge 0"), 1);
  EXPECT_EQ(std::count(told.begin(), told.end(), "missed reverse.acknowledge 1"), 1);
  auto complete = Verb<v1::CompleteDeadlineRequest>(name);
  complete.set_deadline(clocks["reverse.answer"].name());
  complete.set_reason("answered in writing");
  ASSERT_THAT(deadlines_.Complete(Call("CompleteDeadline"), complete), IsOk());
  RunAll(DueOf(name, "reverse.answer") + absl::Hours(24 * 30));
  told = Told(name);
  EXPECT_EQ(std::count(told.begin(), told.end(), "missed reverse.answer 0"), 0);
}

// Art. 33(3): another employer asks. A person starts it, on whatever case it is about.
TEST_F(DeadlineTimersTest, ACooperationRequestHasItsOwnClockWithItsEscalation) {
  const std::string name = OpenCase("a complaint").name();
  EXPECT_EQ(ClocksOf(name).count("cooperation.answer"), 0u);
  auto start = Verb<v1::StartClockRequest>(name);
  start.set_clock("cooperation.answer");
  start.set_reason("みなと商事 asks for what we know");
  const auto started = deadlines_.Start(Call("StartClock"), start);
  ASSERT_THAT(started, IsOk());
  EXPECT_EQ(started->regime(), mamori::v1::CLOCK_REGIME_COOPERATION);
  // Another employer may ask as well: each request has its own deadline.
  auto second = Verb<v1::StartClockRequest>(name);
  second.set_clock("cooperation.answer");
  second.set_reason("and so does another");
  ASSERT_THAT(deadlines_.Start(Call("StartClock"), second), IsOk());
  auto complete = Verb<v1::CompleteDeadlineRequest>(name);
  complete.set_deadline(started->name());
  complete.set_reason("answered");
  ASSERT_THAT(deadlines_.Complete(Call("CompleteDeadline"), complete), IsOk());
  const absl::Time due = time::FromTimestamp(started->due_time());
  RunAll(due - absl::Hours(12));
  auto told = Told(name);
  EXPECT_EQ(std::count(told.begin(), told.end(), "near cooperation.answer"), 1);
  RunAll(due + absl::Hours(24 * 20));
  told = Told(name);
  EXPECT_EQ(std::count(told.begin(), told.end(), "missed cooperation.answer 0"), 1);
  EXPECT_EQ(std::count(told.begin(), told.end(), "missed cooperation.answer 1"), 1);
}

TEST_F(DeadlineTimersTest, AClockThatJumpsFiresOnceWhateverItShowsAfterwards) {
  const std::string name = OpenCase("a complaint").name();
  const absl::Time due = DueOf(name, "company.acknowledge");
  RunAll(due + absl::Hours(1));
  const auto told = Told(name);
  EXPECT_THAT(told, ElementsAre("missed company.acknowledge 0"));
  RunAll(due - absl::Hours(8));  // put back: the warning is not given after the miss
  RunAll(due + absl::Hours(1));
  EXPECT_EQ(Told(name), told);
}

TEST_F(DeadlineTimersTest, ManyWorkersAtOnceFireEachOnce) {
  std::vector<mamori::v1::Event> events;
  for (int i = 0; i < 300; ++i) events.push_back(Receive("a complaint"));
  for (const absl::Status& status : Apply(events)) ASSERT_THAT(status, IsOk());
  const time::FakeClock at(clock_.Now() + absl::Hours(24 * 10));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      DeadlineTimers worker({deadline_store_, gate_, clocks_, at, ids_, [] {}});
      for (int idle = 0; idle < 5;) {
        const auto did = worker.RunOnce();
        // Workers that meet may have to come again; a Periodic does.
        idle = did.ok() && !*did ? idle + 1 : 0;
        if (did.ok() && !*did) std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::map<std::string, int> told;
  for (const db::Row& row : database_.Query("SELECT event FROM outbox")) {
    mamori::v1::Event event;
    ASSERT_TRUE(event.ParseFromString(row.GetBytes(0)));
    if (event.has_deadline_missed()) {
      ++told[absl::StrCat(event.deadline_missed().deadline().deadline_id(), "/",
                          event.deadline_missed().level())];
    }
  }
  EXPECT_GE(told.size(), 300u);
  for (const auto& [step, count] : told) EXPECT_EQ(count, 1);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM deadline WHERE next_time <= ?",
                             db::Params().Add(at.Now())),
            0);
  // One timer a case from here on.
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM timer"),
            database_.Number("SELECT COUNT(DISTINCT subject_id) FROM timer"));
}

TEST_F(DeadlineTimersTest, OneThatCannotBeFiredKeepsNoOtherFromIt) {
  const std::string bad = OpenCase("a complaint").name();
  const std::string good = OpenCase("a complaint").name();
  database_.Run(absl::StrCat(
      "CREATE TRIGGER refuse BEFORE UPDATE ON deadline FOR EACH ROW IF HEX(NEW.case_id) = '",
      absl::AsciiStrToUpper(absl::BytesToHexString(*id::FromName("cases", bad))),
      "' THEN SIGNAL SQLSTATE '45000'; END IF"));
  const absl::Time due = DueOf(good, "company.acknowledge");
  RunAll(due);
  EXPECT_THAT(Told(good), ElementsAre("missed company.acknowledge 0"));
  EXPECT_THAT(Told(bad), IsEmpty());
  database_.Run("DROP TRIGGER refuse");
  RunAll(due + absl::Minutes(2));
  EXPECT_THAT(Told(bad), ElementsAre("missed company.acknowledge 0"));
}

TEST_F(DeadlineTimersTest, TheAuditorAlarmsWhenAStepWasNotTakenAndMakesALostTimerAnew) {
  const std::string name = OpenCase("a complaint").name();
  const absl::Time due = DueOf(name, "company.acknowledge");
  database_.Execute("DELETE FROM timer");
  RunAll(due + absl::Minutes(3));
  EXPECT_THAT(Told(name), IsEmpty());

  LastTelemetry telemetry;
  time::FakeClock at(due - absl::Hours(9));
  DeadlineAuditor auditor(deadline_store_, at, telemetry);
  EXPECT_THAT(auditor.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(telemetry.values["mamori_deadline_steps_undone"], 0);
  at.Set(due + absl::Minutes(3));
  EXPECT_THAT(auditor.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(telemetry.values["mamori_deadline_steps_undone"], 1);
  EXPECT_EQ(telemetry.values["mamori_deadline_timers_lost_total"], 1);
  EXPECT_THAT(auditor.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(telemetry.values["mamori_deadline_timers_lost_total"], 1);
  RunAll(at.Now());
  EXPECT_THAT(Told(name), ElementsAre("missed company.acknowledge 0"));
  EXPECT_THAT(auditor.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(telemetry.values["mamori_deadline_steps_undone"], 0);
}

TEST_F(DeadlineTimersTest, ACaseOfAConsultationIsToldWithItsState) {
  const mamori::v1::Event event = Receive("x", mamori::v1::REPORT_KIND_CONSULTATION);
  ASSERT_THAT(Apply({event})[0], IsOk());
  const std::string name = Get(id::Name("reports", event.subject_id())).name();
  RunAll(DueOf(name, "company.acknowledge"));
  const auto events = Outbox(name);
  ASSERT_TRUE(events.back().has_deadline_missed());
  EXPECT_EQ(events.back().deadline_missed().deadline().state(), mamori::v1::CASE_STATE_CONSULTING);
}

}  // namespace
}  // namespace mamori::triage
