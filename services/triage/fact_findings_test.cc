#include "services/triage/fact_findings.h"

#include <gmock/gmock.h>

#include "services/triage/test_casework_fixture.h"

namespace mamori::triage {
namespace {

using testing::EqualsProto;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;

class FactFindingsTest : public CaseworkFixture {
 protected:
  v1::RecordStatementRequest Statement(const std::string& of_case) {
    auto request = Verb<v1::RecordStatementRequest>(of_case);
    v1::Statement& statement = *request.mutable_statement();
    statement.set_kind(v1::STATEMENT_KIND_INTERVIEW);
    statement.set_person("客の田中");
    statement.set_role(v1::STATEMENT_ROLE_SUBJECT);
    statement.set_form(v1::STATEMENT_FORM_VERBATIM);
    statement.set_text("言っていない");
    *statement.mutable_take_time() = time::ToTimestamp(later_.Now() - absl::Hours(1));
    return request;
  }
  v1::FactFinding All(const std::string& of_case) {
    v1::GetFactFindingRequest request;
    request.set_name(of_case);
    const auto result = findings_.Get(Call("Get"), request);
    EXPECT_THAT(result, IsOk());
    return result.ok() ? *result : v1::FactFinding();
  }
};

TEST_F(FactFindingsTest, StatementsFindingsAndAConclusionAreKept) {
  const std::string name = Judged();
  const auto request = Statement(name);
  const auto statement = findings_.RecordStatement(Call("s"), request);
  ASSERT_THAT(statement, IsOk());
  EXPECT_EQ(statement->taker(), "desk-1");
  // Sent again, it is there once.
  EXPECT_THAT(*findings_.RecordStatement(Call("s"), request), EqualsProto(*statement));
  auto find = Verb<v1::RecordFindingRequest>(name);
  find.mutable_finding()->set_text("言った");
  find.mutable_finding()->set_outcome(v1::FACT_OUTCOME_PARTLY);
  find.mutable_finding()->add_sources()->set_resource(statement->name());
  const auto finding = findings_.RecordFinding(Call("f"), find);
  ASSERT_THAT(finding, IsOk());
  auto conclude = Verb<v1::ConcludeFactFindingRequest>(name);
  conclude.mutable_conclusion()->set_outcome(v1::FACT_OUTCOME_PARTLY);
  conclude.mutable_conclusion()->set_reason("r");
  EXPECT_THAT(findings_.Conclude(Call("c"), conclude), IsOk());
  const v1::FactFinding all = All(name);
  ASSERT_EQ(all.statements_size(), 1);
  EXPECT_THAT(all.statements(0), EqualsProto(*statement));
  ASSERT_EQ(all.findings_size(), 1);
  EXPECT_THAT(all.findings(0), EqualsProto(*finding));
  EXPECT_EQ(all.conclusion().author(), "desk-1");
}

TEST_F(FactFindingsTest, NothingIsConcludedThatNoFindingSupports) {
  const std::string name = Judged();
  auto conclude = Verb<v1::ConcludeFactFindingRequest>(name);
  conclude.mutable_conclusion()->set_outcome(v1::FACT_OUTCOME_SUBSTANTIATED);
  conclude.mutable_conclusion()->set_reason("r");
  EXPECT_THAT(findings_.Conclude(Call("c"), conclude),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  Find(name, v1::FACT_OUTCOME_NOT);
  EXPECT_THAT(findings_.Conclude(Call("c"), conclude),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  Find(name);
  EXPECT_THAT(findings_.Conclude(Call("c"), conclude), IsOk());
}

TEST_F(FactFindingsTest, AConclusionThatItsFindingsNoLongerBearIsVoid) {
  const std::string name = Judged();
  const v1::Finding finding = Find(name);
  auto conclude = Verb<v1::ConcludeFactFindingRequest>(name);
  conclude.mutable_conclusion()->set_outcome(v1::FACT_OUTCOME_SUBSTANTIATED);
  conclude.mutable_conclusion()->set_reason("r");
  *conclude.mutable_conclusion()->mutable_void_time() = time::ToTimestamp(later_.Now());
  const auto concluded = findings_.Conclude(Call("c"), conclude);
  ASSERT_THAT(concluded, IsOk());
  EXPECT_FALSE(concluded->conclusion().has_void_time());
  const auto revise = [&](v1::FactOutcome outcome) {
    auto request = Verb<v1::ReviseFindingRequest>(finding.name());
    *request.mutable_finding() = finding;
    request.mutable_finding()->set_outcome(outcome);
    return findings_.ReviseFinding(Call("r"), request).status();
  };
  // Still borne.
  ASSERT_THAT(revise(v1::FACT_OUTCOME_PARTLY), IsOk());
  Find(name, v1::FACT_OUTCOME_UNDETERMINED);
  EXPECT_FALSE(All(name).conclusion().has_void_time());
  ASSERT_THAT(revise(v1::FACT_OUTCOME_NOT), IsOk());
  const v1::FactConclusion lost = All(name).conclusion();
  EXPECT_TRUE(lost.has_void_time());
  EXPECT_EQ(lost.outcome(), v1::FACT_OUTCOME_SUBSTANTIATED);
  // Put right it comes not back by itself: somebody concludes.
  ASSERT_THAT(revise(v1::FACT_OUTCOME_SUBSTANTIATED), IsOk());
  EXPECT_THAT(All(name).conclusion(), EqualsProto(lost));
  ASSERT_THAT(revise(v1::FACT_OUTCOME_NOT), IsOk());
  auto again = Verb<v1::ConcludeFactFindingRequest>(name);
  again.mutable_conclusion()->set_outcome(v1::FACT_OUTCOME_NOT);
  again.mutable_conclusion()->set_reason("r");
  ASSERT_THAT(findings_.Conclude(Call("c"), again), IsOk());
  EXPECT_FALSE(All(name).conclusion().has_void_time());
  // And what is found later voids it too.
  Find(name);
  EXPECT_TRUE(All(name).conclusion().has_void_time());
}

TEST_F(FactFindingsTest, AFindingRestsOnWhatItsOwnCaseHas) {
  const std::string name = Judged(), other = Judged();
  const auto theirs = findings_.RecordStatement(Call("s"), Statement(other));
  ASSERT_THAT(theirs, IsOk());
  for (const std::string& resource : {theirs->name(), Get(other).reports(0)}) {
    auto find = Verb<v1::RecordFindingRequest>(name);
    find.mutable_finding()->set_text("t");
    find.mutable_finding()->set_outcome(v1::FACT_OUTCOME_NOT);
    find.mutable_finding()->add_sources()->set_resource(resource);
    EXPECT_THAT(findings_.RecordFinding(Call("f"), find),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  auto corrects = Statement(name);
  corrects.mutable_statement()->set_corrects(theirs->name());
  EXPECT_THAT(findings_.RecordStatement(Call("s"), corrects),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(FactFindingsTest, StatementsOfTheFutureAndOfOneselfAreRefused) {
  const std::string name = Judged();
  auto future = Statement(name);
  *future.mutable_statement()->mutable_take_time() =
      time::ToTimestamp(later_.Now() + absl::Hours(1));
  EXPECT_THAT(findings_.RecordStatement(Call("s"), future),
              StatusIs(absl::StatusCode::kInvalidArgument));
  auto own = Statement(name);
  own.mutable_statement()->set_person("desk-1");
  EXPECT_THAT(findings_.RecordStatement(Call("s"), own),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(FactFindingsTest, WhoIsKeptOutSeesAndWritesNothing) {
  const std::string name = Judged();
  const v1::Finding finding = Find(name);
  ASSERT_THAT(KeepOut(name, "desk-2"), IsOk());
  v1::GetFactFindingRequest get;
  get.set_name(name);
  EXPECT_THAT(findings_.Get(Call("Get", "desk-2"), get), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(findings_.Get(Call("Get", "desk-1", "other"), get),
              StatusIs(absl::StatusCode::kNotFound));
  const auto statement = Statement(name);
  EXPECT_THAT(findings_.RecordStatement(Call("s", "desk-2"), statement),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(All(name).statements_size(), 0);
  // A reader who may see it may not write.
  EXPECT_THAT(findings_.RecordStatement(As("s", "desk-3", {"auditor"}), statement),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(FactFindingsTest, ARevisionKeepsWhatStoodThere) {
  const std::string name = Judged();
  const v1::Finding first = Find(name);
  auto revise = Verb<v1::ReviseFindingRequest>(first.name());
  *revise.mutable_finding() = first;
  revise.mutable_finding()->set_text("it was otherwise");
  revise.set_etag("w9");
  EXPECT_THAT(findings_.ReviseFinding(Call("r"), revise),
              HasReason(mamori::v1::ERROR_REASON_ETAG_MISMATCH));
  revise.set_etag(first.etag());
  EXPECT_THAT(findings_.ReviseFinding(Call("r"), revise), IsOk());
  ASSERT_EQ(All(name).findings_size(), 1);
  EXPECT_EQ(All(name).findings(0).text(), "it was otherwise");
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM case_work"), 2);
}

// The verifier reads the rows that the service wrote, and the chain that tells of each.
TEST_F(FactFindingsTest, EveryRowStandsInTheAuditOfItsCase) {
  const std::string name = Judged();
  Find(name);
  Find(name);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM audit_entry WHERE resource_id = ? AND kind = 2",
                             db::Params().Add(*id::FromName("cases", name))),
            // Triage, and for each finding one for the case and one for the row.
            5);
}

}  // namespace
}  // namespace mamori::triage
