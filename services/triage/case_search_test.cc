// Words are found in what was written into the cases that the caller may see, and nothing else is
// told.
#include "services/triage/case_search.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "services/triage/tasks.h"
#include "services/triage/test_casework_fixture.h"
#include "services/triage/work_text.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;

class CaseSearchTest : public CaseworkFixture {
 protected:
  void Note(const std::string& name, const std::string& text) {
    auto request = Verb<v1::AddNoteRequest>(name);
    request.mutable_note()->set_text(text);
    ASSERT_THAT(cases_.AddNote(Call("AddNote"), request), IsOk());
  }
  void Task(const std::string& name, const std::string& text) {
    auto request = Verb<v1::AddTaskRequest>(name);
    request.mutable_task()->set_text(text);
    request.mutable_task()->set_owner("desk-2");
    *request.mutable_task()->mutable_due_time() = time::ToTimestamp(later_.Now() + absl::Hours(1));
    ASSERT_THAT(tasks_.Add(Call("AddTask"), request), IsOk());
  }
  absl::StatusOr<v1::SearchCasesResponse> Search(const std::string& query,
                                                 const std::string& person = "desk-1",
                                                 const std::string& token = "",
                                                 size_t budget = 8 << 20, int page_size = 0) {
    v1::SearchCasesRequest request;
    request.set_page_size(page_size);
    request.set_query(query);
    request.set_page_token(token);
    CaseSearch search({case_store_, work_store_, gate_, tokens_, clock_}, {.bytes = budget});
    return search.Search(Call("SearchCases", person), request);
  }
};

TEST_F(CaseSearchTest, FindsWordsInNotesAndWork) {
  const std::string one = Open("x").name(), other = Open("x").name();
  Note(one, "He has called the POLICE before");
  Task(other, "call the police of 北区");
  const auto both = Search("police");
  ASSERT_THAT(both, IsOk());
  ASSERT_THAT(both->matches(), SizeIs(2));
  for (const v1::CaseMatch& match : both->matches()) {
    EXPECT_EQ(match.source(), match.name() == one ? "note" : "task");
  }
  const auto task = Search("北区 police");
  ASSERT_THAT(task->matches(), SizeIs(1));
  EXPECT_EQ(task->matches(0).name(), other);
  EXPECT_THAT(task->matches(0).excerpt(), HasSubstr("call the police of 北区"));
  EXPECT_THAT(Search("lawyer")->matches(), IsEmpty());
  EXPECT_THAT(Search("!"), HasReason(mamori::v1::ERROR_REASON_INVALID_FIELDS));
}

TEST_F(CaseSearchTest, WhoIsKeptOutIsToldWhatNobodyIs) {
  const std::string name = Open("x").name();
  Note(name, "the police");
  ASSERT_THAT(KeepOut(name, "desk-2"), IsOk());
  const auto hidden = Search("police", "desk-2", "", 1);
  ASSERT_THAT(hidden, IsOk());
  EXPECT_EQ(hidden->SerializeAsString(), v1::SearchCasesResponse().SerializeAsString());
  EXPECT_THAT(Search("police")->matches(), SizeIs(1));
}

TEST_F(CaseSearchTest, APageEndsWithItsBudgetAndTheNextGoesOn) {
  for (int i = 0; i < 3; ++i) Note(Open("x").name(), i == 1 ? "nothing" : "the police");
  std::vector<int> pages;
  std::string token;
  do {
    const auto page = Search("police", "desk-1", token, 1);
    ASSERT_THAT(page, IsOk());
    pages.push_back(page->matches_size());
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_THAT(pages, ElementsAre(1, 0, 1, 0));
  const auto first = Search("police", "desk-1", "", 1);
  EXPECT_THAT(Search("other", "desk-1", first->next_page_token()),
              HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN));
}

TEST_F(CaseSearchTest, APageHasNoMoreThanWasAskedForHoweverMuchACaseHas) {
  for (int i = 0; i < 2; ++i) {
    const std::string name = Open("x").name();
    for (int note = 0; note < 5; ++note) Note(name, "the police");
  }
  EXPECT_THAT(Search("police")->matches(), SizeIs(6));  // three of each
  const auto first = Search("police", "desk-1", "", 8 << 20, 4);
  EXPECT_THAT(first->matches(), SizeIs(4));
  EXPECT_THAT(Search("police", "desk-1", first->next_page_token(), 8 << 20, 4)->matches(),
              IsEmpty());
}

// What members of a case are not told is not found by them either.
TEST(WorkText, SaysNothingOfWhoCouldHaveReadALeak) {
  v1::Task task;
  task.set_text("call");
  WorkRow row{.kind = WorkKind::kTask, .body = task.SerializeAsString()};
  EXPECT_EQ(WordsOf(row), "call\n");
  row.kind = WorkKind::kLeak;
  EXPECT_EQ(WordsOf(row), "");
  EXPECT_EQ(SourceName(WorkKind::kFinding), "finding");
  EXPECT_EQ(SourceName(WorkKind::kConclusion), "fact_conclusion");
}

}  // namespace
}  // namespace mamori::triage
