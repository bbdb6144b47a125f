// Deadlines through the verbs, on a real database.
#include "services/triage/deadlines.h"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/policy/notice_wait.h"
#include "common/worker/timer.h"
#include "services/triage/sql_deadline_rows.h"
#include "services/triage/test_clock_fixture.h"

namespace mamori::triage {
namespace {

using mamori::v1::ErrorReason;
using ::testing::Contains;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;

using DeadlinesTest = ClockFixture;

TEST_F(DeadlinesTest, AreBegunInTheTransactionThatOpensTheCase) {
  const mamori::v1::Case named = OpenNamed("a complaint");
  const auto clocks = ClocksOf(named.name());
  for (const char* clock :
       {"company.acknowledge", "company.first_contact", "company.decide", "care.check_in_30",
        "care.check_in_90", "care.check_in_180", "care.check_in_365", "care.watch_year"}) {
    EXPECT_EQ(clocks.count(clock), 1u) << clock;
  }
  // Nobody can ask one who gave no name.
  EXPECT_EQ(ClocksOf(OpenCase("a complaint").name()).size(), 3u);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM timer WHERE kind = 'deadline'"), 2);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM timer t JOIN deadline d ON d.case_id ="
                             " t.subject_id WHERE t.due_time > d.next_time"),
            0);
}

TEST_F(DeadlinesTest, OfAnAnonymousCaseCountFromAMomentThatIsDrawn) {
  const absl::Time before = clock_.Now();
  mamori::v1::Event event = Receive("今日、殴られました。");
  event.set_anonymous(true);
  ASSERT_THAT(Apply({event})[0], IsOk());
  const auto clocks = ClocksOf(Get(id::Name("reports", event.subject_id())).name());
  EXPECT_FALSE(clocks.empty());
  for (const auto& [clock, deadline] : clocks) {
    const absl::Time start = time::FromTimestamp(deadline.start_time());
    EXPECT_GE(start, before + policy::kMinNoticeWait) << clock;
    EXPECT_LE(start, clock_.Now() + policy::kMaxNoticeWait) << clock;
    EXPECT_FALSE(deadline.missed()) << clock;
  }
}

TEST_F(DeadlinesTest, WhatPeopleDoWithThoseOfAnAnonymousCaseIsRecordedByDay) {
  mamori::v1::Event event = Receive("x");
  event.set_anonymous(true);
  ASSERT_THAT(Apply({event})[0], IsOk());
  const std::string name = Get(id::Name("reports", event.subject_id())).name();
  auto start = Verb<v1::StartClockRequest>(name);
  start.set_clock("cooperation.answer");
  start.set_reason("another employer asks");
  *start.mutable_start_time() = time::ToTimestamp(clock_.Now() - absl::Seconds(1));
  const auto started = deadlines_.Start(Call("StartClock"), start);
  ASSERT_THAT(started, IsOk());
  EXPECT_EQ(started->start_time().seconds() % 86400, 0);
  const auto on = [&](auto request) {
    request.set_deadline(started->name());
    request.set_reason("because");
    return request;
  };
  const auto paused =
      deadlines_.Pause(Call("PauseDeadline"), on(Verb<v1::PauseDeadlineRequest>(name)));
  ASSERT_THAT(paused, IsOk());
  EXPECT_EQ(paused->pause_time().seconds() % 86400, 0);
  ASSERT_THAT(deadlines_.Resume(Call("ResumeDeadline"), on(Verb<v1::ResumeDeadlineRequest>(name))),
              IsOk());
  const auto completed =
      deadlines_.Complete(Call("CompleteDeadline"), on(Verb<v1::CompleteDeadlineRequest>(name)));
  ASSERT_THAT(completed, IsOk());
  EXPECT_EQ(completed->end_time().seconds() % 86400, 0);
  EXPECT_FALSE(completed->missed());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM deadline WHERE pause_time % 86400000000 <> 0"
                             " OR end_time % 86400000000 <> 0"),
            0);
}

// The reason is content: neither it nor a hash of it that could be tried stands anywhere in clear.
TEST_F(DeadlinesTest, WhatWasAnsweredIsKeptSealed) {
  const std::string name = OpenNamed("x").name();
  auto start = Verb<v1::StartClockRequest>(name);
  start.set_clock("cooperation.answer");
  start.set_reason("another employer asks");
  const auto first = deadlines_.Start(Call("StartClock"), start);
  ASSERT_THAT(first, IsOk());
  const std::string digest = idempotency::BodyDigest(start);
  for (const db::Row& row : database_.Query("SELECT body_digest, response FROM request_id")) {
    EXPECT_NE(row.GetBytes(0), digest);
    EXPECT_EQ(row.GetBytes(1).find(first->name()), std::string::npos);
  }
  // With the same id another request is refused all the same.
  start.set_reason("something else");
  EXPECT_EQ(ReasonOf(deadlines_.Start(Call("StartClock"), start)),
            mamori::v1::ERROR_REASON_REQUEST_ID_REUSED);
}

TEST_F(DeadlinesTest, ACaseThatIsNotWrittenHasNone) {
  database_.Run(
      "CREATE TRIGGER refuse BEFORE INSERT ON deadline FOR EACH ROW SIGNAL SQLSTATE '45000'");
  const mamori::v1::Event event = Receive("x");
  EXPECT_FALSE(Apply({event})[0].ok());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM case_record"), 0);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM timer"), 0);
  database_.Run("DROP TRIGGER refuse");
}

TEST_F(DeadlinesTest, TheFirstAcknowledgementCompletesItAndASecondMovesNothing) {
  const std::string name = OpenNamed("x").name();
  ASSERT_THAT(cases_.Claim(Call("ClaimCase"), Verb<v1::ClaimCaseRequest>(name)), IsOk());
  const v1::Deadline first = ClocksOf(name)["company.acknowledge"];
  EXPECT_EQ(first.state(), v1::DEADLINE_STATE_COMPLETED);
  EXPECT_FALSE(first.missed());
  auto assign = Verb<v1::AssignCaseRequest>(name);
  assign.set_assignee("desk-2");
  ASSERT_THAT(cases_.Assign(Call("AssignCase"), assign), IsOk());
  EXPECT_THAT(ClocksOf(name)["company.acknowledge"], testing::EqualsProto([&] {
                v1::Deadline same = first;
                same.set_assignee("desk-2");
                return same;
              }()));
}

TEST_F(DeadlinesTest, APersonStartsPausesResumesAndCompletesWithAReasonOnTheCase) {
  const std::string name = OpenNamed("x").name();
  auto start = Verb<v1::StartClockRequest>(name);
  start.set_clock("cooperation.answer");
  start.set_reason("another employer asks");
  const auto started = deadlines_.Start(Call("StartClock"), start);
  ASSERT_THAT(started, IsOk());
  EXPECT_EQ(started->state(), v1::DEADLINE_STATE_RUNNING);
  EXPECT_FALSE(started->label_en().empty());
  // The same call again is the same deadline.
  EXPECT_EQ(deadlines_.Start(Call("StartClock"), start)->name(), started->name());

  const auto on = [&](auto request) {
    request.set_deadline(started->name());
    request.set_reason("because");
    return request;
  };
  const auto paused =
      deadlines_.Pause(Call("PauseDeadline"), on(Verb<v1::PauseDeadlineRequest>(name)));
  ASSERT_THAT(paused, IsOk());
  EXPECT_EQ(paused->state(), v1::DEADLINE_STATE_PAUSED);
  // When its time goes on by itself, as the policy says.
  EXPECT_EQ(time::FromTimestamp(paused->next_step_time()),
            time::FromTimestamp(paused->pause_time()) + absl::Hours(14 * 24));
  const auto resumed =
      deadlines_.Resume(Call("ResumeDeadline"), on(Verb<v1::ResumeDeadlineRequest>(name)));
  ASSERT_THAT(resumed, IsOk());
  EXPECT_EQ(resumed->due_day(), started->due_day());
  const auto completed =
      deadlines_.Complete(Call("CompleteDeadline"), on(Verb<v1::CompleteDeadlineRequest>(name)));
  ASSERT_THAT(completed, IsOk());
  EXPECT_EQ(completed->completer(), "desk-1");
  EXPECT_EQ(ReasonOf(deadlines_.Complete(Call("CompleteDeadline"),
                                         on(Verb<v1::CompleteDeadlineRequest>(name)))),
            mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED);
  const mamori::v1::Case after = Get(name);
  ASSERT_EQ(after.notes_size(), 4);
  EXPECT_EQ(after.notes(0).text(), "cooperation.answer: another employer asks");
  EXPECT_EQ(after.notes(3).author(), "desk-1");
  // Each change is in the case's audit: opened, and four verbs.
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM audit_entry WHERE resource_id = ?",
                             db::Params().Add(*id::FromName("cases", name))),
            4);
}

TEST_F(DeadlinesTest, RefusesWhatTheClockDoesNotAllow) {
  const std::string name = OpenNamed("x").name();
  auto pause = Verb<v1::PauseDeadlineRequest>(name);
  pause.set_deadline(ClocksOf(name)["company.acknowledge"].name());
  pause.set_reason("no time");
  EXPECT_EQ(ReasonOf(deadlines_.Pause(Call("PauseDeadline"), pause)),
            mamori::v1::ERROR_REASON_CLOCK_NOT_ALLOWED);
  auto start = Verb<v1::StartClockRequest>(name);
  start.set_clock("company.acknowledge");
  start.set_reason("again");
  EXPECT_EQ(ReasonOf(deadlines_.Start(Call("StartClock"), start)),
            mamori::v1::ERROR_REASON_CLOCK_NOT_ALLOWED);
  start = Verb<v1::StartClockRequest>(name);
  start.set_clock("appi.preliminary");
  start.set_reason("a leak");
  *start.mutable_start_time() = time::ToTimestamp(clock_.Now() + absl::Hours(1));
  EXPECT_EQ(ReasonOf(deadlines_.Start(Call("StartClock"), start)),
            mamori::v1::ERROR_REASON_INVALID_FIELDS);
  auto complete = Verb<v1::CompleteDeadlineRequest>(name);
  complete.set_deadline(id::Name("deadlines", ids_.NewId()));
  complete.set_reason("done");
  EXPECT_EQ(ReasonOf(deadlines_.Complete(Call("CompleteDeadline"), complete)),
            mamori::v1::ERROR_REASON_NOT_FOUND);
  complete = Verb<v1::CompleteDeadlineRequest>(name);
  complete.set_deadline(ClocksOf(name)["care.check_in_30"].name());
  complete.set_reason("done");
  complete.set_etag("v99");
  EXPECT_EQ(ReasonOf(deadlines_.Complete(Call("CompleteDeadline"), complete)),
            mamori::v1::ERROR_REASON_ETAG_MISMATCH);
}

TEST_F(DeadlinesTest, WhatALawCountsFromTheReportIsNotStartedLater) {
  const std::string name = OpenCase("x").name();
  auto start = Verb<v1::StartClockRequest>(name);
  start.set_clock("whistleblower.notice");
  start.set_reason("it is a whistleblower's");
  *start.mutable_start_time() = time::ToTimestamp(clock_.Now());
  EXPECT_EQ(ReasonOf(deadlines_.Start(Call("StartClock"), start)),
            mamori::v1::ERROR_REASON_CLOCK_NOT_ALLOWED);
  start.clear_start_time();
  ASSERT_THAT(deadlines_.Start(Call("StartClock"), start), IsOk());
}

TEST_F(DeadlinesTest, ASecondReporterWithANameHasTheirOwnCheckIns) {
  const mamori::v1::Case first = OpenNamed("x");
  const auto kind = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT;
  const mamori::v1::Event unnamed = Receive("y", kind, first.name());
  const mamori::v1::Event named = Receive("z", kind, first.name());
  source_.reports[{"t", named.subject_id()}].mutable_reporter()->set_person("B. Ito");
  const auto count = [&] {
    return database_.Number(
        "SELECT COUNT(*) FROM deadline WHERE case_id = ? AND clock = 'care.check_in_30'",
        db::Params().Add(*id::FromName("cases", first.name())));
  };
  ASSERT_THAT(Apply({unnamed})[0], IsOk());
  EXPECT_EQ(count(), 1);
  ASSERT_THAT(Apply({named})[0], IsOk());
  EXPECT_EQ(count(), 2);
  EXPECT_EQ(Get(first.name()).reports_size(), 3);
}

TEST_F(DeadlinesTest, ALeakStartsBothReports) {
  const std::string name = OpenCase("x").name();
  auto start = Verb<v1::StartClockRequest>(name);
  start.set_clock("appi.preliminary");
  start.set_reason("a list was mailed to the wrong address");
  ASSERT_THAT(deadlines_.Start(Call("StartClock"), start), IsOk());
  auto clocks = ClocksOf(name);
  EXPECT_EQ(clocks["appi.preliminary"].start_time().seconds(),
            clocks["appi.final"].start_time().seconds());
}

TEST_F(DeadlinesTest, OneWhoIsKeptOutLearnsNothing) {
  const std::string name = OpenNamed("x").name();
  const std::string deadline = ClocksOf(name)["care.check_in_30"].name();
  auto exclude = Verb<v1::ExcludePersonRequest>(name);
  exclude.set_person("accused");
  ASSERT_THAT(access_.Exclude(Call("ExcludePerson"), exclude), IsOk());
  const std::string never = id::Name("cases", ids_.NewId());
  const auto all = [&](const std::string& of) {
    std::vector<std::string> answers;
    const auto call = [&](const char* method) { return Call(method, "accused"); };
    v1::ListDeadlinesRequest list;
    list.set_case_name(of);
    answers.push_back(deadlines_.List(call("ListDeadlines"), list).status().ToString());
    auto start = Verb<v1::StartClockRequest>(of);
    start.set_clock("no.such");
    start.set_reason("r");
    start.set_etag("v99");
    answers.push_back(deadlines_.Start(call("StartClock"), start).status().ToString());
    const auto on = [&](auto request) {
      request.set_deadline(deadline);
      request.set_reason("r");
      return request;
    };
    answers.push_back(
        deadlines_.Pause(call("P"), on(Verb<v1::PauseDeadlineRequest>(of))).status().ToString());
    answers.push_back(
        deadlines_.Resume(call("R"), on(Verb<v1::ResumeDeadlineRequest>(of))).status().ToString());
    answers.push_back(deadlines_.Complete(call("C"), on(Verb<v1::CompleteDeadlineRequest>(of)))
                          .status()
                          .ToString());
    return answers;
  };
  EXPECT_EQ(all(name), all(never));
  for (const std::string& answer : all(name))
    EXPECT_THAT(answer, ::testing::HasSubstr("NOT_FOUND"));
  EXPECT_THAT(Queue("accused"), IsEmpty());
  EXPECT_THAT(Queue("desk-1"), Not(IsEmpty()));
}

TEST_F(DeadlinesTest, TheQueueIsOrderedByUrgencyThenDueTimeAndPagedWithoutGaps) {
  std::set<std::string> expected;
  for (int i = 0; i < 3; ++i) {
    for (const auto& [clock, one] : ClocksOf(OpenNamed("x").name())) expected.insert(one.name());
    for (const auto& [clock, one] : ClocksOf(OpenCase("今日、殴られました。").name())) {
      expected.insert(one.name());
    }
  }
  // A consultation is its own desk's, another tenant's case nobody's here.
  ASSERT_THAT(Apply({Receive("x", mamori::v1::REPORT_KIND_CONSULTATION)})[0], IsOk());
  ASSERT_THAT(Apply({Receive("x", mamori::v1::REPORT_KIND_FEEDBACK, "", "other")})[0], IsOk());
  std::vector<v1::Deadline> all;
  v1::ListDeadlinesRequest request;
  request.set_page_size(4);
  server::CallContext call = Call("ListDeadlines");
  call.roles = {"desk"};
  do {
    const auto page = deadlines_.List(call, request);
    ASSERT_THAT(page, IsOk());
    EXPECT_LE(page->deadlines_size(), 4);
    all.insert(all.end(), page->deadlines().begin(), page->deadlines().end());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  std::set<std::string> names;
  for (const v1::Deadline& one : all) names.insert(one.name());
  EXPECT_EQ(names, expected);
  EXPECT_EQ(all.size(), expected.size());
  for (size_t i = 1; i < all.size(); ++i) {
    EXPECT_GE(all[i - 1].urgency(), all[i].urgency());
    if (all[i - 1].urgency() == all[i].urgency()) {
      EXPECT_LE(time::FromTimestamp(all[i - 1].due_time()), time::FromTimestamp(all[i].due_time()));
    }
  }
  request.set_company("acme");
  request.set_page_token("x");
  EXPECT_EQ(ReasonOf(deadlines_.List(call, request)), mamori::v1::ERROR_REASON_PAGE_TOKEN);
}

TEST_F(DeadlinesTest, PagesOfOneCaseHaveNoGaps) {
  const std::string name = OpenNamed("x").name();
  std::set<std::string> names;
  v1::ListDeadlinesRequest request;
  request.set_case_name(name);
  request.set_page_size(3);
  do {
    const auto page = deadlines_.List(Call("ListDeadlines"), request);
    ASSERT_THAT(page, IsOk());
    for (const v1::Deadline& one : page->deadlines()) EXPECT_TRUE(names.insert(one.name()).second);
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(names.size(), ClocksOf(name).size());
}

TEST_F(DeadlinesTest, WhatIsOwedToAReporterGoesOnInTheCaseThatGoesOn) {
  const std::string from = OpenNamed("x").name();
  const std::string into = OpenNamed("y").name();
  auto merge = Verb<v1::MergeCasesRequest>(from);
  merge.set_into(into);
  ASSERT_THAT(cases_.Merge(Call("MergeCases"), merge), IsOk());
  v1::ListDeadlinesRequest request;
  request.set_case_name(into);
  const auto all = deadlines_.List(Call("ListDeadlines"), request);
  ASSERT_THAT(all, IsOk());
  int check_ins = 0;
  for (const v1::Deadline& one : all->deadlines()) check_ins += one.clock() == "care.check_in_30";
  EXPECT_EQ(check_ins, 2);
  request.set_case_name(from);
  EXPECT_EQ(deadlines_.List(Call("ListDeadlines"), request)->deadlines_size(), 0);
}

}  // namespace
}  // namespace mamori::triage
