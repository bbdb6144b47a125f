// Who stands behind an approval, and when: strong authentication, and clocks that are set back.
#include <gmock/gmock.h>

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/time/timestamp.h"
#include "services/triage/test_casework_fixture.h"

namespace mamori::triage {
namespace {

using testing::HasReason;
using testing::IsOk;
using ::testing::Not;
using testing::StatusIs;

using MeasuresPersonTest = CaseworkFixture;

TEST_F(MeasuresPersonTest, ATerminationIsApprovedAndCarriedOutByOneWhoHasJustAuthenticated) {
  const std::string name = Judged();
  Warn(name);
  const auto measure = measures_.Propose(Call("p"), Termination(name, Find(name)));
  ASSERT_THAT(measure, IsOk());
  server::CallContext weak = As("Approve", "desk-2", {"desk"});
  weak.strong = false;
  EXPECT_THAT(measures_.Approve(weak, Approval(*measure)),
              HasReason(mamori::v1::ERROR_REASON_STEP_UP_REQUIRED));
  server::CallContext old = As("Approve", "desk-2", {"desk"});
  old.auth_time = later_.Now() - absl::Minutes(6);
  EXPECT_THAT(measures_.Approve(old, Approval(*measure)),
              HasReason(mamori::v1::ERROR_REASON_STEP_UP_REQUIRED));
  EXPECT_EQ(Read(*measure).approvals_size(), 0);
  ASSERT_THAT(Approve(*measure, "desk-2"), IsOk());
  ASSERT_THAT(Approve(*measure, "boss", {"desk", "executive"}), IsOk());
  server::CallContext doer = Call("Outcome");
  doer.strong = false;
  EXPECT_THAT(measures_.RecordOutcome(doer, Outcome(*measure)),
              HasReason(mamori::v1::ERROR_REASON_STEP_UP_REQUIRED));
  EXPECT_EQ(Read(*measure).state(), v1::MEASURE_STATE_APPROVED);
  EXPECT_THAT(CarryOut(*measure), IsOk());
}

TEST_F(MeasuresPersonTest, OneWhoMayNotSeeTheCaseIsNotToldToAuthenticate) {
  const std::string name = Judged();
  Warn(name);
  const auto measure = measures_.Propose(Call("p"), Termination(name, Find(name)));
  ASSERT_THAT(measure, IsOk());
  ASSERT_THAT(KeepOut(name, "desk-9"), IsOk());
  server::CallContext weak = As("Approve", "desk-9", {"desk"});
  weak.strong = false;
  EXPECT_THAT(measures_.Approve(weak, Approval(*measure)), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(measures_.RecordOutcome(weak, Outcome(*measure)),
              StatusIs(absl::StatusCode::kNotFound));
  // Other measures ask for no more than the token.
  weak.person = "desk-2";
  EXPECT_THAT(measures_.Approve(weak, Approval(Propose(name, "CONTACT_LAWYER"))), IsOk());
}

// Nobody decides on a measure for their own sake, or on what they told.
TEST_F(MeasuresPersonTest, WhoIsCaredForOrHasToldWhatTheySawDoesNotApprove) {
  const std::string name = Judged();
  const v1::Measure measure = Propose(name);
  ASSERT_THAT(Approve(measure, "desk-2"), IsOk());
  EXPECT_EQ(Read(measure).state(), v1::MEASURE_STATE_APPROVED);
  auto care = Verb<v1::RecordCareRequest>(name);
  care.mutable_care()->set_kind(v1::CARE_KIND_CONTACT);
  care.mutable_care()->set_person("desk-2");
  care.mutable_care()->set_text("t");
  *care.mutable_care()->mutable_care_time() = time::ToTimestamp(later_.Now() - absl::Hours(1));
  *care.mutable_care()->mutable_next_contact_time() =
      time::ToTimestamp(later_.Now() + absl::Hours(48));
  ASSERT_THAT(cares_.Record(Call("Care"), care), IsOk());
  // What was approved before is void by that.
  const v1::Measure now = Read(measure);
  EXPECT_EQ(now.state(), v1::MEASURE_STATE_PROPOSED);
  EXPECT_EQ(now.approvals(0).fault(), v1::APPROVAL_FAULT_EXCLUDED);
  EXPECT_THAT(Approve(measure, "desk-2"), Not(IsOk()));
  for (const auto& [person, role] : {std::pair("desk-3", v1::STATEMENT_ROLE_REPORTER),
                                     std::pair("desk-4", v1::STATEMENT_ROLE_WITNESS)}) {
    auto statement = Verb<v1::RecordStatementRequest>(name);
    statement.mutable_statement()->set_kind(v1::STATEMENT_KIND_INTERVIEW);
    statement.mutable_statement()->set_person(person);
    statement.mutable_statement()->set_role(role);
    statement.mutable_statement()->set_form(v1::STATEMENT_FORM_SUMMARY);
    statement.mutable_statement()->set_text("t");
    *statement.mutable_statement()->mutable_take_time() =
        time::ToTimestamp(later_.Now() - absl::Hours(1));
    ASSERT_THAT(findings_.RecordStatement(Call("s"), statement), IsOk());
    EXPECT_THAT(Approve(measure, person), Not(IsOk())) << person;
  }
  EXPECT_THAT(Approve(measure, "desk-5"), IsOk());
}

// Intake, which knows who reported.
class Reporters final : public ReportOwnership {
 public:
  absl::StatusOr<bool> IsOwn(const server::CallContext& call, const id::Id& report_id) override {
    asked.push_back(call.person);
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    if (!answer.ok()) return answer;
    return who.count({call.person, report_id}) > 0;
  }
  std::set<std::pair<std::string, id::Id>> who;
  std::vector<std::string> asked;
  std::function<void()> meanwhile;
  absl::Status answer;
};

class ReporterApprovesTest : public CaseworkFixture {
 protected:
  Measures::MeasureOr Approve(const v1::Measure& measure, const std::string& person) {
    return measures_.Approve(As("Approve", person, {"desk"}), Approval(measure));
  }
  id::Id ReportOf(const std::string& of_case, int n) {
    return *id::FromName("reports", Get(of_case).reports(n));
  }
  Reporters reporters_;
  Measures measures_{casework_, &reporters_};
};

TEST_F(ReporterApprovesTest, WhoReportedItDoesNotApprove) {
  const std::string name = Judged();
  const v1::Measure measure = Propose(name);
  reporters_.who = {{"desk-2", ReportOf(name, 0)}};
  EXPECT_THAT(Approve(measure, "desk-2"), HasReason(mamori::v1::ERROR_REASON_APPROVER_NOT_ALLOWED));
  EXPECT_EQ(Read(measure).approvals_size(), 0);
  // Nobody is asked about who could not approve anyway.
  EXPECT_THAT(Approve(measure, "desk-1"), Not(IsOk()));
  EXPECT_EQ(reporters_.asked, std::vector<std::string>{"desk-2"});
  EXPECT_THAT(Approve(measure, "desk-3"), IsOk());
}

TEST_F(ReporterApprovesTest, NothingIsApprovedWhileIntakeCannotSay) {
  const v1::Measure measure = Propose(Judged());
  reporters_.answer = absl::UnavailableError("down");
  EXPECT_THAT(Approve(measure, "desk-2"), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(Read(measure).approvals_size(), 0);
  reporters_.answer = absl::OkStatus();
  EXPECT_THAT(Approve(measure, "desk-2"), IsOk());
}

TEST_F(ReporterApprovesTest, AReportThatJoinsWhileIntakeIsAskedMakesItAnotherOne) {
  const std::string name = Judged();
  const v1::Measure measure = Propose(name);
  reporters_.meanwhile = [&] {
    const auto event = Receive("x", mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT, name);
    ASSERT_THAT(Apply({event}), ::testing::ElementsAre(IsOk()));
    reporters_.who = {{"desk-2", event.subject_id()}};
  };
  EXPECT_THAT(Approve(measure, "desk-2"), HasReason(mamori::v1::ERROR_REASON_ETAG_MISMATCH));
  EXPECT_EQ(reporters_.asked.size(), 1);
  EXPECT_THAT(Approve(Read(measure), "desk-2"),
              HasReason(mamori::v1::ERROR_REASON_APPROVER_NOT_ALLOWED));
  EXPECT_EQ(reporters_.asked.size(), 3);
  EXPECT_EQ(Read(measure).approvals_size(), 0);
}

TEST_F(MeasuresPersonTest, AReportThatJoinsVoidsWhatWasApprovedWithoutIt) {
  const std::string name = Judged(), other = Judged();
  const v1::Measure warning = Propose(name);
  ASSERT_THAT(Approve(warning, "desk-2"), IsOk());
  ASSERT_EQ(Read(warning).state(), v1::MEASURE_STATE_APPROVED);
  auto merge = Verb<v1::MergeCasesRequest>(other);
  merge.set_into(name);
  ASSERT_THAT(cases_.Merge(Call("Merge"), merge), IsOk());
  EXPECT_EQ(Read(warning).state(), v1::MEASURE_STATE_PROPOSED);
  EXPECT_THAT(CarryOut(warning), HasReason(mamori::v1::ERROR_REASON_APPROVALS_MISSING));
  ASSERT_THAT(Approve(Read(warning), "desk-2"), IsOk());
  EXPECT_THAT(CarryOut(warning), IsOk());
}

TEST_F(MeasuresPersonTest, AClockThatIsSetBackRevivesNoApproval) {
  const std::string name = Judged();
  const v1::Measure measure = Propose(name);
  ASSERT_THAT(Approve(measure, "desk-2"), IsOk());
  // A replica records that the approval has run out by now.
  later_.offset = absl::Hours(31 * 24);
  const v1::Measure other = Propose(name, "CONTACT_LAWYER");
  ASSERT_THAT(Approve(other, "desk-2"), IsOk());
  later_.offset = absl::ZeroDuration();
  EXPECT_EQ(Read(measure).state(), v1::MEASURE_STATE_PROPOSED);
  EXPECT_EQ(Read(measure).approvals(0).fault(), v1::APPROVAL_FAULT_EXPIRED);
  EXPECT_THAT(CarryOut(measure), HasReason(mamori::v1::ERROR_REASON_CLOCK_BEHIND));
  // Nobody approves by it either, and somebody is told.
  EXPECT_THAT(Approve(measure, "desk-3"), HasReason(mamori::v1::ERROR_REASON_CLOCK_BEHIND));
  EXPECT_GT(telemetry_.LastGauge("mamori_clock_behind_seconds"), 30 * 86400);
  EXPECT_THAT(CarryOut(other), HasReason(mamori::v1::ERROR_REASON_CLOCK_BEHIND));
  // Within what replicas differ it goes on.
  later_.offset = absl::Hours(31 * 24) - absl::Seconds(3);
  EXPECT_THAT(CarryOut(other), Not(HasReason(mamori::v1::ERROR_REASON_CLOCK_BEHIND)));
}

TEST_F(MeasuresPersonTest, AClockThatIsAheadMakesNoApprovalLastLonger) {
  const v1::Measure measure = Propose(Judged());
  const OffsetClock right{};
  const TimeMarks marks(later_, ids_, telemetry_, &right);
  SqlWorkStore store(database_.transactor(), clock_, seal_, keys_.sealer(), marks);
  Casework casework({store, case_store_, gate_, assessors_, later_, ids_, [] {}, tokens_});
  Measures measures(casework);
  later_.offset = absl::Hours(24 * 365);
  const auto approved = measures.Approve(As("Approve", "desk-2", {"desk"}), Approval(measure));
  ASSERT_THAT(approved, IsOk());
  const v1::MeasureApproval& approval = approved->approvals(0);
  EXPECT_LE(time::FromTimestamp(approval.approve_time()), right.Now());
  EXPECT_LE(time::FromTimestamp(approval.expire_time()), right.Now() + absl::Hours(31 * 24));
  EXPECT_GT(telemetry_.LastGauge("mamori_clock_ahead_seconds"), 364 * 86400);
}

}  // namespace
}  // namespace mamori::triage
