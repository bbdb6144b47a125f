// A case with an anonymous report is told by day, and its streams wait.
#include <gmock/gmock.h>

#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "common/time/day.h"
#include "common/time/timestamp.h"
#include "services/triage/desk_lists.h"
#include "services/triage/sql_desk_store.h"
#include "services/triage/tasks.h"
#include "services/triage/test_triage_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::Each;
using testing::IsOk;
using testing::IsOkAndHolds;

class AnonymousTest : public TriageFixture {
 protected:
  mamori::v1::Event ReceiveAnonymous(const std::string& narrative) {
    mamori::v1::Event event = Receive(narrative);
    event.set_anonymous(true);
    return event;
  }
  // How many rows tell a time within the day.
  int64_t Exact(const std::string& table, const std::string& column) {
    return database_.Number(
        absl::StrCat("SELECT COUNT(*) FROM ", table, " WHERE ", column, " % 86400000000 <> 0"));
  }
  // The reporter's next act about the same report.
  mamori::v1::Event Next(const mamori::v1::Event& first, int64_t sequence) {
    mamori::v1::Event event = MakeEvent("intake", "t", first.subject_id(), sequence);
    event.set_anonymous(true);
    return event;
  }
};

class KeptReads final : public audit::ReadLog {
 public:
  absl::Status Record(std::vector<audit::Entry> entries) override {
    std::move(entries.begin(), entries.end(), std::back_inserter(kept));
    return absl::OkStatus();
  }
  std::vector<audit::Entry> kept;
};

// Also of the work on it, which has a read of its own.
TEST_F(AnonymousTest, ThatItsWorkWasReadIsToldByDay) {
  KeptReads reads;
  Casework casework(
      {work_store_, case_store_, gate_, assessors_, clock_, ids_, [] {}, tokens_, &reads});
  Tasks tasks(casework);
  for (const bool anonymous : {true, false}) {
    const mamori::v1::Event event = anonymous ? ReceiveAnonymous("x") : Receive("x");
    ASSERT_THAT(Apply({event}), Each(IsOk()));
    v1::ListTasksRequest request;
    request.set_name(Get(id::Name("reports", event.subject_id())).name());
    ASSERT_THAT(tasks.List(Call("ListTasks"), request), IsOk());
    ASSERT_FALSE(reads.kept.empty());
    EXPECT_EQ(reads.kept.back().by_day, anonymous);
  }
}

TEST_F(AnonymousTest, WhatPeopleRecordOfItIsRecordedByDayAndListedSo) {
  const mamori::v1::Event event = ReceiveAnonymous("x");
  ASSERT_THAT(Apply({event}), Each(IsOk()));
  const std::string name = Get(id::Name("reports", event.subject_id())).name();
  Tasks tasks(plain_casework_);
  auto add = Verb<v1::AddTaskRequest>(name);
  add.mutable_task()->set_text("t");
  add.mutable_task()->set_owner("desk-2");
  *add.mutable_task()->mutable_due_time() = time::ToTimestamp(clock_.Now());
  ASSERT_THAT(tasks.Add(Call("AddTask"), add), IsOk());
  AssessRisk(name);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM case_work"), 2);
  EXPECT_EQ(Exact("case_work", "create_time"), 0);
  KeptReads reads;
  SqlDeskStore store(database_.transactor(), seal_, keys_.sealer());
  DeskLists lists({store, gate_, clock_, tokens_, &reads});
  const auto list = lists.Tasks(Call("ListOpenTasks"), {});
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->tasks_size(), 1);
  ASSERT_EQ(reads.kept.size(), 1u);
  EXPECT_TRUE(reads.kept[0].by_day);
  EXPECT_EQ(reads.kept[0].resource_id, *id::FromName("cases", name));
  // Of a named one times are told.
  AssessRisk(Open("x").name());
  EXPECT_GT(Exact("case_work", "create_time"), 0);
}

TEST_F(AnonymousTest, EveryTimeIsToldByDayAlsoOfWhatPeopleDoLater) {
  const mamori::v1::Event event = ReceiveAnonymous("x");
  ASSERT_THAT(Apply({event}), Each(IsOk()));
  const mamori::v1::Case one = Get(id::Name("reports", event.subject_id()));
  EXPECT_TRUE(one.anonymous());
  EXPECT_EQ(one.create_time().seconds() % 86400, 0);
  EXPECT_EQ(one.assessments(0).assess_time().seconds() % 86400, 0);
  ASSERT_THAT(cases_.AddNote(Call("AddNote"),
                             [&] {
                               auto request = Verb<v1::AddNoteRequest>(one.name());
                               request.mutable_note()->set_text("n");
                               return request;
                             }()),
              IsOk());
  ASSERT_THAT(cases_.Claim(Call("ClaimCase"), Verb<v1::ClaimCaseRequest>(one.name())), IsOk());
  const std::pair<const char*, const char*> columns[] = {
      {"case_record", "create_time"},  {"case_record", "update_time"},
      {"case_report", "join_time"},    {"case_note", "create_time"},
      {"inbox", "update_time"},        {"outbox", "create_time"},
      {"audit_group", "time"},         {"audit_entry", "time"},
      {"case_category", "create_time"}};
  for (const auto& [table, column] : columns) EXPECT_EQ(Exact(table, column), 0) << table;
  for (const mamori::v1::Event& told : Outbox(one.name())) {
    EXPECT_TRUE(told.anonymous());
    EXPECT_EQ(told.event_time().seconds() % 86400, 0);
  }
  // The same of a named report tells its time.
  Open("x");
  EXPECT_GT(Exact("case_record", "create_time"), 0);
}

TEST_F(AnonymousTest, StreamsWaitAndKeepTheOrderOfACase) {
  const mamori::v1::Event event = ReceiveAnonymous("x");
  ASSERT_THAT(Apply({event}), Each(IsOk()));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM watch_event WHERE due_time > ?",
                             db::Params().Add(clock_.Now() + absl::Minutes(59))),
            1);
  const mamori::v1::Case one = Get(id::Name("reports", event.subject_id()));
  // A person's act does not overtake what opened the case.
  ASSERT_THAT(cases_.Claim(Call("ClaimCase"), Verb<v1::ClaimCaseRequest>(one.name())), IsOk());
  EXPECT_FALSE(watch_store_.Head(Deadline())->position > 0);
  EXPECT_THAT(watch_store_.Sequence(100, Deadline()), IsOkAndHolds(0));
  const mamori::v1::Case named = Open("x");
  EXPECT_THAT(watch_store_.Sequence(100, Deadline()), IsOkAndHolds(1));
  database_.Run("UPDATE watch_event SET due_time = 1 WHERE due_time > 1");
  EXPECT_THAT(watch_store_.Sequence(100, Deadline()), IsOkAndHolds(2));
  EXPECT_FALSE(watch_store_.Head(Deadline())->waiting);
}

TEST_F(AnonymousTest, DangerDoesNotWait) {
  mamori::v1::Event event = ReceiveAnonymous("x");
  source_.reports[{"t", event.subject_id()}].set_immediate_danger(true);
  ASSERT_THAT(Apply({event}), Each(IsOk()));
  EXPECT_THAT(watch_store_.Sequence(100, Deadline()), IsOkAndHolds(1));
}

TEST_F(AnonymousTest, WhatTheReporterDoesLaterIsToldOfTheCase) {
  const mamori::v1::Event event = ReceiveAnonymous("x");
  mamori::v1::Event wrote = Next(event, 2);
  wrote.mutable_reporter_wrote()->set_message_id(ids_.NewId());
  mamori::v1::Event withdrawn = Next(event, 3);
  withdrawn.mutable_report_withdrawn();
  mamori::v1::Event added = Next(event, 4);
  added.mutable_evidence_added()->set_evidence_id(ids_.NewId());
  mamori::v1::Event inspected = Next(event, 5);
  inspected.mutable_evidence_inspected()->set_evidence_id(ids_.NewId());
  EXPECT_THAT(Apply({event, wrote, withdrawn, added, inspected}), Each(IsOk()));
  EXPECT_THAT(Apply({wrote, added}), Each(IsOk()));  // once
  const auto told = Outbox(Get(id::Name("reports", event.subject_id())).name());
  ASSERT_EQ(told.size(), 5u);
  EXPECT_EQ(told[3].case_evidence_added().report_id(), event.subject_id());
  EXPECT_EQ(told[4].case_evidence_inspected().report_id(), event.subject_id());
  // The desk's streams are told with the wait of whatever an anonymous person does.
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM watch_event WHERE due_time > ?",
                             db::Params().Add(clock_.Now() + absl::Minutes(59))),
            5);
  EXPECT_EQ(told[1].case_message_received().report_id(), event.subject_id());
  EXPECT_EQ(told[1].case_message_received().company(), "acme");
  EXPECT_EQ(told[2].case_report_withdrawn().report_id(), event.subject_id());
  EXPECT_TRUE(told[2].anonymous());
}

}  // namespace
}  // namespace mamori::triage
