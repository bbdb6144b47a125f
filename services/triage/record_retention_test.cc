// Retention of subject requests and breaches on a real database: what goes, what stays, and what
// the audit says of it.
#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/audit/entry.h"
#include "common/audit/verify.h"
#include "common/sealing/envelope.h"
#include "services/triage/test_record_retention_fixture.h"
#include "services/triage/test_verifier.h"

namespace mamori::triage {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::Gt;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

using RecordRetentionTest = RecordRetentionFixture;

constexpr auto kNotOver = mamori::v1::ERROR_REASON_RETENTION_NOT_OVER;
constexpr auto kNotAllowed = mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED;

TEST_F(RecordRetentionTest, ARequestIsDueOnceItsPeriodSinceItsAnswerWasRecordedIsOver) {
  const std::string open = Received(), checked = Received(), name = Received();
  Check(checked, /*confirmed=*/false);
  Check(name);
  fake_.Advance(5 * kFiveYears);
  EXPECT_THAT(Due(As("a")), IsEmpty()) << "open ones never";
  for (const std::string& one : {open, checked, name}) {
    EXPECT_THAT(acts_.Request(As("a"), AskRecordDisposal(one)), HasReason(kNotAllowed));
  }
  const auto answered = Answer(name);
  ASSERT_THAT(answered, IsOk());
  const absl::Time closed = time::FromTimestamp(answered->close_time());
  EXPECT_LE(absl::AbsDuration(closed - fake_.Now()), absl::Seconds(1)) << "nobody dates it back";
  const absl::Time due = DueTime(closed, 36);
  fake_.Set(due - absl::Seconds(1));
  EXPECT_THAT(Due(As("a")), IsEmpty());
  EXPECT_THAT(acts_.Request(As("a"), AskRecordDisposal(name)), HasReason(kNotOver));
  fake_.Set(due);
  const auto before = See(name);
  const auto found = Due(As("a"));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].name(), name);
  EXPECT_EQ(found[0].record_class(), "subject_request");
  EXPECT_EQ(time::FromTimestamp(found[0].close_time()), closed);
  EXPECT_EQ(time::FromTimestamp(found[0].due_time()), due);
  EXPECT_FALSE(found[0].on_hold());
  EXPECT_THAT(*See(name), EqualsProto(*before)) << "touches nothing";
  EXPECT_THAT(acts_.Request(As("a"), AskRecordDisposal(name)), IsOk());
}

TEST_F(RecordRetentionTest, ABreachIsDueOnceItsPeriodSinceItsClosingWasRecordedIsOver) {
  const std::string open = Opened(), name = Opened();
  Step(name, v1::LEAK_STEP_KIND_EXEMPT);
  fake_.Advance(2 * kFiveYears);
  EXPECT_THAT(acts_.Request(As("a"), AskRecordDisposal(name)), HasReason(kNotAllowed));
  Step(name, v1::LEAK_STEP_KIND_CLOSED);
  const absl::Time due = DueTime(fake_.Now(), 60);
  fake_.Set(due - absl::Seconds(1));
  EXPECT_THAT(Due(As("a"), "breaches"), IsEmpty());
  EXPECT_THAT(acts_.Request(As("a"), AskRecordDisposal(name)), HasReason(kNotOver));
  fake_.Set(due);
  ASSERT_THAT(DueNames(As("a"), "breaches"), ElementsAre(name));
  EXPECT_EQ(Due(As("a"), "breaches")[0].record_class(), "breach");
  EXPECT_THAT(Due(As("a")), IsEmpty()) << "of the other collection";
  const auto done = DisposeRecordByTheBook(name);
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->record_class(), "breach");
  EXPECT_THAT(Due(As("a"), "breaches"), IsEmpty());
  EXPECT_THAT(acts_.Request(As("a"), AskRecordDisposal(open)), HasReason(kNotAllowed));
}

TEST_F(RecordRetentionTest, AClockThatIsBehindMakesNothingOld) {
  const std::string name = Received();
  Check(name);
  ASSERT_THAT(marks_.RunOnce(database_.transactor()), IsOk());
  const absl::Time now = fake_.Now();
  fake_.Set(now - kThreeYears);
  ASSERT_THAT(Answer(name), IsOk());
  fake_.Set(now + absl::Hours(1));
  EXPECT_GE(time::FromTimestamp(See(name)->close_time()), now - absl::Seconds(1));
  EXPECT_THAT(Due(As("a")), IsEmpty());
  EXPECT_THAT(acts_.Request(As("a"), AskRecordDisposal(name)), HasReason(kNotOver));
}

TEST_F(RecordRetentionTest, TwoPersonsDisposeAndACertificateStays) {
  const std::string name = Answered(), other = Answered("somebody");
  const id::Id record_id = *id::FromName("subjectRequests", name);
  fake_.Advance(kThreeYears);
  const auto requested = acts_.Request(As("a"), AskRecordDisposal(name));
  ASSERT_THAT(requested, IsOk());
  EXPECT_THAT(retention_.DisposeRecord(As("a"), Disposing(name, *requested)),
              HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY));
  EXPECT_THAT(Approve("a", *requested), HasReason(mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED));
  const auto act = Approve("b", *requested);
  ASSERT_THAT(act, IsOk());
  EXPECT_THAT(retention_.DisposeRecord(As("b"), Disposing(name, *act)),
              HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY));
  WaitOver();
  EXPECT_THAT(retention_.DisposeRecord(As("c"), Disposing(name, *act)),
              HasReason(mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED));
  EXPECT_THAT(retention_.DisposeRecord(As("b"), Disposing(other, *act)),
              StatusIs(absl::StatusCode::kNotFound))
      << "of another record";
  server::CallContext weak = As("b");
  weak.strong = false;
  EXPECT_THAT(retention_.DisposeRecord(weak, Disposing(name, *act)),
              HasReason(mamori::v1::ERROR_REASON_STEP_UP_REQUIRED));
  const auto request = Disposing(name, *act);
  const auto done = retention_.DisposeRecord(As("b"), request);
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->name(), name);
  EXPECT_EQ(done->act(), act->name());
  EXPECT_EQ(done->act_hash(), act->hash());
  EXPECT_THAT(done->approvers(), ElementsAre("a", "b"));
  EXPECT_EQ(done->policy_digest(), "digest");
  EXPECT_EQ(done->kept_out() + done->key_id(), "") << "stored, not told";
  EXPECT_THAT(*retention_.DisposeRecord(As("b"), request), EqualsProto(*done)) << "sent again";
  EXPECT_THAT(*Certificate(As("c"), name), EqualsProto(*done));
  // Nothing of it is left, and of nothing else less.
  EXPECT_THAT(See(name), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(See(other), IsOk());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM tenant_record"), 1);
  EXPECT_THAT(DueNames(As("a")), ElementsAre(other));
  v1::GetActRequest get;
  get.set_name(act->name());
  EXPECT_THAT(acts_.Get(As("a"), get), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(acts_.Request(As("a"), AskRecordDisposal(name)),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(retention_.DisposeRecord(As("a"), Disposing(name, *act)),
              StatusIs(absl::StatusCode::kNotFound));
  // The audit outlives it and commits to the certificate.
  const db::Rows kept = database_.Query("SELECT audit_random, certificate FROM disposition", {});
  ASSERT_THAT(kept, SizeIs(1));
  EXPECT_EQ(kept[0].GetBytes(1).find("boss"), std::string::npos);
  const db::Rows entries = database_.Query(
      "SELECT entry FROM audit_entry WHERE kind = 210 AND resource_id = ? ORDER BY sequence DESC",
      db::Params().Add(record_id));
  ASSERT_THAT(entries, SizeIs(3)) << "checked, answered, disposed of";
  const auto entry = audit::Decode(entries[0].GetBytes(0));
  ASSERT_THAT(entry, IsOk());
  EXPECT_EQ(entry->action, audit::kDisposeRecord);
  EXPECT_EQ(entry->who.person, "b");
  EXPECT_EQ(entry->commitment, audit::Commit(kept[0].GetBytes(0), kept[0].GetBytes(1)));
}

TEST_F(RecordRetentionTest, WhomItIsAboutCannotTellItFromNoneBeforeNorAfter) {
  const std::string name = Answered("boss"), breach = ClosedBreach();
  const std::string never = id::Name("subjectRequests", ids_.NewId());
  const std::string no_breach = id::Name("breaches", ids_.NewId());
  fake_.Advance(kFiveYears);
  server::CallContext stranger = As("c");
  stranger.tenant = "other";
  const auto look = [&](const server::CallContext& call, const std::string& which) {
    v1::TwoPersonAct none;
    none.set_name(id::Name("acts", ids_.NewId()));
    auto list = v1::ListActsRequest();
    list.set_resource(which);
    v1::PlaceHoldRequest hold;
    hold.set_request_id(absl::StrCat("request-", ++requests_));
    hold.mutable_hold()->set_record_name(which);
    hold.mutable_hold()->set_issuer("court");
    hold.mutable_hold()->set_reason("r");
    const std::vector<absl::Status> all = {
        acts_.Request(call, AskRecordDisposal(which)).status(), acts_.List(call, list).status(),
        holds_.Place(call, hold).status(),
        retention_.DisposeRecord(call, Disposing(which, none)).status(),
        Certificate(call, which).status()};
    EXPECT_THAT(all, Each(StatusIs(absl::StatusCode::kNotFound))) << which;
    return all;
  };
  const auto hidden = [&] {
    for (const server::CallContext& call :
         {As("boss"), As("d", {"desk", "admin", "auditor"}), stranger}) {
      EXPECT_EQ(look(call, name), look(call, never));
    }
    for (const server::CallContext& call : {As("snoop"), As("d", {"desk", "lawyer"}), stranger}) {
      EXPECT_EQ(look(call, breach), look(call, no_breach));
    }
  };
  hidden();
  EXPECT_THAT(Due(As("boss")), IsEmpty());
  EXPECT_THAT(Due(As("d", {"desk", "admin"})), IsEmpty());
  EXPECT_THAT(Due(stranger), IsEmpty());
  EXPECT_THAT(Due(As("l", {"lawyer"})), SizeIs(1));
  EXPECT_THAT(Due(As("snoop"), "breaches"), IsEmpty());
  EXPECT_THAT(Due(As("l", {"lawyer"}), "breaches"), IsEmpty());
  EXPECT_THAT(Due(As("d", {"admin"}), "breaches"), SizeIs(1));
  const auto requested = acts_.Request(As("a"), AskRecordDisposal(name));
  ASSERT_THAT(requested, IsOk());
  EXPECT_THAT(Approve("boss", *requested), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(DisposeRecordByTheBook(name), IsOk());
  ASSERT_THAT(DisposeRecordByTheBook(breach), IsOk());
  hidden();
  EXPECT_THAT(Certificate(As("l", {"lawyer"}), name), IsOk());
  EXPECT_THAT(Certificate(As("d", {"admin"}), breach), IsOk());
}

TEST_F(RecordRetentionTest, ADryRunIsPagedOldestFirst) {
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) {
    names.push_back(i == 3 ? Received() : Answered(i == 1 ? "v" : "boss"));
    fake_.Advance(absl::Seconds(1));
  }
  fake_.Advance(kThreeYears);
  EXPECT_THAT(DueNames(As("v"), "subjectRequests", 1), ElementsAre(names[0], names[2], names[4]));
  EXPECT_THAT(DueNames(As("a"), "subjectRequests", 2),
              ElementsAre(names[0], names[1], names[2], names[4]));
  v1::DryRunRetentionRequest request;
  request.set_collection("subjectRequests");
  request.set_page_size(1);
  request.set_page_token(retention_.DryRun(As("a"), request)->next_page_token());
  request.set_collection("breaches");
  EXPECT_THAT(retention_.DryRun(As("a"), request), StatusIs(absl::StatusCode::kInvalidArgument))
      << "a token of another collection";
  request.set_collection("handlers");
  EXPECT_THAT(retention_.DryRun(As("a"), request), StatusIs(absl::StatusCode::kInvalidArgument));
}

// A backup from before the disposal, put back with all keys of now: the rows are there, and nothing
// of them opens, nor is anything else in the way.
TEST_F(RecordRetentionTest, WhatWasDisposedOfOpensInNoBackup) {
  const std::string name = Answered();
  fake_.Advance(kThreeYears);
  const v1::TwoPersonAct act = Approved(AskRecordDisposal(name));
  WaitOver();
  const std::vector<std::pair<std::string, std::string>> sealed = {
      {"tenant_record", "record"}, {"two_person_act", "record"}, {"request_id", "response"}};
  const auto opens = [&] {
    std::vector<int> opened;
    for (const auto& [table, column] : sealed) {
      opened.push_back(0);
      for (const db::Row& row : database_.Query("SELECT " + column + " FROM " + table)) {
        opened.back() += keys_.sealer().FetchKey("t", row.GetBytes(0), Deadline()).ok() ? 1 : 0;
      }
    }
    return opened;
  };
  EXPECT_THAT(opens(), Each(Gt(0))) << "this test would see nothing";
  const std::vector<std::string> tables = {"tenant_record", "two_person_act", "request_id",
                                           "audit_entry", "disposition"};
  for (const std::string& table : tables) {
    database_.Run("CREATE TABLE saved_" + table + " AS SELECT * FROM " + table);
  }
  ASSERT_THAT(retention_.DisposeRecord(As("b"), Disposing(name, act)), IsOk());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM erased_key"), 1);
  for (const std::string& table : tables) {
    database_.Run("DELETE FROM " + table);
    database_.Run("INSERT INTO " + table + " SELECT * FROM saved_" + table);
  }
  EXPECT_THAT(opens(), Each(0));
  EXPECT_THAT(See(name), StatusIs(absl::StatusCode::kNotFound));
  const std::string young = Answered("somebody");
  const auto listed = requests_of_.List(As("a"), {});
  ASSERT_THAT(listed, IsOk());
  ASSERT_THAT(listed->subject_requests(), SizeIs(1));
  EXPECT_EQ(listed->subject_requests(0).name(), young);
  EXPECT_THAT(Due(As("a")), IsEmpty());
}

// The key store does not hold up what two people have decided, nor is its part forgotten.
TEST_F(RecordRetentionTest, TheKeyIsErasedAsSoonAsTheKeyStoreIsThere) {
  const std::string name = Answered();
  fake_.Advance(kThreeYears);
  const v1::TwoPersonAct act = Approved(AskRecordDisposal(name));
  WaitOver();
  const db::Rows record = database_.Query("SELECT record FROM tenant_record");
  ASSERT_THAT(record, SizeIs(1));
  const auto erased = [&] {
    return sealing::IsErased(
        keys_.sealer().FetchKey("t", record[0].GetBytes(0), Deadline()).status());
  };
  const auto request = Disposing(name, act);
  keys_.store.FailErasuresWith(absl::UnavailableError("away"));
  EXPECT_THAT(retention_.DisposeRecord(As("b"), request), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(See(name), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_FALSE(erased());
  keys_.store.FailErasuresWith(absl::OkStatus());
  // The same call again, or the worker, or the next start.
  EXPECT_THAT(retention_.DisposeRecord(As("b"), request), IsOk());
  EXPECT_TRUE(erased());
  EXPECT_THAT(eraser_.FinishErasures(Deadline()), IsOk());
}

// As somebody with all rights on the database has it.
class RecordRetentionAuditTest : public RecordRetentionFixture {
 protected:
  void Settle() {
    verifier_.Settle([&](absl::Duration later) { fake_.Advance(later); });
  }

  TestVerifier verifier_{
      database_.transactor(), guarded_journal_, keys_.sealer(), fake_, ids_, telemetry_};
};

TEST_F(RecordRetentionAuditTest, WhatIsMissingOrPutBackIsFoundAndWhatWasDisposedOfIsNot) {
  const std::string name = Received();
  database_.Run("CREATE TABLE older AS SELECT * FROM tenant_record");
  Check(name);
  ASSERT_THAT(Answer(name), IsOk());
  const std::string breach = ClosedBreach();
  Settle();
  ASSERT_THAT(verifier_.Findings(), IsEmpty());
  database_.Run("CREATE TABLE kept AS SELECT * FROM tenant_record");
  const auto restore = [&] {
    database_.Run("DELETE FROM tenant_record");
    database_.Run("INSERT INTO tenant_record SELECT * FROM kept");
  };
  database_.Run("DELETE FROM tenant_record WHERE kind = 210");
  EXPECT_THAT(verifier_.Findings(), ElementsAre(name + ": its row is missing"));
  database_.Run("INSERT INTO tenant_record SELECT * FROM older");
  EXPECT_THAT(verifier_.Findings(), ElementsAre(name + ": its row is not what the audit tells of"));
  restore();
  database_.Execute("UPDATE tenant_record SET record_id = ? WHERE kind = 211",
                    db::Params().Add(ids_.NewId()));
  EXPECT_THAT(verifier_.Findings(), Contains(HasSubstr(": not in the audit")));
  EXPECT_THAT(verifier_.Findings(), Contains(breach + ": its row is missing"));
  restore();

  fake_.Advance(kFiveYears);
  ASSERT_THAT(DisposeRecordByTheBook(name), IsOk());
  ASSERT_THAT(DisposeRecordByTheBook(breach), IsOk());
  Settle();
  EXPECT_THAT(verifier_.Findings(), IsEmpty());
  restore();
  EXPECT_THAT(verifier_.Findings(), Contains(name + ": it was disposed of, and is there"));
  EXPECT_THAT(See(name), StatusIs(absl::StatusCode::kNotFound)) << "nor is it believed";
  database_.Run("DELETE FROM tenant_record");
  database_.Run("UPDATE disposition SET kind = 211");
  EXPECT_THAT(verifier_.Findings(), Contains(HasSubstr("missing or changed")));
  database_.Run("UPDATE disposition SET kind = 210");
  database_.Run("DELETE FROM disposition");
  EXPECT_THAT(verifier_.Findings(), Contains(HasSubstr(name + ": 1 of the rows")));
}

// What is sealed with the key of a record goes with it: acts and holds on it, and the act that
// released such a hold. Nothing else does, nor by any other certificate.
TEST_F(RecordRetentionAuditTest, WhatWentWithARecordIsNoFindingAndNothingElseGoesUnseen) {
  const auto place = [&](const std::function<void(v1::LegalHold&)>& scope) {
    v1::PlaceHoldRequest request;
    request.set_request_id(absl::StrCat("request-", ++requests_));
    request.mutable_hold()->set_issuer("court");
    request.mutable_hold()->set_reason("r");
    scope(*request.mutable_hold());
    const auto hold = holds_.Place(As("a"), request);
    EXPECT_THAT(hold, IsOk());
    return hold->name();
  };
  const std::string name = Answered();
  fake_.Advance(kThreeYears);
  const std::string held = place([&](v1::LegalHold& hold) { hold.set_record_name(name); });
  const std::string other = place([](v1::LegalHold& hold) { hold.set_actor("somebody"); });
  const v1::TwoPersonAct release = Approved(Ask(v1::ACT_KIND_RELEASE_HOLD, held));
  WaitOver();
  auto request = Verb<v1::ReleaseHoldRequest>(held);
  request.set_act(release.name());
  ASSERT_THAT(holds_.Release(As("a"), request), IsOk());
  ASSERT_THAT(DisposeRecordByTheBook(name), IsOk());
  Settle();
  EXPECT_THAT(verifier_.Findings(), IsEmpty());
  const auto undecided = [](const std::string& what) { return what + audit::kErasedUndecided; };
  database_.Run("CREATE TABLE kept AS SELECT * FROM disposition");
  database_.Run("UPDATE disposition SET certificate = CONCAT(certificate, certificate)");
  EXPECT_THAT(verifier_.Findings(), Contains(undecided(held)));
  EXPECT_THAT(verifier_.Findings(), Contains(undecided(release.name())));
  database_.Run(
      "UPDATE disposition d JOIN kept k USING (case_id) SET d.certificate = k.certificate");
  EXPECT_THAT(verifier_.Findings(), IsEmpty());
  // Its key destroyed by hand, whatever the row is made to point at.
  const db::Rows row = database_.Query("SELECT SUBSTR(record, 2) FROM legal_hold WHERE hold_id = ?",
                                       db::Params().Add(*id::FromName("holds", other)));
  ASSERT_THAT(
      eraser_.Erase({std::string(sealing::HeaderOf(row[0].GetBytes(0))->key_id)}, Deadline()),
      IsOk());
  database_.Execute("UPDATE legal_hold_target SET kind = 3, target = ? WHERE hold_id = ?",
                    db::Params().Add(name).Add(*id::FromName("holds", other)));
  // Nor by that: the hold is told of where it was put.
  EXPECT_THAT(verifier_.Findings(), Contains(undecided(other)));
}

}  // namespace
}  // namespace mamori::triage
