// Open work over cases, and what becomes of it when cases are merged, on the real database.
#include <gmock/gmock.h>

#include <set>

#include "services/triage/desk_lists.h"
#include "services/triage/sql_act_store.h"
#include "services/triage/sql_desk_store.h"
#include "services/triage/test_casework_fixture.h"
#include "services/triage/two_person.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::StatusIs;

class DeskTest : public CaseworkFixture {
 protected:
  DeskTest()
      : desk_store_(database_.transactor(), seal_, keys_.sealer()),
        lists_({desk_store_, gate_, later_, tokens_}) {}

  v1::Task Give(const std::string& of_case, absl::Duration due_in, const std::string& text = "call",
                const std::string& owner = "desk-2") {
    auto request = Verb<v1::AddTaskRequest>(of_case);
    request.mutable_task()->set_text(text);
    request.mutable_task()->set_owner(owner);
    *request.mutable_task()->mutable_due_time() = time::ToTimestamp(later_.Now() + due_in);
    const auto task = tasks_.Add(Call("AddTask"), request);
    EXPECT_THAT(task, IsOk());
    return task.ok() ? *task : v1::Task();
  }
  v1::PreventionAction Plan(const std::string& of_case, absl::Duration due_in,
                            const std::string& owner = "lead-1") {
    auto request = Verb<v1::PlanPreventionRequest>(of_case);
    v1::PreventionAction& action = *request.mutable_prevention();
    action.set_action("two people take such calls");
    action.set_owner(owner);
    *action.mutable_due_time() = time::ToTimestamp(later_.Now() + due_in);
    *action.mutable_review_time() = time::ToTimestamp(later_.Now() + due_in + absl::Hours(100));
    const auto planned = preventions_.Plan(Call("Plan"), request);
    EXPECT_THAT(planned, IsOk());
    return planned.ok() ? *planned : v1::PreventionAction();
  }
  std::vector<std::string> Texts(const v1::ListOpenTasksRequest& request = {},
                                 const std::string& person = "desk-1") {
    std::vector<std::string> texts;
    const auto list = lists_.Tasks(Call("ListOpenTasks", person), request);
    EXPECT_THAT(list, IsOk());
    if (!list.ok()) return texts;
    for (const v1::OpenTask& one : list->tasks()) texts.push_back(one.task().text());
    return texts;
  }
  std::vector<v1::OpenPrevention> Prevention(const v1::ListOpenPreventionRequest& request = {}) {
    const auto list = lists_.Prevention(Call("ListOpenPrevention"), request);
    EXPECT_THAT(list, IsOk());
    if (!list.ok()) return {};
    return {list->prevention().begin(), list->prevention().end()};
  }
  int64_t Items() { return database_.Number("SELECT COUNT(*) FROM work_item"); }

  Cases::CaseOr Merge(const std::string& from, const std::string& into) {
    auto request = Verb<v1::MergeCasesRequest>(from);
    request.set_into(into);
    return cases_.Merge(Call("MergeCases"), request);
  }
  std::vector<v1::Task> TasksOf(const std::string& of_case) {
    v1::ListTasksRequest request;
    request.set_name(of_case);
    const auto list = tasks_.List(Call("ListTasks"), request);
    EXPECT_THAT(list, IsOk());
    if (!list.ok()) return {};
    return {list->tasks().begin(), list->tasks().end()};
  }
  v1::CareFile CareOf(const std::string& of_case) {
    v1::GetCareRequest get;
    get.set_name(of_case);
    const auto file = cares_.Get(Call("GetCare"), get);
    EXPECT_THAT(file, IsOk());
    return file.ok() ? *file : v1::CareFile();
  }

  SqlDeskStore desk_store_;
  DeskLists lists_;
};

TEST_F(DeskTest, TasksOfAllCasesComeByWhatIsDueFirst) {
  const std::string one = Judged(), other = Judged();
  Give(one, absl::Hours(30), "third");
  Give(other, absl::Hours(10), "first");
  Give(one, absl::Hours(20), "second", "desk-1");
  EXPECT_THAT(Texts(), ElementsAre("first", "second", "third"));
  v1::ListOpenTasksRequest mine;
  mine.mutable_filter()->set_mine(true);
  EXPECT_THAT(Texts(mine), ElementsAre("second"));
  EXPECT_THAT(Texts(mine, "desk-2"), ElementsAre("first", "third"));
  v1::ListOpenTasksRequest owned;
  owned.mutable_filter()->set_owner("desk-2");
  EXPECT_THAT(Texts(owned), ElementsAre("first", "third"));
  // Overdue, by the clock.
  v1::ListOpenTasksRequest overdue;
  overdue.mutable_filter()->set_overdue(true);
  EXPECT_THAT(Texts(overdue), IsEmpty());
  later_.offset = absl::Hours(21);
  EXPECT_THAT(Texts(overdue), ElementsAre("first", "second"));
  const auto list = lists_.Tasks(Call("ListOpenTasks"), {});
  ASSERT_THAT(list, IsOk());
  EXPECT_TRUE(list->tasks(0).overdue());
  EXPECT_FALSE(list->tasks(2).overdue());
  EXPECT_EQ(list->tasks(0).case_of().name(), other);
  EXPECT_EQ(list->tasks(0).case_of().severity(), mamori::v1::SEVERITY_HIGH);
}

TEST_F(DeskTest, WhatIsDoneOrOverIsNotInTheList) {
  const std::string name = Judged(), gone = Judged();
  const v1::Task task = Give(name, absl::Hours(1), "done");
  Give(name, absl::Hours(2), "open");
  Give(gone, absl::Hours(1), "of a case that is withdrawn");
  auto complete = Verb<v1::CompleteTaskRequest>(task.name());
  complete.set_outcome("spoke with them");
  ASSERT_THAT(tasks_.Complete(Call("CompleteTask"), complete), IsOk());
  auto withdraw = Verb<v1::WithdrawCaseRequest>(gone);
  withdraw.set_reason("r");
  ASSERT_THAT(cases_.Withdraw(Call("Withdraw"), withdraw), IsOk());
  EXPECT_THAT(Texts(), ElementsAre("open"));
}

TEST_F(DeskTest, PagesAreFullAndHaveNoGapsWhateverIsHidden) {
  std::set<std::string> hidden, shown;
  for (int i = 0; i < 12; ++i) {
    const std::string name = Judged();
    Give(name, absl::Hours(1), absl::StrCat(i));  // some are due in the same moment
    if (i % 3 == 0) {
      ASSERT_THAT(KeepOut(name, "desk-9"), IsOk());
      hidden.insert(absl::StrCat(i));
    } else {
      shown.insert(absl::StrCat(i));
    }
  }
  v1::ListOpenTasksRequest request;
  request.set_page_size(3);
  std::set<std::string> seen;
  std::string token;
  for (int page = 0;; ++page) {
    ASSERT_LT(page, 4);
    const auto list = lists_.Tasks(Call("ListOpenTasks", "desk-9"), request);
    ASSERT_THAT(list, IsOk());
    for (const v1::OpenTask& one : list->tasks()) {
      EXPECT_TRUE(seen.insert(one.task().text()).second);
    }
    if (list->next_page_token().empty()) break;
    EXPECT_EQ(list->tasks_size(), 3);
    token = list->next_page_token();
    request.set_page_token(token);
  }
  EXPECT_EQ(seen, shown);
  // A token is its person's, its query's and nobody can write one.
  request.set_page_token(token);
  EXPECT_THAT(lists_.Tasks(Call("ListOpenTasks", "desk-1"), request),
              HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN));
  request.mutable_filter()->set_overdue(true);
  EXPECT_THAT(lists_.Tasks(Call("ListOpenTasks", "desk-9"), request),
              HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN));
  v1::ListOpenPreventionRequest elsewhere;
  elsewhere.set_page_token(token);
  EXPECT_THAT(lists_.Prevention(Call("ListOpenPrevention", "desk-9"), elsewhere),
              HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN));
}

TEST_F(DeskTest, WhatIsHiddenIsNotFoundByTheQueryEither) {
  const std::string hidden = Judged(), other = Judged();
  Give(hidden, absl::Hours(1), "hidden");
  Give(other, absl::Hours(2), "shown");
  ASSERT_THAT(KeepOut(hidden, "desk-9"), IsOk());
  const server::CallContext call = Call("ListOpenTasks", "desk-9");
  WorkListFilter filter{.tenant = "t", .kind = WorkKind::kTask, .viewer = gate_.ListViewerOf(call)};
  const auto found = desk_store_.List(filter, std::nullopt, 10, Deadline());
  ASSERT_THAT(found, IsOk());
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(id::Name("cases", (*found)[0].row.case_id), other);
  // Whoever has no role that lets in sees what lets in by name, and other tenants see nothing.
  filter.viewer.audiences.clear();
  EXPECT_THAT(*desk_store_.List(filter, std::nullopt, 10, Deadline()), IsEmpty());
  filter = {.tenant = "other", .kind = WorkKind::kTask, .viewer = gate_.ListViewerOf(call)};
  EXPECT_THAT(*desk_store_.List(filter, std::nullopt, 10, Deadline()), IsEmpty());
  // An index that knows too little shows nothing: the record of the case decides.
  database_.Execute("DELETE FROM case_visibility");
  EXPECT_THAT(Texts({}, "desk-9"), ElementsAre("shown"));
}

TEST_F(DeskTest, AnActionIsToBeDoneThenToBeReviewedThenGone) {
  const std::string name = Judged();
  const v1::PreventionAction action = Plan(name, absl::Hours(10));
  auto all = Prevention();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].stage(), v1::PREVENTION_STAGE_TO_DO);
  EXPECT_EQ(all[0].prevention().owner(), "lead-1");
  EXPECT_EQ(all[0].prevention().etag(), action.etag());
  later_.offset = absl::Hours(11);
  EXPECT_TRUE(Prevention()[0].overdue());
  auto complete = Verb<v1::CompletePreventionRequest>(action.name());
  complete.set_outcome("done");
  ASSERT_THAT(preventions_.Complete(Call("Complete"), complete), IsOk());
  // A case that is closed keeps it.
  AssessRisk(name);
  auto close = Verb<v1::CloseCaseRequest>(name);
  close.set_reason("settled");
  ASSERT_THAT(cases_.Close(Call("Close"), close), IsOk());
  v1::ListOpenPreventionRequest review;
  review.set_stage(v1::PREVENTION_STAGE_TO_REVIEW);
  all = Prevention(review);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_FALSE(all[0].overdue());
  EXPECT_EQ(all[0].case_of().state(), mamori::v1::CASE_STATE_CLOSED);
  v1::ListOpenPreventionRequest to_do;
  to_do.set_stage(v1::PREVENTION_STAGE_TO_DO);
  EXPECT_THAT(Prevention(to_do), IsEmpty());
  later_.offset = absl::Hours(200);
  review.mutable_filter()->set_overdue(true);
  EXPECT_EQ(Prevention(review).size(), 1u);
  auto reviewed = Verb<v1::ReviewPreventionRequest>(action.name());
  reviewed.set_effective(true);
  reviewed.set_reason("no such call since");
  ASSERT_THAT(preventions_.Review(Call("Review"), reviewed), IsOk());
  EXPECT_THAT(Prevention(), IsEmpty());
  EXPECT_EQ(Items(), 0);
}

TEST_F(DeskTest, RefusesAWrongRequest) {
  v1::ListOpenTasksRequest request;
  request.mutable_filter()->set_mine(true);
  request.mutable_filter()->set_owner("desk-2");
  request.set_page_size(-1);
  const auto refused = lists_.Tasks(Call("ListOpenTasks"), request).status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("filter.mine"));
}

using MergeTest = DeskTest;

TEST_F(MergeTest, WhatIsToBeDoneGoesOnInTheCaseThatGoesOn) {
  const std::string from = Judged(), into = Judged();
  const v1::Task done = Give(from, absl::Hours(1), "done");
  auto complete = Verb<v1::CompleteTaskRequest>(done.name());
  complete.set_outcome("o");
  ASSERT_THAT(tasks_.Complete(Call("CompleteTask"), complete), IsOk());
  Give(from, absl::Hours(5), "go on");
  Give(into, absl::Hours(6), "own");
  const v1::PreventionAction action = Plan(from, absl::Hours(10));
  auto care = Verb<v1::RecordCareRequest>(from);
  care.mutable_care()->set_kind(v1::CARE_KIND_CONTACT);
  care.mutable_care()->set_person("sato");
  care.mutable_care()->set_text("spoke with sato");
  *care.mutable_care()->mutable_care_time() = time::ToTimestamp(later_.Now() - absl::Hours(1));
  *care.mutable_care()->mutable_next_contact_time() =
      time::ToTimestamp(later_.Now() + absl::Hours(48));
  ASSERT_THAT(cares_.Record(Call("Care"), care), IsOk());
  AssessRisk(into, v1::RISK_LEVEL_LOW);
  auto risk = Verb<v1::AssessDetrimentRiskRequest>(from);
  risk.mutable_risk()->set_level(v1::RISK_LEVEL_HIGH);
  risk.mutable_risk()->set_factors("the accused knows");
  risk.mutable_risk()->set_safeguards("another shift");
  ASSERT_THAT(cares_.AssessRisk(Call("AssessRisk"), risk), IsOk());

  ASSERT_THAT(Merge(from, into), IsOk());
  const auto tasks = TasksOf(into);
  ASSERT_EQ(tasks.size(), 2u);
  EXPECT_EQ(tasks[1].text(), "go on");
  EXPECT_EQ(tasks[1].giver(), "desk-1");
  EXPECT_THAT(Texts(), ElementsAre("go on", "own"));
  const auto prevention = Prevention();
  ASSERT_EQ(prevention.size(), 1u);
  EXPECT_EQ(prevention[0].case_of().name(), into);
  EXPECT_NE(prevention[0].prevention().name(), action.name());
  // It can be done there.
  auto finish = Verb<v1::CompletePreventionRequest>(prevention[0].prevention().name());
  finish.set_outcome("done");
  EXPECT_THAT(preventions_.Complete(Call("Complete"), finish), IsOk());
  const v1::CareFile file = CareOf(into);
  ASSERT_EQ(file.care_size(), 1);
  EXPECT_EQ(file.care(0).text(), "spoke with sato");
  EXPECT_EQ(file.risk().level(), v1::RISK_LEVEL_HIGH);
  EXPECT_EQ(file.risk().name(), into);
  // sato has still nobody who stands by.
  ASSERT_EQ(file.gaps_size(), 1);
  EXPECT_EQ(file.gaps(0).person(), "sato");
  // Each case has its own words under its own key; of the tombstone nothing is listed.
  EXPECT_EQ(Items(), 3);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM work_item WHERE case_id = ?",
                             db::Params().Add(*id::FromName("cases", from))),
            0);
}

TEST_F(MergeTest, ALesserRiskTakesNothingBack) {
  const std::string from = Judged(), into = Judged();
  AssessRisk(from, v1::RISK_LEVEL_NOT_ASSESSED);
  AssessRisk(into, v1::RISK_LEVEL_LOW);
  ASSERT_THAT(Merge(from, into), IsOk());
  EXPECT_EQ(CareOf(into).risk().level(), v1::RISK_LEVEL_LOW);
}

TEST_F(MergeTest, AnOpenMeasureIsNamedAndHasToBeFinished) {
  const std::string from = Judged(), into = Judged();
  const v1::Measure measure = Propose(from);
  const auto refused = Merge(from, into);
  EXPECT_THAT(refused, HasReason(mamori::v1::ERROR_REASON_WORK_OPEN));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr(measure.name()));
  EXPECT_EQ(Get(from).state(), mamori::v1::CASE_STATE_TRIAGED);
  // Carried out is not enough: somebody has to say whether it has helped.
  ASSERT_THAT(Approve(measure, "desk-2"), IsOk());
  EXPECT_THAT(Merge(from, into), HasReason(mamori::v1::ERROR_REASON_WORK_OPEN));
  ASSERT_THAT(CarryOut(measure), IsOk());
  EXPECT_THAT(Merge(from, into), HasReason(mamori::v1::ERROR_REASON_WORK_OPEN));
  auto effect = Verb<v1::AssessMeasureEffectRequest>(measure.name());
  effect.mutable_effect()->set_effective(true);
  effect.mutable_effect()->set_reason("r");
  ASSERT_THAT(measures_.AssessEffect(Call("Effect"), effect), IsOk());
  EXPECT_THAT(Merge(from, into), IsOk());
}

TEST_F(MergeTest, ARejectedMeasureIsNoHindranceAndOneOfTheOtherCaseNeither) {
  const std::string from = Judged(), into = Judged();
  const v1::Measure measure = Propose(from);
  Propose(into);
  auto reject = Verb<v1::RejectMeasureRequest>(measure.name());
  reject.set_reason("r");
  ASSERT_THAT(measures_.Reject(Call("Reject"), reject), IsOk());
  EXPECT_THAT(Merge(from, into), IsOk());
}

TEST_F(MergeTest, WhatOneWhoIsKeptOutThereWasToDoIsNamed) {
  const std::string from = Judged(), into = Judged();
  const v1::Task task = Give(from, absl::Hours(1), "call", "accused");
  const v1::PreventionAction action = Plan(from, absl::Hours(1), "accused");
  ASSERT_THAT(KeepOut(into, "accused"), IsOk());
  const auto refused = Merge(from, into);
  EXPECT_THAT(refused, HasReason(mamori::v1::ERROR_REASON_WORK_OPEN));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr(task.name()));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr(action.name()));
  EXPECT_EQ(Items(), 2);
}

TEST_F(MergeTest, AnActOfTwoPersonsThatWaitsIsNamedUntilItLapses) {
  const std::string from = Judged(), into = Judged();
  ASSERT_THAT(KeepOut(from, "accused"), IsOk());
  SqlActStore acts(database_.transactor(), clock_, seal_, keys_.sealer(), time_marks_);
  TwoPerson two({acts, gate_, DefaultPolicy()->policy.two_person(),
                 DefaultPolicy()->policy.retention(), clock_, ids_, [] {}, tokens_});
  server::CallContext call = As("/mamori.triage.v1.Test/Verb", "reader-1", {"first_reader"});
  call.strong = true;
  call.auth_time = clock_.Now();
  v1::RequestActRequest ask;
  ask.set_request_id("request-act");
  ask.mutable_act()->set_kind(v1::ACT_KIND_REMOVE_EXCLUSION);
  ask.mutable_act()->set_resource(from);
  ask.mutable_act()->set_reason("because");
  v1::ActField& field = *ask.mutable_act()->add_fields();
  field.set_name("person");
  field.set_value("accused");
  const auto act = two.Request(call, ask);
  ASSERT_THAT(act, IsOk());
  const auto refused = Merge(from, into);
  EXPECT_THAT(refused, HasReason(mamori::v1::ERROR_REASON_WORK_OPEN));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr(act->name()));
  auto withdraw = Verb<v1::WithdrawActRequest>(act->name());
  ASSERT_THAT(two.Withdraw(call, withdraw), IsOk());
  EXPECT_THAT(Merge(from, into), IsOk());
}

TEST_F(MergeTest, AReportOfRetaliationGoesAlong) {
  const std::string first = Judged();
  auto report = Verb<v1::ReportRetaliationRequest>(first);
  report.mutable_retaliation()->set_narrative("shifts were cut");
  report.mutable_retaliation()->set_affected("sato");
  ASSERT_THAT(
      cares_.ReportRetaliation(As("Retaliation", "reader-1", {"first_reader", "desk"}), report),
      IsOk());
  const std::string from =
      id::Name("cases", database_
                            .Query("SELECT case_id FROM case_record WHERE case_id <> ?",
                                   db::Params().Add(*id::FromName("cases", first)))[0]
                            .GetBytes(0));
  const std::string into = Judged(mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT);
  ASSERT_THAT(Merge(from, into), IsOk());
  EXPECT_EQ(CareOf(into).retaliation().narrative(), "shifts were cut");
}

}  // namespace
}  // namespace mamori::triage
