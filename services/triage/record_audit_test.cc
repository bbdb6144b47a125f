// Holds, acts, tenant records and assessments, and an administrator of the database who deletes
// them, puts older ones back, or destroys their keys.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "common/audit/checkpointer.h"
#include "common/audit/test_service.h"
#include "common/status/macros.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/sql_hold_rows.h"
#include "services/triage/sql_tenant_record_store.h"
#include "services/triage/test_retention_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::Contains;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::StatusIs;

constexpr char kNotTold[] = ": its row is not what the audit tells of";

class KeptRecordTest : public RetentionFixture {
 protected:
  KeptRecordTest() { EXPECT_THAT(checkpointer_.EnsureGenesis(), IsOk()); }

  std::vector<std::string> Findings() {
    audit::SinkCopy sink{.name = "file"};
    sink.checkpoints = *database_.transactor().Run<std::vector<mamori::v1::Checkpoint>>(
        {}, [&](db::Tx& tx) { return audit::ReadCheckpoints(tx, "triage", -1, 1000); });
    audit::Verifier verifier(
        database_.transactor(), journal_.authenticator(), key_.public_key(),
        {.now = clock_.Now(), .max_age = absl::InfiniteDuration(), .sealer = &keys_.sealer()});
    return verifier.Run({sink})->findings;
  }
  bool IsHeldNow(const std::string& name) {
    const auto held = database_.transactor().Run<bool>({}, [&](db::Tx& tx) -> absl::StatusOr<bool> {
      ASSIGN_OR_RETURN(const CaseRow row,
                       SelectCase(tx, guarded_seal_, "t", *id::FromName("cases", name), false));
      return IsHeld(tx, guarded_seal_, row);
    });
    EXPECT_THAT(held, IsOk());
    return held.ok() && *held;
  }
  void Save(const std::string& table) {
    database_.Run("CREATE TABLE saved_" + table + " AS SELECT * FROM " + table);
  }
  void SetBack(const std::string& table) {
    database_.Run("DELETE FROM " + table);
    database_.Run("INSERT INTO " + table + " SELECT * FROM saved_" + table);
  }
  void Destroy(const std::string& sealed) {
    const auto header = sealing::HeaderOf(sealed);
    ASSERT_THAT(header, IsOk());
    ASSERT_THAT(keys_.store.Erase({std::string(header->key_id)}, clock_.Now(), Deadline()), IsOk());
  }
  // The report's words are judged again.
  void Supplement(const std::string& report, int64_t sequence, const std::string& text) {
    const id::Id report_id = *id::FromName("reports", report);
    mamori::v1::Event more = MakeEvent("intake", "t", report_id, sequence);
    more.mutable_report_supplemented()->set_supplement_id(ids_.NewId());
    source_.reports[{"t", report_id}].add_supplements()->set_text(text);
    ASSERT_THAT(Apply({more})[0], IsOk());
  }

  const crypto::SigningKey key_ = audit::Service::Sign('d');
  audit::Checkpointer checkpointer_{
      {database_.transactor(), journal_.authenticator(), key_, clock_, ids_, telemetry_}, {}};
};

TEST_F(KeptRecordTest, AHoldThatIsTakenAwayHoldsAllTheSame) {
  const std::string name = Closed();
  const auto hold = Hold(name);
  ASSERT_THAT(hold, IsOk());
  EXPECT_THAT(Findings(), IsEmpty());
  Save("legal_hold");
  Save("legal_hold_target");
  const auto attacked = [&](const char* finding) {
    EXPECT_TRUE(IsHeldNow(name));
    EXPECT_THAT(Findings(), Contains(HasSubstr(finding)));
    SetBack("legal_hold");
    SetBack("legal_hold_target");
    EXPECT_THAT(Findings(), IsEmpty());
  };
  database_.Run("DELETE FROM legal_hold_target");
  attacked("the row of holds/");
  // On another case instead.
  database_.Run("UPDATE legal_hold_target SET target = REPEAT('x', 16)");
  attacked("the row of holds/");
  database_.Run("DELETE FROM legal_hold");
  EXPECT_TRUE(IsHeldNow(name));
  EXPECT_GE(telemetry_.Take("missing"), 1);
  attacked(": its row is missing");
  database_.Run("DELETE FROM legal_hold");
  database_.Run("DELETE FROM legal_hold_target");
  fake_.Advance(kFiveYears);
  EXPECT_THAT(acts_.Request(As("a"), AskDisposal(name)),
              HasReason(mamori::v1::ERROR_REASON_ON_HOLD));
  attacked(": its row is missing");
}

// Disposal looks for itself, whatever was approved before.
TEST_F(KeptRecordTest, AHoldThatIsTakenAwayStopsADisposalThatWasApproved) {
  const std::string name = Closed();
  fake_.Advance(kFiveYears);
  const v1::TwoPersonAct act = Approved(AskDisposal(name));
  ASSERT_THAT(Hold(name), IsOk());
  database_.Run("DELETE FROM legal_hold");
  database_.Run("DELETE FROM legal_hold_target");
  WaitOver();
  EXPECT_THAT(Dispose("b", name, act), HasReason(mamori::v1::ERROR_REASON_ON_HOLD));
  EXPECT_EQ(Get(name).state(), mamori::v1::CASE_STATE_CLOSED);
}

TEST_F(KeptRecordTest, AReleasedHoldThatIsPutBackIsFound) {
  const std::string name = Open("x").name();
  const auto hold = Hold(name);
  ASSERT_THAT(hold, IsOk());
  Save("legal_hold");
  const v1::TwoPersonAct act = Approved(Ask(v1::ACT_KIND_RELEASE_HOLD, hold->name()));
  WaitOver();
  auto request = Verb<v1::ReleaseHoldRequest>(hold->name());
  request.set_act(act.name());
  ASSERT_THAT(holds_.Release(As("b"), request), IsOk());
  EXPECT_FALSE(IsHeldNow(name));
  EXPECT_THAT(Findings(), IsEmpty());
  SetBack("legal_hold");
  EXPECT_TRUE(IsHeldNow(name)) << "one that is not believed holds";
  EXPECT_THAT(Findings(), Contains(hold->name() + kNotTold));
}

TEST_F(KeptRecordTest, WhatHoldsAPersonOrFollowedACaseIsToldToo) {
  const std::string first = Open("x").name(), second = Open("y").name();
  ASSERT_THAT(Hold(first), IsOk());
  auto merge = Verb<v1::MergeCasesRequest>(first);
  merge.set_into(second);
  ASSERT_THAT(worked_.Merge(Call("m"), merge), IsOk());
  v1::PlaceHoldRequest actor;
  actor.set_request_id("request-actor");
  actor.mutable_hold()->set_issuer("court");
  actor.mutable_hold()->set_reason("r");
  actor.mutable_hold()->set_actor("accused");
  ASSERT_THAT(holds_.Place(As("a"), actor), IsOk());
  const std::string internal = Open("i", mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT).name();
  v1::GetAccessRequest get;
  get.set_name(internal);
  auto match = Verb<v1::MatchActorRequest>(internal);
  match.set_slot(access_.Get(As("a"), get)->slots(0).name());
  match.mutable_match()->set_person("accused");
  ASSERT_THAT(access_.Match(As("a"), match), IsOk());
  EXPECT_THAT(Findings(), IsEmpty());
  database_.Run("DELETE FROM legal_hold_target");
  EXPECT_TRUE(IsHeldNow(second));
  EXPECT_TRUE(IsHeldNow(internal));
  EXPECT_THAT(Findings(), Contains(HasSubstr("the holds on " + second)));
  EXPECT_THAT(Findings(), Contains(HasSubstr("the holds on the person ")));
}

// What is left: the service asks the audit, and whoever takes its entries too is found by the
// verifier alone, once a sink has them.
TEST_F(KeptRecordTest, WhoTakesTheAuditsEntriesTooIsFoundByTheVerifier) {
  const std::string name = Open("x").name();
  ASSERT_THAT(Hold(name), IsOk());
  time::FakeClock ahead(clock_.Now() + absl::Minutes(2));
  audit::Checkpointer later(
      {database_.transactor(), journal_.authenticator(), key_, ahead, ids_, telemetry_},
      {.interval = absl::Seconds(5), .lease = absl::Hours(1)});
  ASSERT_THAT(later.RunOnce(), IsOk());
  database_.Run("DELETE FROM legal_hold");
  database_.Run("DELETE FROM legal_hold_target");
  database_.Run("DELETE FROM audit_entry WHERE kind = 254");
  EXPECT_FALSE(IsHeldNow(name));
  EXPECT_THAT(Findings(), Contains(HasSubstr("the holds on " + name + ": entry 1 that")));
  EXPECT_THAT(Findings(), Contains(HasSubstr(": its row is missing")));
}

TEST_F(KeptRecordTest, AnActThatIsPutBackOrTakenAwayIsFound) {
  const std::string name = Open("x").name();
  ASSERT_THAT(Exclude(name, "out"), IsOk());
  const auto asked = acts_.Request(As("a"), AskRemoval(name, "out"));
  ASSERT_THAT(asked, IsOk());
  EXPECT_THAT(Findings(), IsEmpty());
  Save("two_person_act");
  ASSERT_THAT(Approve("b", *asked), IsOk());
  EXPECT_THAT(Findings(), IsEmpty());
  SetBack("two_person_act");
  EXPECT_THAT(Findings(), Contains(asked->name() + kNotTold));
  database_.Run("DELETE FROM two_person_act");
  EXPECT_THAT(Findings(), Contains(asked->name() + ": its row is missing"));
}

TEST_F(KeptRecordTest, AnErasureThatNobodyDecidedIsFoundInEveryRecord) {
  const std::string name = Open("x").name();
  ASSERT_THAT(Exclude(name, "out"), IsOk());
  const auto act = acts_.Request(As("a"), AskRemoval(name, "out"));
  ASSERT_THAT(act, IsOk());
  const auto hold = Hold(name);
  ASSERT_THAT(hold, IsOk());
  SqlTenantRecordStore records(database_.transactor(), clock_, guarded_seal_, keys_.sealer(),
                               marks_);
  const auto breach =
      records.Add({"key", "digest", Deadline()}, {{"portal", "a"}, "ReportBreach"}, kBreaches,
                  {.record_id = ids_.NewId(),
                   .tenant = "t",
                   .create_time = clock_.Now(),
                   .body = "what leaked"});
  ASSERT_THAT(breach, IsOk());
  EXPECT_THAT(Findings(), IsEmpty());
  Save("tenant_record");
  database_.Run("UPDATE tenant_record SET version = version + 1");
  EXPECT_THAT(Findings(), Contains(id::Name("breaches", *breach) + kNotTold));
  SetBack("tenant_record");
  Destroy(database_.Query("SELECT record FROM tenant_record")[0].GetBytes(0));
  Destroy(database_.Query("SELECT record FROM legal_hold")[0].GetBytes(0).substr(1));
  // The case's own, under which its assessment and the act are.
  Destroy(database_.Query("SELECT assessment FROM case_report")[0].GetBytes(0));
  const std::vector<std::string> findings = Findings();
  for (const std::string& one : {id::Name("breaches", *breach), hold->name(), act->name(),
                                 "the assessment of " + source_.reports.begin()->second.name()}) {
    EXPECT_THAT(findings, Contains(one + audit::kErasedUndecided));
  }
}

TEST_F(KeptRecordTest, ADisposalExcusesWhatItErases) {
  const std::string name = Closed();
  ASSERT_THAT(Exclude(name, "out"), IsOk());
  ASSERT_THAT(acts_.Request(As("a"), AskRemoval(name, "out")), IsOk());
  fake_.Advance(kFiveYears);
  ASSERT_THAT(DisposeByTheBook(name), IsOk());
  const std::vector<std::string> findings = Findings();
  EXPECT_THAT(findings, Not(Contains(HasSubstr(audit::kErasedUndecided))));
  EXPECT_THAT(findings, Not(Contains(HasSubstr("missing"))));
}

TEST_F(KeptRecordTest, AnOlderAssessmentThatIsPutBackOpensNoMore) {
  const mamori::v1::Case open = Open("x");
  const std::string report = open.reports(0);
  Save("case_report");
  Supplement(report, 2, "今日、殴られました。");
  EXPECT_EQ(Get(report).assessments(0).severity(), mamori::v1::SEVERITY_CRITICAL);
  EXPECT_THAT(Findings(), IsEmpty());
  v1::GetCaseRequest get;
  get.set_name(open.name());
  SetBack("case_report");
  EXPECT_THAT(cases_.Get(Call("Get"), get), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(Findings(), Contains("the assessment of " + report +
                                   ": it is not the one that the audit tells of"));
  database_.Run("UPDATE case_report SET assessment = ''");
  EXPECT_THAT(Findings(), Contains("the assessment of " + report + ": it is missing"));
  database_.Run("DELETE FROM case_report");
  EXPECT_THAT(Findings(), Contains("the assessment of " + report + ": its row is missing"));
  EXPECT_THAT(Findings(), Contains(report + ": no case has it"));
}

TEST_F(KeptRecordTest, AnAssessmentKeepsItsVersionInAnotherCase) {
  const mamori::v1::Case first = Open("x"), second = Open("y");
  Supplement(first.reports(0), 2, "今日、殴られました。");
  auto merge = Verb<v1::MergeCasesRequest>(first.name());
  merge.set_into(second.name());
  ASSERT_THAT(worked_.Merge(Call("m"), merge), IsOk());
  EXPECT_EQ(Get(second.name()).assessments_size(), 2);
  EXPECT_THAT(Findings(), IsEmpty());
  Supplement(first.reports(0), 3, "また来ました。");
  EXPECT_EQ(Get(second.name()).assessments_size(), 2);
  EXPECT_THAT(Findings(), IsEmpty());
}

}  // namespace
}  // namespace mamori::triage
