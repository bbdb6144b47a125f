// Retention on a real database: what goes, what stays, and what the audit says of it.
#include "services/triage/retention.h"

#include <gmock/gmock.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "common/audit/entry.h"
#include "services/triage/test_retention_fixture.h"

namespace mamori::triage {
namespace {

using testing::EqualsProto;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;

using RetentionTest = RetentionFixture;

TEST_F(RetentionTest, ADryRunSaysWhatIsDueAndTouchesNothing) {
  const std::string closed = Closed(), open = Open("y").name();
  EXPECT_EQ(DryRun().size(), 0u);
  fake_.Advance(kFiveYears);
  const std::string young = Closed("z");
  const auto before = Get(closed);
  const auto due = DryRun();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].name(), closed);
  EXPECT_EQ(due[0].record_class(), "harassment");
  EXPECT_EQ(due[0].report_count(), 1);
  EXPECT_EQ(due[0].note_count(), 1);
  EXPECT_FALSE(due[0].on_hold());
  ASSERT_THAT(Hold(closed), IsOk());
  EXPECT_TRUE(DryRun()[0].on_hold());
  EXPECT_THAT(Get(closed), EqualsProto(before));
  EXPECT_THAT(retention_.DryRun(As("d", {"desk"}), {}), IsOk());
  EXPECT_EQ(retention_.DryRun(As("d", {"desk"}), {})->cases_size(), 0) << "not its work";
  ASSERT_THAT(Exclude(closed, "out"), IsOk());
  EXPECT_EQ(DryRun(50, "out").size(), 0u);
}

// Of a replica whose clock is ahead, while the database's goes right.
TEST_F(RetentionTest, AClockThatIsAheadEndsNoRetention) {
  const std::string name = Closed();
  time::FakeClock ahead(fake_.Now());
  const TimeMarks marks(ahead, ids_, telemetry_, &fake_);
  SqlActStore act_store(database_.transactor(), clock_, guarded_seal_, keys_.sealer(), marks);
  TwoPerson acts({act_store, gate_, DefaultPolicy()->policy.two_person(),
                  DefaultPolicy()->policy.retention(), ahead, ids_, [] {}, tokens_});
  const auto as = [&](const char* person) {
    server::CallContext call = As(person);
    call.auth_time = ahead.Now();
    return call;
  };
  for (const absl::Duration by : {absl::Hours(24), absl::Hours(24 * 365), kFiveYears}) {
    ahead.Set(fake_.Now() + by);
    EXPECT_THAT(acts.Request(as("a"), AskDisposal(name)),
                HasReason(mamori::v1::ERROR_REASON_RETENTION_NOT_OVER))
        << by;
  }
  fake_.Advance(kFiveYears);
  EXPECT_THAT(DisposeByTheBook(name), IsOk());
}

TEST_F(RetentionTest, AClockThatIsBehindMakesNoCaseOld) {
  ASSERT_THAT(marks_.RunOnce(database_.transactor()), IsOk());
  const absl::Time now = fake_.Now();
  fake_.Set(now - kFiveYears);
  const std::string name = Closed();
  fake_.Set(now + absl::Hours(1));
  EXPECT_EQ(DryRun().size(), 0u);
  EXPECT_THAT(acts_.Request(As("a"), AskDisposal(name)),
              HasReason(mamori::v1::ERROR_REASON_RETENTION_NOT_OVER));
}

TEST_F(RetentionTest, ADryRunIsPagedLongestClosedFirst) {
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) {
    names.push_back(Closed());
    fake_.Advance(absl::Seconds(1));
  }
  ASSERT_THAT(Exclude(names[1], "v"), IsOk());
  fake_.Advance(kFiveYears);
  std::vector<std::string> listed;
  for (const auto& one : DryRun(2, "v")) listed.push_back(one.name());
  EXPECT_EQ(listed, (std::vector<std::string>{names[0], names[2], names[3], names[4]}));
}

TEST_F(RetentionTest, TwoPersonsDisposeAndACertificateStays) {
  const std::string name = Closed();
  const std::string report = Get(name).reports(0);
  ASSERT_THAT(Exclude(name, "early"), IsOk());
  EXPECT_EQ(Count("SELECT COUNT(*) FROM case_access_past WHERE case_id = ?", name), 1);
  EXPECT_THAT(acts_.Request(As("a"), AskDisposal(name)),
              HasReason(mamori::v1::ERROR_REASON_RETENTION_NOT_OVER));
  fake_.Advance(kFiveYears);
  const v1::TwoPersonAct act = Approved(AskDisposal(name));
  EXPECT_THAT(Dispose("a", name, act), HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY));
  WaitOver();
  EXPECT_THAT(Dispose("c", name, act), HasReason(mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED));
  database_.Run(
      "INSERT INTO case_work SELECT case_id, tenant, case_id, 3, case_id, 1, 1, 'a', 0,"
      " 'said' FROM case_record");
  database_.Run(
      "INSERT INTO actor_mention SELECT tenant, report_id, 0, report_id, 1, 9 FROM case_report");
  const auto done = Dispose("b", name, act);
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->record_count(), 3);  // with the assessment of the risk, and the care
  EXPECT_EQ(Count("SELECT COUNT(*) FROM case_work WHERE case_id = ?", name), 0);
  EXPECT_EQ(Count("SELECT COUNT(*) FROM case_access_past WHERE case_id = ?", name), 0);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM actor_mention"), 0);
  EXPECT_EQ(done->act(), act.name());
  EXPECT_EQ(done->act_hash(), act.hash());
  EXPECT_EQ(done->approvers_size(), 2);
  EXPECT_EQ(done->note_count(), 1);
  ASSERT_EQ(done->reports_size(), 1);
  EXPECT_EQ(done->reports(0), report);
  // The content is gone, the case says that it was there.
  const auto after = Get(name);
  EXPECT_EQ(after.state(), mamori::v1::CASE_STATE_DISPOSED);
  EXPECT_EQ(after.notes_size(), 0);
  EXPECT_EQ(after.assessments(0).ByteSizeLong(), 0u);
  EXPECT_EQ(Count("SELECT COUNT(*) FROM case_note WHERE case_id = ?", name), 0);
  // Intake is told of the report, notification of the case.
  const auto told = Outbox(name);
  EXPECT_TRUE(told.back().has_case_disposed());
  const db::Rows to_intake = database_.Query("SELECT event FROM outbox WHERE subject_id = ?",
                                             db::Params().Add(*id::FromName("reports", report)));
  ASSERT_EQ(to_intake.size(), 1u);
  mamori::v1::Event event;
  ASSERT_TRUE(event.ParseFromString(to_intake[0].GetBytes(0)));
  EXPECT_TRUE(event.has_report_disposed());
  EXPECT_EQ(event.subject_sequence(), 1);
  // The audit commits to the certificate, and the certificate is what is read.
  v1::GetDispositionRequest get;
  get.set_name(name);
  EXPECT_THAT(*retention_.GetDisposition(As("c"), get), EqualsProto(*done));
  EXPECT_THAT(retention_.GetDisposition(As("d", {"desk"}), get),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  const db::Rows kept = database_.Query("SELECT audit_random, certificate FROM disposition", {});
  const db::Rows entries = database_.Query(
      "SELECT entry FROM audit_entry WHERE kind = 2 AND resource_id = ? ORDER BY sequence DESC",
      db::Params().Add(*id::FromName("cases", name)));
  const auto entry = audit::Decode(entries[0].GetBytes(0));
  ASSERT_THAT(entry, IsOk());
  EXPECT_EQ(entry->action, "CertifyDisposal");
  EXPECT_EQ(entry->commitment, audit::Commit(kept[0].GetBytes(0), kept[0].GetBytes(1)));
  // Nothing is done with it any more.
  EXPECT_FALSE(Dispose("b", name, act).ok());
  EXPECT_THAT(acts_.Request(As("a"), AskDisposal(name)),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  auto reopen = Verb<v1::ReopenCaseRequest>(name);
  reopen.set_reason("r");
  EXPECT_THAT(worked_.Reopen(Call("m"), reopen),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  auto note = Verb<v1::AddNoteRequest>(name);
  note.mutable_note()->set_text("n");
  EXPECT_THAT(worked_.AddNote(Call("m"), note),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_EQ(DryRun().size(), 0u);
  // But for who may see what is left of it.
  ASSERT_THAT(Exclude(name, "out"), IsOk());
  EXPECT_TRUE(IsKeptOut(name, "out"));
  EXPECT_TRUE(IsKeptOut(name, "early"));
}

TEST_F(RetentionTest, ReopeningEndsTheCountAndClosingBeginsItAnew) {
  const std::string name = Closed();
  fake_.Advance(kFiveYears - 10 * kDay);
  Reasoned(&Cases::Reopen, name);
  fake_.Advance(20 * kDay);
  EXPECT_EQ(DryRun().size(), 0u) << "open";
  EXPECT_THAT(acts_.Request(As("a"), AskDisposal(name)),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  Close(name);
  EXPECT_EQ(DryRun().size(), 0u);
  EXPECT_THAT(acts_.Request(As("a"), AskDisposal(name)),
              HasReason(mamori::v1::ERROR_REASON_RETENTION_NOT_OVER));
  fake_.Advance(kFiveYears);
  EXPECT_EQ(DryRun().size(), 1u);
}

TEST_F(RetentionTest, WhatIsReopenedAfterApprovalStays) {
  const std::string name = Closed();
  fake_.Advance(kFiveYears);
  const v1::TwoPersonAct act = Approved(AskDisposal(name));
  WaitOver();
  Reasoned(&Cases::Reopen, name);
  EXPECT_THAT(Dispose("a", name, act), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  Close(name);
  EXPECT_FALSE(Dispose("a", name, act).ok());
  EXPECT_EQ(Get(name).notes_size(), 3);
}

TEST_F(RetentionTest, AHoldBeatsEveryTimerUntilTwoPersonsReleaseIt) {
  const std::string name = Closed();
  fake_.Advance(kFiveYears);
  const v1::TwoPersonAct act = Approved(AskDisposal(name));
  WaitOver();
  const auto hold = Hold(name);
  ASSERT_THAT(hold, IsOk());
  EXPECT_THAT(Dispose("a", name, act), HasReason(mamori::v1::ERROR_REASON_ON_HOLD));
  EXPECT_THAT(acts_.Request(As("a"), AskDisposal(name)),
              HasReason(mamori::v1::ERROR_REASON_ON_HOLD));
  EXPECT_EQ(Get(name).notes_size(), 1);
  const v1::TwoPersonAct release = Approved(Ask(v1::ACT_KIND_RELEASE_HOLD, hold->name()));
  WaitOver();
  auto request = Verb<v1::ReleaseHoldRequest>(hold->name());
  request.set_act(release.name());
  ASSERT_THAT(holds_.Release(As("a"), request), IsOk());
  EXPECT_THAT(Dispose("a", name, act), IsOk());
}

TEST_F(RetentionTest, AMergedCaseGoesAfterTheOneItWentInto) {
  const std::string from = Open("x").name(), into = Open("y").name();
  auto note = Verb<v1::AddNoteRequest>(from);
  note.mutable_note()->set_text("n");
  ASSERT_THAT(worked_.AddNote(Call("m"), note), IsOk());
  auto merge = Verb<v1::MergeCasesRequest>(from);
  merge.set_into(into);
  ASSERT_THAT(worked_.Merge(Call("m"), merge), IsOk());
  auto triage = Verb<v1::TriageCaseRequest>(into);
  triage.set_severity(mamori::v1::SEVERITY_LOW);
  ASSERT_THAT(worked_.Triage(Call("m"), triage), IsOk());
  fake_.Advance(kFiveYears);
  EXPECT_EQ(DryRun().size(), 0u) << "the other is open";
  Close(into);
  fake_.Advance(kFiveYears);
  ASSERT_EQ(DryRun().size(), 1u);
  EXPECT_THAT(acts_.Request(As("a"), AskDisposal(from)),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  const auto done = DisposeByTheBook(into);
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->reports_size(), 2);
  ASSERT_EQ(DryRun().size(), 1u);
  EXPECT_EQ(DryRun()[0].name(), from);
  ASSERT_THAT(DisposeByTheBook(from), IsOk());
  EXPECT_EQ(Count("SELECT COUNT(*) FROM case_note WHERE case_id = ?", from), 0);
}

TEST_F(RetentionTest, NoReportsComeToAClosedCaseUnlessItIsReopened) {
  const std::string closed = Closed();
  fake_.Advance(kFiveYears - 10 * kDay);
  const std::string other = Open("y").name();
  auto merge = Verb<v1::MergeCasesRequest>(other);
  merge.set_into(closed);
  EXPECT_THAT(worked_.Merge(Call("m"), merge),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  Reasoned(&Cases::Reopen, closed);
  ASSERT_THAT(worked_.Merge(Call("m"), merge), IsOk());
  Close(closed);
  fake_.Advance(20 * kDay);
  EXPECT_EQ(DryRun().size(), 0u);
}

TEST_F(RetentionTest, WithdrawnCasesAreKeptAsLong) {
  const std::string name = Open("x").name();
  Reasoned(&Cases::Withdraw, name);
  fake_.Advance(kFiveYears);
  ASSERT_EQ(DryRun().size(), 1u);
  EXPECT_EQ(DryRun()[0].state(), mamori::v1::CASE_STATE_WITHDRAWN);
  EXPECT_THAT(DisposeByTheBook(name), IsOk());
}

// Whoever is first: what is held stays, and what is gone cannot be held any more.
TEST_F(RetentionTest, ARaceOfHoldAndDisposalHasOneWinner) {
  for (int round = 0; round < 8; ++round) {
    const std::string name = Closed();
    fake_.Advance(kFiveYears);
    const v1::TwoPersonAct act = Approved(AskDisposal(name));
    WaitOver();
    auto dispose = Verb<v1::DisposeCaseRequest>(name);
    dispose.set_act(act.name());
    v1::PlaceHoldRequest place;
    place.set_request_id(absl::StrCat("request-", ++requests_));
    place.mutable_hold()->set_issuer("court");
    place.mutable_hold()->set_reason("r");
    place.mutable_hold()->set_case_name(name);
    std::atomic<bool> disposed = false, held = false;
    std::thread one([&] { disposed = retention_.Dispose(As("a"), dispose).ok(); });
    std::thread two([&] { held = holds_.Place(As("c"), place).ok(); });
    one.join();
    two.join();
    EXPECT_NE(disposed.load(), held.load());
    EXPECT_EQ(Get(name).notes_size(), disposed.load() ? 0 : 1);
  }
}

TEST_F(RetentionTest, WhoIsKeptOutCannotTellItFromNone) {
  const std::string name = Closed();
  ASSERT_THAT(Exclude(name, "out"), IsOk());
  const std::string never = id::Name("cases", ids_.NewId());
  const auto ask = [&](const std::string& which) {
    auto request = Verb<v1::DisposeCaseRequest>(which);
    request.set_act(id::Name("acts", ids_.NewId()));
    return retention_.Dispose(As("out"), request).status();
  };
  EXPECT_EQ(ask(name), ask(never));
  const auto get = [&](const std::string& which) {
    v1::GetDispositionRequest request;
    request.set_name(which);
    return retention_.GetDisposition(As("out"), request).status();
  };
  EXPECT_EQ(get(name), get(never));
  EXPECT_THAT(get(name), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace mamori::triage
