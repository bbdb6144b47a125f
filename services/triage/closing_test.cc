// How a case ends: what has to be there, whichever way is taken, and what goes on elsewhere.
#include <gmock/gmock.h>

#include "services/triage/test_closing_fixture.h"

namespace mamori::triage {
namespace {

using testing::HasReason;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;

class ClosingTest : public ClosingFixture {
 protected:
  Cases::CaseOr Withdraw(const std::string& of_case, const std::string& no_prevention = "") {
    auto request = Verb<v1::WithdrawCaseRequest>(of_case);
    request.set_reason("at the reporter's wish");
    request.set_no_prevention_reason(no_prevention);
    return cases_.Withdraw(Call("Withdraw"), request);
  }
  Cases::CaseOr Reopen(const std::string& of_case) {
    auto request = Verb<v1::ReopenCaseRequest>(of_case);
    request.set_reason("it goes on");
    return cases_.Reopen(Call("Reopen"), request);
  }
  Cases::CaseOr Merge(const std::string& from, const std::string& into) {
    auto request = Verb<v1::MergeCasesRequest>(from);
    request.set_into(into);
    return cases_.Merge(Call("Merge"), request);
  }
  absl::Status Judge(const std::string& of_case, v1::Verdict verdict) {
    auto request = Harassment(of_case);
    request.mutable_judgement()->set_verdict(verdict);
    if (verdict != v1::VERDICT_HARASSMENT) {
      request.mutable_judgement()->clear_categories();
      request.mutable_judgement()->set_means(v1::MEANS_ACCEPTABILITY_ACCEPTABLE);
    }
    return judgements_.Judge(Call("Judge"), request).status();
  }
  v1::Task Give(const std::string& of_case) {
    auto request = Verb<v1::AddTaskRequest>(of_case);
    request.mutable_task()->set_text("call back");
    request.mutable_task()->set_owner("desk-2");
    request.mutable_task()->mutable_due_time()->set_seconds(1);
    const auto task = tasks_.Add(Call("AddTask"), request);
    EXPECT_THAT(task, IsOk());
    return task.ok() ? *task : v1::Task();
  }
  // With the action that it was closed with.
  std::string ClosedWith(v1::PreventionAction& action) {
    const std::string name = Judged();
    AssessRisk(name);
    WantNoCare(name);
    const auto planned = preventions_.Plan(Call("p"), Plan(name));
    EXPECT_THAT(planned, IsOk());
    if (planned.ok()) action = *planned;
    EXPECT_THAT(Close(name), IsOk());
    return name;
  }
  std::string MissingOf(const Cases::CaseOr& refused) {
    EXPECT_THAT(refused, HasReason(mamori::v1::ERROR_REASON_CLOSING_INCOMPLETE));
    const std::string message(refused.status().message());
    const size_t from = message.find(": ") + 2;
    return message.substr(from, message.find(" (") - from);
  }
};

TEST_F(ClosingTest, AWishEndsNoCaseThatSomebodyHasJudgedOrLooksInto) {
  const std::string unread = Open("x").name(), triaged = Judged();
  EXPECT_THAT(Withdraw(unread), IsOk());
  EXPECT_THAT(Withdraw(triaged), IsOk());
  const std::string name = Judged();
  ASSERT_THAT(Judge(name, v1::VERDICT_HARASSMENT), IsOk());
  EXPECT_EQ(MissingOf(Withdraw(name)), "risk,prevention,care");
  AssessRisk(name);
  EXPECT_THAT(cases_.StartInvestigation(Call("i"), Verb<v1::StartInvestigationRequest>(name)),
              IsOk());
  EXPECT_THAT(cases_.StartDecision(Call("d"), Verb<v1::StartDecisionRequest>(name)), IsOk());
  EXPECT_EQ(MissingOf(Withdraw(name, "they have left")), "care");
  EXPECT_EQ(Get(name).state(), mamori::v1::CASE_STATE_DECIDING);
  ASSERT_THAT(Contact(name, "sato"), IsOk());
  EXPECT_THAT(Withdraw(name, "they have left"), IsOk());
  EXPECT_THAT(Get(name).notes(0).text(), HasSubstr("they have left"));
  // Nor one that nobody has judged, once it is looked into.
  const std::string other = Judged();
  AssessRisk(other);
  EXPECT_THAT(cases_.StartInvestigation(Call("i"), Verb<v1::StartInvestigationRequest>(other)),
              IsOk());
  EXPECT_EQ(MissingOf(Withdraw(other)), "prevention,care");
}

TEST_F(ClosingTest, AWishEndsNoCaseWithMeasuresUnderWayOrWithAConclusion) {
  const std::string name = Judged();
  const v1::Measure warning = Propose(name);
  ASSERT_THAT(Approve(warning, "desk-2"), IsOk());
  EXPECT_EQ(MissingOf(Withdraw(name)), "risk,prevention,care") << "approved";
  ASSERT_THAT(CarryOut(warning), IsOk());
  EXPECT_EQ(MissingOf(Withdraw(name)), "risk,prevention,care") << "carried out";
  const std::string proposed = Judged();
  Propose(proposed);
  EXPECT_THAT(Withdraw(proposed), IsOk()) << "nothing was done";
  const std::string concluded = Judged();
  Find(concluded);
  auto conclude = Verb<v1::ConcludeFactFindingRequest>(concluded);
  conclude.mutable_conclusion()->set_outcome(v1::FACT_OUTCOME_SUBSTANTIATED);
  conclude.mutable_conclusion()->set_reason("because");
  ASSERT_THAT(findings_.Conclude(Call("Conclude"), conclude), IsOk());
  EXPECT_EQ(MissingOf(Withdraw(concluded)), "risk,prevention,care");
}

TEST_F(ClosingTest, WhatLetACaseBeWithdrawnIsStillDoneAfterIt) {
  const std::string name = Judged();
  AssessRisk(name);
  ASSERT_THAT(cases_.StartInvestigation(Call("i"), Verb<v1::StartInvestigationRequest>(name)),
              IsOk());
  ASSERT_THAT(Contact(name, "sato"), IsOk());
  const auto planned = preventions_.Plan(Call("p"), Plan(name));
  ASSERT_THAT(planned, IsOk());
  ASSERT_THAT(Withdraw(name), IsOk());
  auto complete = Verb<v1::CompletePreventionRequest>(planned->name());
  complete.set_outcome("done");
  EXPECT_THAT(preventions_.Complete(Call("c"), complete), IsOk());
}

TEST_F(ClosingTest, NobodyIsLeftAloneByNobodysSayingWhatItWas) {
  const std::string name = Judged();
  AssessRisk(name);
  EXPECT_EQ(MissingOf(Close(name, "once")), "care");
  ASSERT_THAT(Judge(name, v1::VERDICT_LEGITIMATE_COMPLAINT), IsOk());
  EXPECT_THAT(Close(name, "once"), IsOk());
  const std::string feedback = Judged(mamori::v1::REPORT_KIND_FEEDBACK);
  AssessRisk(feedback);
  EXPECT_THAT(Close(feedback, "once"), IsOk());
}

TEST_F(ClosingTest, NoTaskIsLeftUndone) {
  const std::string name = Judged();
  AssessRisk(name);
  WantNoCare(name);
  const v1::Task task = Give(name);
  EXPECT_EQ(MissingOf(Close(name, "once")), "tasks");
  auto complete = Verb<v1::CompleteTaskRequest>(task.name());
  complete.set_outcome("done");
  ASSERT_THAT(tasks_.Complete(Call("c"), complete), IsOk());
  EXPECT_THAT(Close(name, "once"), IsOk());
}

TEST_F(ClosingTest, WhatWasPlannedBeforeItHappenedAgainIsNoAnswerToThat) {
  v1::PreventionAction action;
  const std::string name = ClosedWith(action);
  const auto reopened = Reopen(name);
  ASSERT_THAT(reopened, IsOk());
  EXPECT_EQ(reopened->state(), mamori::v1::CASE_STATE_INVESTIGATING);
  EXPECT_EQ(MissingOf(Close(name)), "prevention");
  // Not by completing the old one either.
  auto complete = Verb<v1::CompletePreventionRequest>(action.name());
  complete.set_outcome("done");
  ASSERT_THAT(preventions_.Complete(Call("c"), complete), IsOk());
  EXPECT_EQ(MissingOf(Close(name)), "prevention");
  ASSERT_THAT(preventions_.Plan(Call("p"), Plan(name)), IsOk());
  EXPECT_THAT(Close(name), IsOk());
  // Each time anew.
  ASSERT_THAT(Reopen(name), IsOk());
  EXPECT_EQ(MissingOf(Close(name)), "prevention");
  EXPECT_THAT(Close(name, "nothing more can be done"), IsOk());
}

TEST_F(ClosingTest, WhatWasFoundIneffectiveIsNoAction) {
  const std::string name = Judged();
  AssessRisk(name);
  WantNoCare(name);
  const auto action = preventions_.Plan(Call("p"), Plan(name));
  ASSERT_THAT(action, IsOk());
  auto complete = Verb<v1::CompletePreventionRequest>(action->name());
  complete.set_outcome("done");
  ASSERT_THAT(preventions_.Complete(Call("c"), complete), IsOk());
  later_.offset = absl::Hours(1000);
  auto review = Verb<v1::ReviewPreventionRequest>(action->name());
  review.set_reason("they called again");
  review.set_effective(false);
  ASSERT_THAT(preventions_.Review(Call("r"), review), IsOk());
  EXPECT_EQ(MissingOf(Close(name)), "prevention");
  review.set_effective(true);
  review.set_request_id("another-request");
  ASSERT_THAT(preventions_.Review(Call("r"), review), IsOk());
  EXPECT_THAT(Close(name), IsOk());
}

TEST_F(ClosingTest, NothingIsMergedIntoACaseThatIsClosed) {
  v1::PreventionAction action;
  const std::string closed = ClosedWith(action), open = Judged(), unread = Open("y").name();
  for (const std::string& from : {open, unread}) {
    EXPECT_THAT(Merge(from, closed), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  }
  ASSERT_THAT(Reopen(closed), IsOk());
  EXPECT_THAT(Merge(unread, closed), IsOk());
}

TEST_F(ClosingTest, AJudgementOfHarassmentGoesAlong) {
  const std::string from = Judged(), into = Judged();
  ASSERT_THAT(Judge(from, v1::VERDICT_HARASSMENT), IsOk());
  ASSERT_THAT(Judge(into, v1::VERDICT_LEGITIMATE_COMPLAINT), IsOk());
  AssessRisk(into);
  ASSERT_THAT(Merge(from, into), IsOk());
  v1::GetJudgementRequest get;
  get.set_name(into);
  const auto judgement = judgements_.Get(Call("g"), get);
  ASSERT_THAT(judgement, IsOk());
  EXPECT_EQ(judgement->verdict(), v1::VERDICT_HARASSMENT);
  EXPECT_EQ(judgement->name(), into);
  EXPECT_EQ(judgement->etag(), "w2");
  EXPECT_EQ(MissingOf(Close(into, "once")), "care");
  // One of anything else takes nothing back, nor does it judge what nobody has judged there.
  const std::string other = Judged(), third = Judged();
  ASSERT_THAT(Judge(other, v1::VERDICT_LEGITIMATE_COMPLAINT), IsOk());
  ASSERT_THAT(Merge(other, third), IsOk());
  get.set_name(third);
  EXPECT_THAT(judgements_.Get(Call("g"), get), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
}

}  // namespace
}  // namespace mamori::triage
