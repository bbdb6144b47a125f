// What the audit's verifier finds when somebody with all rights on the database changes, removes or
// adds what is recorded of the work on a case.
#include <gmock/gmock.h>

#include "services/triage/test_casework_fixture.h"
#include "services/triage/test_verifier.h"

namespace mamori::triage {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::StatusIs;

constexpr char kChanged[] = "a row whose content is not what the audit tells of";
constexpr char kMissing[] = "missing or changed";

class WorkAuditTest : public CaseworkFixture {
 protected:
  WorkAuditTest()
      : verifier_(database_.transactor(), journal_, keys_.sealer(), at_, ids_, telemetry_) {
    name_ = Judged();
    measure_ = Propose(name_);
    EXPECT_THAT(Approve(measure_, "desk-2"), IsOk());
    Find(name_);
    AssessRisk(name_);
    verifier_.Settle([&](absl::Duration later) { at_.offset += later; });
    EXPECT_THAT(Findings(), IsEmpty());
  }

  std::vector<std::string> Findings() { return verifier_.Findings(); }
  // The row of a record's version.
  id::Id RowOf(WorkKind kind, int version) {
    const auto rows = database_.Query("SELECT row_id FROM case_work WHERE kind = ? AND version = ?",
                                      db::Params().Add(static_cast<int>(kind)).Add(version));
    EXPECT_EQ(rows.size(), 1u);
    return rows.empty() ? id::Id() : id::Id(rows[0].GetBytes(0));
  }
  void Change(const std::string& what, const id::Id& row) {
    database_.Execute(absl::StrCat("UPDATE case_work SET ", what, " WHERE row_id = ?"),
                      db::Params().Add(row));
  }

  OffsetClock at_;
  TestVerifier verifier_;
  std::string name_;
  v1::Measure measure_;
};

TEST_F(WorkAuditTest, AChangedBodyIsFound) {
  const id::Id finding = RowOf(WorkKind::kFinding, 1);
  const auto whole =
      database_.Query("SELECT body FROM case_work WHERE row_id = ?", db::Params().Add(finding));
  Change("body = CONCAT(body, 'x')", finding);
  EXPECT_THAT(Findings(), Contains(HasSubstr(kChanged)));
  EXPECT_THAT(Findings(), Contains(HasSubstr(kMissing)));
  // The body of another row of the same case, sealed under the same key.
  database_.Execute(
      "UPDATE case_work a JOIN case_work b ON b.row_id = ? SET a.body = b.body"
      " WHERE a.row_id = ?",
      db::Params().Add(RowOf(WorkKind::kDetrimentRisk, 1)).Add(finding));
  EXPECT_THAT(Findings(), Contains(HasSubstr(kChanged)));
  database_.Execute("UPDATE case_work SET body = ? WHERE row_id = ?",
                    db::Params().Add(whole[0].GetBytes(0)).Add(finding));
  EXPECT_THAT(Findings(), IsEmpty());
}

// Who recorded it, what it is, whose version, in which order: an older version of a measure put in
// front of the newest would undo a revocation.
TEST_F(WorkAuditTest, AChangedColumnIsFoundAndReadByNobody) {
  const id::Id newest = RowOf(WorkKind::kMeasure, 2);
  for (const char* what : {"author = 'desk-9'", "kind = 2", "version = 7", "sequence = 77",
                           "create_time = create_time - 60000000", "record_id = row_id"}) {
    const auto before = database_.Query(
        "SELECT author, kind, version, sequence, create_time, record_id FROM case_work"
        " WHERE row_id = ?",
        db::Params().Add(newest));
    Change(what, newest);
    EXPECT_THAT(Findings(), Contains(AnyOf(HasSubstr(kChanged), HasSubstr(kMissing)))) << what;
    v1::GetMeasureRequest get;
    get.set_name(measure_.name());
    EXPECT_THAT(measures_.Get(Call("Get"), get), Not(IsOk())) << what;
    const db::Row& row = before[0];
    db::Params params;
    params.Add(row.GetBytes(0)).Add(row.GetInt64(1)).Add(row.GetInt64(2)).Add(row.GetInt64(3));
    params.Add(row.GetInt64(4)).Add(row.GetBytes(5)).Add(newest);
    database_.Execute(
        "UPDATE case_work SET author = ?, kind = ?, version = ?, sequence = ?, create_time = ?,"
        " record_id = ? WHERE row_id = ?",
        params);
    EXPECT_THAT(Findings(), IsEmpty()) << what;
  }
}

TEST_F(WorkAuditTest, ARemovedRowIsFound) {
  database_.Execute("DELETE FROM case_work WHERE row_id = ?",
                    db::Params().Add(RowOf(WorkKind::kMeasure, 2)));
  EXPECT_THAT(Findings(), Contains(HasSubstr("1 of the rows that it tells of are missing")));
}

// An approval that was taken back counts again where the version that says so is gone: nothing is
// carried out by it, nor anything else decided on what is left.
TEST_F(WorkAuditTest, NothingIsDoneByAMeasureWhoseNewestVersionIsGone) {
  auto revoke = Verb<v1::RevokeApprovalRequest>(measure_.name());
  ASSERT_THAT(measures_.Revoke(Call("Revoke", "desk-2"), revoke), IsOk());
  const v1::Measure rejected = Propose(name_), untouched = Propose(name_);
  for (const v1::Measure& one : {rejected, untouched}) ASSERT_THAT(Approve(one, "desk-2"), IsOk());
  auto reject = Verb<v1::RejectMeasureRequest>(rejected.name());
  reject.set_reason("no");
  ASSERT_THAT(measures_.Reject(As("Reject", "desk-3", {"desk"}), reject), IsOk());
  EXPECT_THAT(CarryOut(measure_), HasReason(mamori::v1::ERROR_REASON_APPROVALS_MISSING));
  database_.Run("DELETE FROM case_work WHERE kind = 4 AND version = 3");
  for (const v1::Measure& one : {measure_, rejected}) {
    EXPECT_EQ(Read(one).state(), v1::MEASURE_STATE_APPROVED) << "so the row that is left says";
    EXPECT_THAT(CarryOut(one), StatusIs(absl::StatusCode::kDataLoss));
    auto again = Verb<v1::RevokeApprovalRequest>(one.name());
    EXPECT_THAT(measures_.Revoke(Call("Revoke", "desk-2"), again),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  EXPECT_GE(telemetry_.Take("missing"), 2);
  EXPECT_THAT(CarryOut(untouched), IsOk());
}

TEST_F(WorkAuditTest, AnAddedRowIsFound) {
  // A copy, as a later version of the same record and of another case.
  const id::Id finding = RowOf(WorkKind::kFinding, 1);
  constexpr char kCopy[] =
      "INSERT INTO case_work (row_id, tenant, case_id, sequence, record_id, kind, version, author,"
      " create_time, body) SELECT ?, tenant, case_id, 99, record_id, kind, 2, author, create_time,"
      " body FROM case_work WHERE row_id = ?";
  database_.Execute(kCopy, db::Params().Add(ids_.NewId()).Add(finding));
  EXPECT_THAT(Findings(), Contains(HasSubstr(kChanged)));
}

TEST_F(WorkAuditTest, ARowOfACaseThatIsMovedToAnotherIsFound) {
  const std::string other = Judged();
  database_.Execute(
      "UPDATE case_work SET case_id = ?, sequence = 1 WHERE row_id = ?",
      db::Params().Add(*id::FromName("cases", other)).Add(RowOf(WorkKind::kFinding, 1)));
  EXPECT_THAT(Findings(), Contains(HasSubstr(kMissing)));
}

// What was sealed before its place was still opens, and is verified.
TEST_F(WorkAuditTest, RowsFromBeforeStillOpen) {
  const id::Id row_id = RowOf(WorkKind::kDetrimentRisk, 1);
  const auto rows = database_.Query(
      "SELECT body, case_id, sequence, record_id, create_time, author FROM case_work WHERE"
      " row_id = ?",
      db::Params().Add(row_id));
  const db::Row& row = rows[0];
  const WorkRow placed{.row_id = row_id,
                       .record_id = row.GetBytes(3),
                       .kind = WorkKind::kDetrimentRisk,
                       .version = 1,
                       .author = row.GetBytes(5),
                       .create_time = row.GetTime(4),
                       .case_id = row.GetBytes(1),
                       .sequence = row.GetInt64(2)};
  const auto key = keys_.sealer().FetchKey("t", row.GetBytes(0), Deadline());
  ASSERT_THAT(key, IsOk());
  const auto whole =
      key->Open(sealing::WorkBody("t", CaseContent::PlaceOf(placed)), row.GetBytes(0));
  ASSERT_THAT(whole, IsOk());
  database_.Execute(
      "UPDATE case_work SET body = ? WHERE row_id = ?",
      db::Params().Add(key->Seal(sealing::OldWorkBody("t", row_id), *whole)).Add(row_id));
  EXPECT_THAT(Findings(), IsEmpty());
  v1::GetCareRequest get;
  get.set_name(name_);
  EXPECT_THAT(cares_.Get(Call("GetCare"), get), IsOk());
}

}  // namespace
}  // namespace mamori::triage
