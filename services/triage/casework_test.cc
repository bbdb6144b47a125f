// Judging, caring, preventing, and the desk's own work, on the real database.
#include <gmock/gmock.h>

#include "common/authz/access_record.h"
#include "services/triage/test_closing_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::StatusIs;

using CaseworkTest = ClosingFixture;

TEST_F(CaseworkTest, JudgementsAreKeptAndTheLastOneHolds) {
  const std::string name = Judged();
  v1::GetJudgementRequest get;
  get.set_name(name);
  EXPECT_THAT(judgements_.Get(Call("g"), get), StatusIs(absl::StatusCode::kNotFound));
  auto request = Harassment(name);
  request.mutable_judgement()->clear_means();
  EXPECT_THAT(judgements_.Judge(Call("j"), request), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(judgements_.Get(Call("g"), get), StatusIs(absl::StatusCode::kNotFound));
  const auto first = judgements_.Judge(Call("j"), Harassment(name));
  ASSERT_THAT(first, IsOk());
  auto second = Verb<v1::JudgeCaseRequest>(name);
  second.mutable_judgement()->set_verdict(v1::VERDICT_UNDETERMINED);
  second.set_etag("w9");
  EXPECT_THAT(judgements_.Judge(Call("j"), second),
              HasReason(mamori::v1::ERROR_REASON_ETAG_MISMATCH));
  second.set_etag(first->etag());
  ASSERT_THAT(judgements_.Judge(Call("j"), second), IsOk());
  EXPECT_EQ(judgements_.Get(Call("g"), get)->verdict(), v1::VERDICT_UNDETERMINED);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM case_work WHERE kind = 5"), 2);
  auto unknown = Harassment(name);
  unknown.mutable_judgement()->add_categories("NO_SUCH_ACT");
  EXPECT_THAT(judgements_.Judge(Call("j"), unknown), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(judgements_.Judge(Call("j"), Harassment(Open("x").name())),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

TEST_F(CaseworkTest, ACaseIsClosedWithAPreventionActionOrAStatedReason) {
  const std::string name = Judged();
  EXPECT_THAT(Close(name), HasReason(mamori::v1::ERROR_REASON_CLOSING_INCOMPLETE));
  EXPECT_THAT(Close(name), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(Get(name).state(), mamori::v1::CASE_STATE_TRIAGED);
  ASSERT_THAT(preventions_.Plan(Call("p"), Plan(name)), IsOk());
  // Nor without what R6 asks for.
  const auto refused = Close(name);
  EXPECT_THAT(refused, HasReason(mamori::v1::ERROR_REASON_CLOSING_INCOMPLETE));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr(": risk,care ("));
  AssessRisk(name);
  WantNoCare(name);
  EXPECT_THAT(Close(name), IsOk());
  const std::string other = Judged();
  AssessRisk(other);
  WantNoCare(other);
  ASSERT_THAT(Close(other, "a single mistaken call"), IsOk());
  EXPECT_THAT(Get(other).notes(0).text(), HasSubstr("a single mistaken call"));
}

TEST_F(CaseworkTest, HarassmentIsNotClosedBeforeSomebodySpokeWithWhomItHappenedTo) {
  const std::string name = Judged();
  ASSERT_THAT(judgements_.Judge(Call("j"), Harassment(name)), IsOk());
  AssessRisk(name);
  const auto refused = Close(name, "no reason to");
  EXPECT_THAT(refused, HasReason(mamori::v1::ERROR_REASON_CLOSING_INCOMPLETE));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("care"));
  ASSERT_THAT(Contact(name, "sato"), IsOk());
  EXPECT_THAT(Close(name, "no reason to"), IsOk());
}

TEST_F(CaseworkTest, APreventionIsReviewedAfterItWasDoneAndNotByItsOwner) {
  const std::string name = Judged();
  const auto action = preventions_.Plan(Call("p"), Plan(name));
  ASSERT_THAT(action, IsOk());
  AssessRisk(name);
  WantNoCare(name);
  ASSERT_THAT(Close(name), IsOk());
  // All of it goes on when the case is closed.
  auto review = Verb<v1::ReviewPreventionRequest>(action->name());
  review.set_reason("no such call since");
  review.set_effective(true);
  EXPECT_THAT(preventions_.Review(Call("r"), review),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  auto complete = Verb<v1::CompletePreventionRequest>(action->name());
  complete.set_outcome("done");
  ASSERT_THAT(preventions_.Complete(Call("c", "lead-1"), complete), IsOk());
  complete.set_request_id("another-request");
  EXPECT_THAT(preventions_.Complete(Call("c", "lead-1"), complete),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_THAT(preventions_.Review(Call("r", "lead-1"), review),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  // Not while nobody can know yet.
  later_.offset = absl::Hours(899);
  EXPECT_THAT(preventions_.Review(Call("r"), review),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  later_.offset = absl::Hours(901);
  const auto reviewed = preventions_.Review(Call("r"), review);
  ASSERT_THAT(reviewed, IsOk());
  EXPECT_TRUE(reviewed->effective());
  v1::ListPreventionRequest list;
  list.set_name(name);
  EXPECT_EQ(preventions_.List(Call("l"), list)->prevention_size(), 1);
}

TEST_F(CaseworkTest, NobodyWhoIsKeptOutIsGivenWork) {
  const std::string name = Judged();
  ASSERT_THAT(KeepOut(name, "desk-2"), IsOk());
  EXPECT_THAT(preventions_.Plan(Call("p"), Plan(name, "desk-2")),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  auto task = Verb<v1::AddTaskRequest>(name);
  task.mutable_task()->set_text("call back");
  task.mutable_task()->set_owner("desk-2");
  task.mutable_task()->mutable_due_time()->set_seconds(1);
  EXPECT_THAT(tasks_.Add(Call("t"), task), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  auto hand_over = Verb<v1::HandOverCaseRequest>(name);
  hand_over.set_assignee("desk-2");
  hand_over.set_note("yours");
  EXPECT_THAT(tasks_.HandOver(Call("h"), hand_over),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_THAT(Get(name).assignee(), IsEmpty());
}

TEST_F(CaseworkTest, TasksAreDoneOnceAndACaseIsHandedOverWithWords) {
  const std::string name = Judged();
  auto request = Verb<v1::AddTaskRequest>(name);
  request.mutable_task()->set_text("call back");
  request.mutable_task()->set_owner("desk-2");
  request.mutable_task()->mutable_due_time()->set_seconds(1);
  const auto task = tasks_.Add(Call("t"), request);
  ASSERT_THAT(task, IsOk());
  auto complete = Verb<v1::CompleteTaskRequest>(task->name());
  complete.set_outcome("nobody there");
  ASSERT_THAT(tasks_.Complete(Call("c", "desk-2"), complete), IsOk());
  complete.set_request_id("another-request");
  EXPECT_THAT(tasks_.Complete(Call("c", "desk-2"), complete),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  v1::ListTasksRequest list;
  list.set_name(name);
  EXPECT_EQ(tasks_.List(Call("l"), list)->tasks_size(), 1);
  list.set_open_only(true);
  EXPECT_EQ(tasks_.List(Call("l"), list)->tasks_size(), 0);
  auto hand_over = Verb<v1::HandOverCaseRequest>(name);
  hand_over.set_assignee("desk-2");
  hand_over.set_note("ask for the recording");
  ASSERT_THAT(tasks_.HandOver(Call("h"), hand_over), IsOk());
  EXPECT_EQ(Get(name).assignee(), "desk-2");
  EXPECT_EQ(Get(name).notes(0).text(), "ask for the recording");
  EXPECT_TRUE(Outbox(name).back().has_case_assigned());
}

TEST_F(CaseworkTest, AReportIsTakenOutOfACaseThatHasOthers) {
  const mamori::v1::Case one = Open("x"), two = Open("y");
  auto split = Verb<v1::SplitReportRequest>(two.name());
  split.set_report(two.reports(0));
  split.set_reason("not the same person");
  EXPECT_THAT(tasks_.Split(Call("s"), split),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  auto merge = Verb<v1::MergeCasesRequest>(one.name());
  merge.set_into(two.name());
  ASSERT_THAT(cases_.Merge(Call("m"), merge), IsOk());
  ASSERT_THAT(KeepOut(two.name(), "desk-2"), IsOk());
  split.set_report(one.reports(0));
  const auto fresh = tasks_.Split(Call("s"), split);
  ASSERT_THAT(fresh, IsOk());
  EXPECT_EQ(tasks_.Split(Call("s"), split)->name(), fresh->name());
  EXPECT_THAT(Get(fresh->name()).reports(), ElementsAre(one.reports(0)));
  EXPECT_THAT(Get(two.name()).reports(), ElementsAre(two.reports(0)));
  EXPECT_EQ(Get(one.reports(0)).name(), fresh->name());
  EXPECT_TRUE(Outbox(fresh->name())[0].has_case_opened());
  // Whoever was kept out of the one is kept out of the other.
  v1::GetCaseRequest get;
  get.set_name(fresh->name());
  EXPECT_THAT(cases_.Get(Call("g", "desk-2"), get), StatusIs(absl::StatusCode::kNotFound));
  // And the new case is worked on like any other.
  EXPECT_THAT(cases_.Claim(Call("c"), Verb<v1::ClaimCaseRequest>(fresh->name())), IsOk());
}

TEST_F(CaseworkTest, CareSaysWhatIsMissingUntilNobodyIsLeftAlone) {
  const std::string name = Judged();
  EXPECT_EQ(CareOf(name).gaps_size(), 2);
  ASSERT_THAT(Contact(name, "sato"), IsOk());
  auto companion = Verb<v1::RecordCareRequest>(name);
  companion.mutable_care()->set_kind(v1::CARE_KIND_COMPANION);
  companion.mutable_care()->set_person("sato");
  companion.mutable_care()->set_text("takes the calls");
  *companion.mutable_care()->mutable_care_time() = time::ToTimestamp(later_.Now() - absl::Hours(1));
  ASSERT_THAT(cares_.Record(Call("c"), companion), IsOk());
  auto risk = Verb<v1::AssessDetrimentRiskRequest>(name);
  risk.mutable_risk()->set_level(v1::RISK_LEVEL_HIGH);
  risk.mutable_risk()->set_factors("same team");
  EXPECT_THAT(cares_.AssessRisk(Call("r"), risk), StatusIs(absl::StatusCode::kInvalidArgument));
  risk.mutable_risk()->set_safeguards("another team");
  ASSERT_THAT(cares_.AssessRisk(Call("r"), risk), IsOk());
  EXPECT_EQ(CareOf(name).gaps_size(), 0);
  later_.offset = absl::Hours(49);
  ASSERT_EQ(CareOf(name).gaps_size(), 1);
  EXPECT_EQ(CareOf(name).gaps(0).kind(), v1::CARE_GAP_KIND_CONTACT_OVERDUE);
}

TEST_F(CaseworkTest, ATimelineHoldsNoNameAndNothingOfTheContent) {
  const std::string name = Judged();
  ASSERT_THAT(Contact(name, "sato"), IsOk());
  Find(name);
  v1::GetTimelineRequest get;
  get.set_name(name);
  get.set_audience(v1::TIMELINE_AUDIENCE_AFFECTED);
  get.set_person("sato");
  const auto timeline = cares_.Timeline(Call("t"), get);
  ASSERT_THAT(timeline, IsOk());
  const std::string text = timeline->ShortDebugString() + timeline->SerializeAsString();
  for (const char* secret : {"秘密の言葉", "sato", "desk-1", "it was so", "cases/"}) {
    EXPECT_THAT(text, Not(HasSubstr(secret)));
  }
  EXPECT_TRUE(timeline->entries(timeline->entries_size() - 1).has_entry_time());
  get.set_audience(v1::TIMELINE_AUDIENCE_REPORTER);
  const auto reporter = cares_.Timeline(Call("t"), get);
  EXPECT_FALSE(reporter->entries(reporter->entries_size() - 1).has_entry_time());
}

TEST_F(CaseworkTest, RetaliationOpensACaseThatTheFirstOnesHandlersNeverSee) {
  const std::string name = Judged();
  ASSERT_THAT(cases_.Claim(Call("c", "earlier"), Verb<v1::ClaimCaseRequest>(name)), IsOk());
  auto hand_over = Verb<v1::AssignCaseRequest>(name);
  hand_over.set_assignee("handler");
  ASSERT_THAT(cases_.Assign(Call("a"), hand_over), IsOk());
  const mamori::v1::Case before = Get(name);
  auto report = Verb<v1::ReportRetaliationRequest>(name);
  report.mutable_retaliation()->set_narrative("moved to nights");
  report.mutable_retaliation()->set_affected("sato");
  const auto receipt = cares_.ReportRetaliation(Call("r"), report);
  ASSERT_THAT(receipt, IsOk());
  ASSERT_THAT(receipt->case_name(), Not(IsEmpty()));
  EXPECT_EQ(cares_.ReportRetaliation(Call("r"), report)->case_name(), receipt->case_name());
  // Whoever handles it, or has, sees nothing, cannot be given it, and cannot tell by the first
  // case.
  v1::GetCaseRequest get;
  get.set_name(receipt->case_name());
  for (const char* const handler : {"handler", "earlier"}) {
    EXPECT_THAT(cases_.Get(Call("g", handler), get), StatusIs(absl::StatusCode::kNotFound));
    EXPECT_THAT(cases_.Claim(Call("c", handler), Verb<v1::ClaimCaseRequest>(receipt->case_name())),
                StatusIs(absl::StatusCode::kNotFound));
    auto assign = Verb<v1::AssignCaseRequest>(receipt->case_name());
    assign.set_assignee(handler);
    EXPECT_THAT(cases_.Assign(Call("a"), assign),
                HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  }
  EXPECT_EQ(Get(name).etag(), before.etag());
  EXPECT_THAT(database_.Query("SELECT 1 FROM case_work WHERE case_id = ?",
                              db::Params().Add(*id::FromName("cases", name))),
              IsEmpty());
  // First readers alone, until it is known whom it tells of.
  EXPECT_THAT(cases_.Get(As("g", "desk-3", {"desk"}), get), StatusIs(absl::StatusCode::kNotFound));
  const v1::CareFile file = CareOf(receipt->case_name());
  EXPECT_EQ(file.retaliation().narrative(), "moved to nights");
  EXPECT_EQ(file.retaliation().follows(), name);
  // Who may not see it gets a receipt without its name.
  auto second = Verb<v1::ReportRetaliationRequest>(name);
  *second.mutable_retaliation() = report.retaliation();
  const auto blind = cares_.ReportRetaliation(As("r", "handler", {"desk"}), second);
  ASSERT_THAT(blind, IsOk());
  EXPECT_THAT(blind->case_name(), IsEmpty());
}

TEST_F(CaseworkTest, WhoIsKeptOutSeesNothingOfAnyOfIt) {
  const std::string name = Judged();
  ASSERT_THAT(KeepOut(name, "desk-2"), IsOk());
  const auto call = Call("x", "desk-2");
  v1::GetCareRequest care;
  care.set_name(name);
  v1::ListTasksRequest tasks;
  tasks.set_name(name);
  v1::ListPreventionRequest prevention;
  prevention.set_name(name);
  EXPECT_THAT(cares_.Get(call, care), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(tasks_.List(call, tasks), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(preventions_.List(call, prevention), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(judgements_.Judge(call, Harassment(name)), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(preventions_.Plan(call, Plan(name)), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace mamori::triage
