// What of the work on a case goes on in the one that it is merged into, and what hinders a merge.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "services/triage/sql_act_store.h"
#include "services/triage/test_desk_fixture.h"
#include "services/triage/two_person.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;

using MergeTest = DeskFixture;

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
