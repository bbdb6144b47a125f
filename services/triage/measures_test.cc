#include "services/triage/measures.h"

#include <gmock/gmock.h>

#include "services/triage/test_casework_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::StatusIs;

class MeasuresTest : public CaseworkFixture {
 protected:
  std::vector<std::string> Told(const std::string& of_case) {
    std::vector<std::string> told;
    for (const auto& event : Outbox(of_case)) {
      if (event.has_measure_approved()) told.push_back("approved");
      if (event.has_measure_carried_out()) told.push_back("carried out");
    }
    return told;
  }
};

TEST_F(MeasuresTest, AMeasureGoesItsWholeWay) {
  const std::string name = Judged();
  const v1::Measure proposed = Propose(name);
  EXPECT_EQ(proposed.state(), v1::MEASURE_STATE_PROPOSED);
  EXPECT_EQ(proposed.approvals_needed(), 1);
  EXPECT_THAT(proposed.proposers(), ElementsAre("desk-1"));
  const auto approved = Approve(proposed, "desk-2");
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->state(), v1::MEASURE_STATE_APPROVED);
  const auto done = CarryOut(proposed);
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->state(), v1::MEASURE_STATE_CARRIED_OUT);
  auto assess = Verb<v1::AssessMeasureEffectRequest>(proposed.name());
  assess.mutable_effect()->set_effective(true);
  assess.mutable_effect()->set_reason("no call since");
  const auto judged = measures_.AssessEffect(Call("Assess"), assess);
  ASSERT_THAT(judged, IsOk());
  EXPECT_EQ(judged->state(), v1::MEASURE_STATE_EFFECTIVE);
  EXPECT_THAT(Read(proposed), EqualsProto(*judged));
  EXPECT_THAT(Told(name), ElementsAre("approved", "carried out"));
  assess.set_request_id("another-request");
  assess.mutable_effect()->set_effective(false);
  EXPECT_EQ(measures_.AssessEffect(Call("Assess"), assess)->state(),
            v1::MEASURE_STATE_NOT_EFFECTIVE);
}

TEST_F(MeasuresTest, NothingIsCarriedOutWithoutItsApprovals) {
  const std::string name = Judged();
  const v1::Measure measure = Propose(name);
  EXPECT_THAT(CarryOut(measure), HasReason(mamori::v1::ERROR_REASON_APPROVALS_MISSING));
  EXPECT_THAT(Told(name), IsEmpty());
  ASSERT_THAT(Approve(measure, "desk-2"), IsOk());
  // Backdated to before the approval, or ahead of time.
  for (const absl::Duration shift : {-absl::Hours(1), absl::Hours(1)}) {
    auto request = Verb<v1::RecordMeasureOutcomeRequest>(measure.name());
    request.mutable_outcome()->set_contact_person("p");
    request.mutable_outcome()->set_next_action("n");
    *request.mutable_outcome()->mutable_carry_out_time() = time::ToTimestamp(later_.Now() + shift);
    EXPECT_THAT(measures_.RecordOutcome(Call("o"), request),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(CarryOut(measure), IsOk());
  EXPECT_THAT(CarryOut(measure), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

TEST_F(MeasuresTest, NeitherProposerNorReviserNorWhoLacksTheRoleApproves) {
  const v1::Measure measure = Propose(Judged());
  EXPECT_THAT(Approve(measure, "desk-1"), HasReason(mamori::v1::ERROR_REASON_APPROVER_NOT_ALLOWED));
  auto revise = Verb<v1::ReviseMeasureRequest>(measure.name());
  *revise.mutable_measure() = measure;
  revise.mutable_measure()->set_text("another text");
  const auto revised = measures_.Revise(Call("Revise", "desk-2"), revise);
  ASSERT_THAT(revised, IsOk());
  EXPECT_THAT(Approve(*revised, "desk-1"),
              HasReason(mamori::v1::ERROR_REASON_APPROVER_NOT_ALLOWED));
  EXPECT_THAT(Approve(*revised, "desk-2"),
              HasReason(mamori::v1::ERROR_REASON_APPROVER_NOT_ALLOWED));
  EXPECT_THAT(Approve(*revised, "desk-3"), IsOk());
  // An auditor who was let in sees the measure; no role of hers approves it.
  auto let_in = Verb<v1::AddMemberRequest>(revised->name().substr(0, 32));
  let_in.set_person("auditor-1");
  ASSERT_THAT(access_.AddMember(Call("a"), let_in), IsOk());
  const v1::Measure second = Propose(revised->name().substr(0, 32));
  EXPECT_THAT(Approve(second, "auditor-1", {"auditor"}),
              HasReason(mamori::v1::ERROR_REASON_APPROVER_NOT_ALLOWED));
}

TEST_F(MeasuresTest, AnApprovalIsForExactlyWhatWasRead) {
  const std::string name = Judged();
  const v1::Finding finding = Find(name);
  auto proposal = Proposal(name, "CONTACT_LAWYER");
  proposal.mutable_measure()->add_findings(finding.name());
  const auto measure = measures_.Propose(Call("Propose"), proposal);
  ASSERT_THAT(measure, IsOk());
  auto stale = Approval(*measure);
  stale.set_digest(std::string(64, '0'));
  EXPECT_THAT(measures_.Approve(As("a", "desk-2", {"desk"}), stale),
              HasReason(mamori::v1::ERROR_REASON_ETAG_MISMATCH));
  ASSERT_THAT(Approve(*measure, "desk-2"), IsOk());
  // A note voids nothing.
  auto note = Verb<v1::AddNoteRequest>(name);
  note.mutable_note()->set_text("called");
  ASSERT_THAT(cases_.AddNote(Call("n"), note), IsOk());
  Find(name);  // nor does a finding that is not cited
  EXPECT_EQ(Read(*measure).state(), v1::MEASURE_STATE_APPROVED);
  // A change of the finding does.
  auto revise = Verb<v1::ReviseFindingRequest>(finding.name());
  *revise.mutable_finding() = finding;
  revise.mutable_finding()->set_outcome(v1::FACT_OUTCOME_NOT);
  ASSERT_THAT(findings_.ReviseFinding(Call("r"), revise), IsOk());
  const v1::Measure now = Read(*measure);
  EXPECT_EQ(now.state(), v1::MEASURE_STATE_PROPOSED);
  EXPECT_EQ(now.approvals(0).fault(), v1::APPROVAL_FAULT_CHANGED);
  EXPECT_THAT(CarryOut(*measure), HasReason(mamori::v1::ERROR_REASON_APPROVALS_MISSING));
  // What the approver had read is not what stands there now.
  EXPECT_THAT(Approve(*measure, "desk-3"), HasReason(mamori::v1::ERROR_REASON_ETAG_MISMATCH));
  EXPECT_THAT(Approve(now, "desk-2"), IsOk());
  EXPECT_THAT(CarryOut(now), IsOk());
  // Done is done, whatever the finding says later.
  revise.set_request_id("another-request");
  revise.mutable_finding()->set_text("again");
  ASSERT_THAT(findings_.ReviseFinding(Call("r"), revise), IsOk());
  EXPECT_EQ(Read(now).state(), v1::MEASURE_STATE_CARRIED_OUT);
  EXPECT_EQ(Read(now).digest(), now.digest());
}

TEST_F(MeasuresTest, ApprovalsRunOutAndAreTakenBack) {
  const std::string name = Judged();
  const v1::Measure measure = Propose(name);
  ASSERT_THAT(Approve(measure, "desk-2"), IsOk());
  later_.offset = absl::Hours(31 * 24);
  EXPECT_EQ(Read(measure).state(), v1::MEASURE_STATE_PROPOSED);
  EXPECT_EQ(Read(measure).approvals(0).fault(), v1::APPROVAL_FAULT_EXPIRED);
  EXPECT_THAT(CarryOut(measure), HasReason(mamori::v1::ERROR_REASON_APPROVALS_MISSING));
  ASSERT_THAT(Approve(measure, "desk-2"), IsOk());
  auto revoke = Verb<v1::RevokeApprovalRequest>(measure.name());
  EXPECT_THAT(measures_.Revoke(Call("r", "desk-3"), revoke),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  ASSERT_THAT(measures_.Revoke(Call("r", "desk-2"), revoke), IsOk());
  EXPECT_THAT(CarryOut(measure), HasReason(mamori::v1::ERROR_REASON_APPROVALS_MISSING));
  EXPECT_THAT(Approve(measure, "desk-3"), IsOk());
  EXPECT_THAT(CarryOut(measure), IsOk());
  revoke.set_request_id("another-request");
  EXPECT_THAT(measures_.Revoke(Call("r", "desk-3"), revoke),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

TEST_F(MeasuresTest, TheApprovalOfOneWhoIsKeptOutLaterIsVoid) {
  const std::string name = Judged();
  const v1::Measure measure = Propose(name);
  ASSERT_THAT(Approve(measure, "desk-2"), IsOk());
  ASSERT_THAT(KeepOut(name, "desk-2"), IsOk());
  EXPECT_EQ(Read(measure).state(), v1::MEASURE_STATE_PROPOSED);
  EXPECT_EQ(Read(measure).approvals(0).fault(), v1::APPROVAL_FAULT_EXCLUDED);
  EXPECT_THAT(CarryOut(measure), HasReason(mamori::v1::ERROR_REASON_APPROVALS_MISSING));
  EXPECT_THAT(Approve(measure, "desk-2"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Approve(measure, "desk-3"), IsOk());
}

TEST_F(MeasuresTest, ATerminationIsRefusedUntilAllOfItIsThereAndThenTakesTwo) {
  const std::string name = Judged();
  const auto bare = measures_.Propose(Call("p"), Proposal(name, "TERMINATE_CONTRACT"));
  EXPECT_THAT(bare, HasReason(mamori::v1::ERROR_REASON_MEASURE_GUARD_INCOMPLETE));
  EXPECT_THAT(bare, StatusIs(absl::StatusCode::kFailedPrecondition));
  for (const char* id :
       {"contract_clause", "notice_period", "earlier_warning", "evidence", "customer_rights"}) {
    EXPECT_THAT(std::string(bare.status().message()), HasSubstr(id));
  }
  const v1::Finding finding = Find(name);
  const auto unwarned = measures_.Propose(Call("p"), Termination(name, finding));
  EXPECT_THAT(unwarned, HasReason(mamori::v1::ERROR_REASON_MEASURE_GUARD_INCOMPLETE));
  EXPECT_THAT(std::string(unwarned.status().message()), HasSubstr("earlier_warning"));
  EXPECT_THAT(std::string(unwarned.status().message()), ::testing::Not(HasSubstr("evidence")));
  // A warning that was only approved is none.
  const v1::Measure warning = Propose(name);
  ASSERT_THAT(Approve(warning, "desk-2"), IsOk());
  EXPECT_THAT(measures_.Propose(Call("p"), Termination(name, finding)),
              HasReason(mamori::v1::ERROR_REASON_MEASURE_GUARD_INCOMPLETE));
  ASSERT_THAT(CarryOut(warning), IsOk());
  const auto measure = measures_.Propose(Call("p"), Termination(name, finding));
  ASSERT_THAT(measure, IsOk());
  ASSERT_THAT(Approve(*measure, "desk-2"), IsOk());
  EXPECT_THAT(CarryOut(*measure), HasReason(mamori::v1::ERROR_REASON_APPROVALS_MISSING));
  EXPECT_THAT(Approve(*measure, "desk-2"), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  // The second is an executive, or there is none.
  EXPECT_THAT(Approve(*measure, "desk-3"),
              HasReason(mamori::v1::ERROR_REASON_APPROVER_NOT_ALLOWED));
  const auto approved = Approve(*measure, "boss", {"desk", "executive"});
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->state(), v1::MEASURE_STATE_APPROVED);
  EXPECT_THAT(CarryOut(*measure), IsOk());
}

TEST_F(MeasuresTest, WhatTheGuardRestsOnIsLookedAtAgainWhenItIsCarriedOut) {
  const std::string name = Judged();
  Warn(name);
  const v1::Finding finding = Find(name);
  const auto measure = measures_.Propose(Call("p"), Termination(name, finding));
  ASSERT_THAT(measure, IsOk());
  ASSERT_THAT(Approve(*measure, "desk-2"), IsOk());
  auto revise = Verb<v1::ReviseFindingRequest>(finding.name());
  *revise.mutable_finding() = finding;
  revise.mutable_finding()->set_outcome(v1::FACT_OUTCOME_NOT);
  ASSERT_THAT(findings_.ReviseFinding(Call("r"), revise), IsOk());
  EXPECT_THAT(Approve(Read(*measure), "boss", {"desk", "executive"}),
              HasReason(mamori::v1::ERROR_REASON_MEASURE_GUARD_INCOMPLETE));
}

TEST_F(MeasuresTest, WhenTooFewAreLeftTheOutsideApproverIsLetInAndDecides) {
  const std::string name = Judged();
  const v1::Measure measure = Propose(name);
  for (const char* person : {"local/desk1", "local/desk2", "local/reader"}) {
    ASSERT_THAT(KeepOut(name, person), IsOk());
  }
  auto refer = Verb<v1::ReferMeasureRequest>(measure.name());
  EXPECT_THAT(measures_.Refer(Call("r"), refer),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  ASSERT_THAT(KeepOut(name, "local/executive"), IsOk());
  EXPECT_THAT(Approve(measure, "desk-2"), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  const auto referred = measures_.Refer(Call("r"), refer);
  ASSERT_THAT(referred, IsOk());
  EXPECT_EQ(referred->outside_approver(), "local/lawyer");
  const auto approved = Approve(measure, "local/lawyer", {"lawyer"});
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->state(), v1::MEASURE_STATE_APPROVED);
  EXPECT_TRUE(approved->approvals(0).outside());
  // Nobody is left at all once the lawyer is kept out as well.
  ASSERT_THAT(KeepOut(name, "local/lawyer"), IsOk());
  EXPECT_EQ(Read(measure).state(), v1::MEASURE_STATE_PROPOSED);
  EXPECT_THAT(Approve(measure, "desk-2"), HasReason(mamori::v1::ERROR_REASON_APPROVERS_EXHAUSTED));
  const auto more = measures_.Propose(Call("p"), Proposal(name, "CARE"));
  EXPECT_THAT(more, HasReason(mamori::v1::ERROR_REASON_APPROVERS_EXHAUSTED));
  EXPECT_THAT(more, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::string(more.status().message()), HasSubstr("nobody outside"));
}

// Those of the desk are there, but nobody has the role that is needed.
TEST_F(MeasuresTest, TheOutsideApproverIsLetInWhenTheOnlyExecutiveIsKeptOut) {
  const std::string name = Judged();
  Warn(name);
  const v1::Finding finding = Find(name);
  const auto before = measures_.Propose(Call("p"), Termination(name, finding));
  ASSERT_THAT(before, IsOk());
  EXPECT_THAT(before->outside_approver(), IsEmpty());
  ASSERT_THAT(KeepOut(name, "local/executive"), IsOk());
  EXPECT_EQ(Read(*before).outside_approver(), "local/lawyer");
  EXPECT_THAT(Approve(*before, "local/lawyer", {"lawyer"}), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Approve(*before, "desk-2"), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  ASSERT_THAT(measures_.Refer(Call("r"), Verb<v1::ReferMeasureRequest>(before->name())), IsOk());
  const auto approved = Approve(*before, "local/lawyer", {"lawyer"});
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->state(), v1::MEASURE_STATE_APPROVED);
  EXPECT_THAT(CarryOut(*before), IsOk());
}

TEST_F(MeasuresTest, WhoIsKeptOutAndOtherTenantsSeeNothing) {
  const std::string name = Judged();
  const v1::Measure measure = Propose(name);
  ASSERT_THAT(KeepOut(name, "desk-2"), IsOk());
  v1::GetMeasureRequest get;
  get.set_name(measure.name());
  v1::ListMeasuresRequest list;
  list.set_name(name);
  for (const auto& call : {Call("Get", "desk-2"), Call("Get", "desk-1", "other")}) {
    EXPECT_THAT(measures_.Get(call, get), StatusIs(absl::StatusCode::kNotFound));
    EXPECT_THAT(measures_.List(call, list), StatusIs(absl::StatusCode::kNotFound));
    EXPECT_THAT(measures_.Approve(call, Approval(measure)), StatusIs(absl::StatusCode::kNotFound));
  }
  // A measure of another case under this case's name is none.
  const v1::Measure other = Propose(Judged());
  get.set_name(name + other.name().substr(32));
  EXPECT_THAT(measures_.Get(Call("Get"), get), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(MeasuresTest, ATombstonesWorkIsSeenByThoseWhoMaySeeTheCaseThatGoesOn) {
  const std::string name = Judged();
  const v1::Measure measure = Propose(name);
  // An open one keeps the case from being merged.
  auto reject = Verb<v1::RejectMeasureRequest>(measure.name());
  reject.set_reason("r");
  ASSERT_THAT(measures_.Reject(Call("Reject"), reject), IsOk());
  const std::string into = Judged();
  auto merge = Verb<v1::MergeCasesRequest>(name);
  merge.set_into(into);
  ASSERT_THAT(cases_.Merge(Call("m"), merge), IsOk());
  v1::GetMeasureRequest get;
  get.set_name(measure.name());
  EXPECT_THAT(measures_.Get(Call("Get", "desk-2"), get), IsOk());
  ASSERT_THAT(KeepOut(into, "desk-2"), IsOk());
  EXPECT_THAT(measures_.Get(Call("Get", "desk-2"), get), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Approve(measure, "desk-2"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Approve(measure, "desk-3"), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

TEST_F(MeasuresTest, ARejectedMeasureIsOver) {
  const v1::Measure measure = Propose(Judged());
  auto reject = Verb<v1::RejectMeasureRequest>(measure.name());
  reject.set_reason("not now");
  const auto rejected = measures_.Reject(Call("r", "desk-2"), reject);
  ASSERT_THAT(rejected, IsOk());
  EXPECT_EQ(rejected->state(), v1::MEASURE_STATE_REJECTED);
  EXPECT_THAT(Approve(measure, "desk-3"), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_THAT(CarryOut(measure), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

TEST_F(MeasuresTest, MeasuresAreListedInPages) {
  const std::string name = Judged();
  for (int i = 0; i < 3; ++i) Propose(name);
  v1::ListMeasuresRequest list;
  list.set_name(name);
  list.set_page_size(2);
  const auto first = measures_.List(Call("l"), list);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->measures_size(), 2);
  list.set_page_token(first->next_page_token());
  const auto second = measures_.List(Call("l"), list);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->measures_size(), 1);
  EXPECT_THAT(second->next_page_token(), IsEmpty());
  list.set_name(Judged());
  EXPECT_THAT(measures_.List(Call("l"), list), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(MeasuresTest, NothingIsProposedThatThePolicyOrTheStateDoesNotKnow) {
  EXPECT_THAT(measures_.Propose(Call("p"), Proposal(Judged(), "EXILE")),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(measures_.Propose(Call("p"), Proposal(Open("x").name(), "WARNING")),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

}  // namespace
}  // namespace mamori::triage
