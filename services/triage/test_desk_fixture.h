// The desk over all cases, on a real database.
#ifndef MAMORI_SERVICES_TRIAGE_TEST_DESK_FIXTURE_H_
#define MAMORI_SERVICES_TRIAGE_TEST_DESK_FIXTURE_H_

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "services/triage/desk_lists.h"
#include "services/triage/sql_desk_store.h"
#include "services/triage/test_casework_fixture.h"

namespace mamori::triage {

class DeskFixture : public CaseworkFixture {
 protected:
  DeskFixture()
      : desk_store_(database_.transactor(), seal_, keys_.sealer()),
        lists_({desk_store_, gate_, later_, tokens_}) {}

  v1::Task Give(const std::string& of_case, absl::Duration due_in, const std::string& text = "call",
                const std::string& owner = "desk-2") {
    auto request = Verb<v1::AddTaskRequest>(of_case);
    request.mutable_task()->set_text(text);
    request.mutable_task()->set_owner(owner);
    *request.mutable_task()->mutable_due_time() = time::ToTimestamp(later_.Now() + due_in);
    const auto task = tasks_.Add(Call("AddTask"), request);
    EXPECT_THAT(task, testing::IsOk());
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
    EXPECT_THAT(planned, testing::IsOk());
    return planned.ok() ? *planned : v1::PreventionAction();
  }
  std::vector<std::string> Texts(const v1::ListOpenTasksRequest& request = {},
                                 const std::string& person = "desk-1") {
    std::vector<std::string> texts;
    const auto list = lists_.Tasks(Call("ListOpenTasks", person), request);
    EXPECT_THAT(list, testing::IsOk());
    if (!list.ok()) return texts;
    for (const v1::OpenTask& one : list->tasks()) texts.push_back(one.task().text());
    return texts;
  }
  std::vector<v1::OpenPrevention> Prevention(const v1::ListOpenPreventionRequest& request = {}) {
    const auto list = lists_.Prevention(Call("ListOpenPrevention"), request);
    EXPECT_THAT(list, testing::IsOk());
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
    EXPECT_THAT(list, testing::IsOk());
    if (!list.ok()) return {};
    return {list->tasks().begin(), list->tasks().end()};
  }
  v1::CareFile CareOf(const std::string& of_case) {
    v1::GetCareRequest get;
    get.set_name(of_case);
    const auto file = cares_.Get(Call("GetCare"), get);
    EXPECT_THAT(file, testing::IsOk());
    return file.ok() ? *file : v1::CareFile();
  }

  SqlDeskStore desk_store_;
  DeskLists lists_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TEST_DESK_FIXTURE_H_
