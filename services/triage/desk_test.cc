// Open work over cases, on the real database.
#include <gmock/gmock.h>

#include <set>

#include "services/triage/test_desk_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::StatusIs;

using DeskTest = DeskFixture;

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

TEST_F(DeskTest, WhatIsDoneIsNotInTheListWhatIsOpenInACaseThatEndedIs) {
  const std::string name = Judged(), gone = Judged();
  const v1::Task task = Give(name, absl::Hours(1), "done");
  Give(name, absl::Hours(2), "open");
  const v1::Task left = Give(gone, absl::Hours(1), "of a case that is withdrawn");
  auto complete = Verb<v1::CompleteTaskRequest>(task.name());
  complete.set_outcome("spoke with them");
  ASSERT_THAT(tasks_.Complete(Call("CompleteTask"), complete), IsOk());
  auto withdraw = Verb<v1::WithdrawCaseRequest>(gone);
  withdraw.set_reason("r");
  ASSERT_THAT(cases_.Withdraw(Call("Withdraw"), withdraw), IsOk());
  EXPECT_THAT(Texts(), ElementsAre("of a case that is withdrawn", "open"));
  // Nothing is added to it there, but what was to be done can be.
  auto add = Verb<v1::AddTaskRequest>(gone);
  add.mutable_task()->set_text("t");
  add.mutable_task()->set_owner("desk-2");
  add.mutable_task()->mutable_due_time()->set_seconds(1);
  EXPECT_THAT(tasks_.Add(Call("AddTask"), add),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  complete = Verb<v1::CompleteTaskRequest>(left.name());
  complete.set_outcome("called back");
  ASSERT_THAT(tasks_.Complete(Call("CompleteTask"), complete), IsOk());
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

TEST_F(DeskTest, WhoIsLetInByNameAloneFindsWhatIsTheirs) {
  const std::string one = Judged(), other = Judged();
  Give(one, absl::Hours(2), "later");
  Give(one, absl::Hours(1), "sooner");
  Give(other, absl::Hours(1), "hidden");
  auto add = Verb<v1::AddMemberRequest>(one);
  add.set_person("guest");
  ASSERT_THAT(access_.AddMember(Call("AddMember"), add), IsOk());
  const auto texts = [&](const std::string& person) {
    std::vector<std::string> found;
    v1::ListOpenTasksRequest request;
    request.set_page_size(1);
    do {
      const auto page = lists_.Tasks(As("ListOpenTasks", person, {}), request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) break;
      for (const v1::OpenTask& task : page->tasks()) found.push_back(task.task().text());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return found;
  };
  EXPECT_THAT(texts("guest"), ElementsAre("sooner", "later"));
  EXPECT_THAT(texts("nobody"), IsEmpty());
  ASSERT_THAT(KeepOut(one, "guest"), IsOk());
  EXPECT_THAT(texts("guest"), IsEmpty());
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
  WantNoCare(name);
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
  auto reviewed = Verb<v1::ReviewPreventionRequest>(action.name());
  reviewed.set_effective(true);
  reviewed.set_reason("no such call since");
  EXPECT_THAT(preventions_.Review(Call("Review"), reviewed),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED))
      << "too early";
  later_.offset = absl::Hours(200);
  review.mutable_filter()->set_overdue(true);
  EXPECT_EQ(Prevention(review).size(), 1u);
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

}  // namespace
}  // namespace mamori::triage
