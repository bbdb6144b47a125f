// What is disposed of, when a backup of it is put back, or the key store is away.
#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "services/triage/casework.h"
#include "services/triage/fact_findings.h"
#include "services/triage/test_retention_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::Each;
using ::testing::Gt;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;

using DisposalTest = RetentionFixture;

// A backup from before the disposal, put back with all keys of now: the rows are there, and nothing
// of the case's content opens.
TEST_F(DisposalTest, WhatWasDisposedOfOpensInNoBackup) {
  const std::string name = Open("x").name();
  Casework casework({work_store_, case_store_, gate_, assessors_, fake_, ids_, [] {}, tokens_});
  FactFindings findings(casework);
  auto find = Verb<v1::RecordFindingRequest>(name);
  find.mutable_finding()->set_text("it was so");
  find.mutable_finding()->add_sources()->set_resource(Get(name).reports(0));
  find.mutable_finding()->set_outcome(v1::FACT_OUTCOME_SUBSTANTIATED);
  ASSERT_THAT(findings.RecordFinding(Call("Find"), find), IsOk());
  auto triage = Verb<v1::TriageCaseRequest>(name);
  triage.set_severity(mamori::v1::SEVERITY_LOW);
  ASSERT_THAT(worked_.Triage(Call("m"), triage), IsOk());
  Close(name);
  fake_.Advance(kFiveYears);
  const v1::TwoPersonAct act = Approved(AskDisposal(name));
  WaitOver();

  const std::vector<std::pair<std::string, std::string>> sealed = {{"case_note", "text"},
                                                                   {"case_work", "body"},
                                                                   {"case_report", "assessment"},
                                                                   {"two_person_act", "record"},
                                                                   {"request_id", "response"}};
  const std::vector<std::string> tables = {"case_note",      "case_work",  "case_report",
                                           "two_person_act", "request_id", "case_record",
                                           "case_access",    "case_key",   "audit_entry"};
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
  for (const std::string& table : tables) {
    database_.Run("CREATE TABLE saved_" + table + " AS SELECT * FROM " + table);
  }
  ASSERT_THAT(Dispose("b", name, act), IsOk());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM erased_key"), 1);
  for (const std::string& table : tables) {
    database_.Run("DELETE FROM " + table);
    database_.Run("INSERT INTO " + table + " SELECT * FROM saved_" + table);
  }
  EXPECT_THAT(opens(), Each(0));
  const auto after = Get(name);
  EXPECT_EQ(after.state(), mamori::v1::CASE_STATE_CLOSED) << "as the backup has it";
  EXPECT_EQ(after.notes_size(), 0);
  EXPECT_EQ(after.assessments(0).ByteSizeLong(), 0u);
  v1::GetFactFindingRequest get;
  get.set_name(name);
  EXPECT_THAT(findings.Get(Call("Get"), get), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_FALSE(findings.RecordFinding(Call("Find"), find).ok());
}

// The key store does not hold up what two people have decided, nor is its part forgotten.
TEST_F(DisposalTest, TheKeyIsErasedAsSoonAsTheKeyStoreIsThere) {
  const std::string name = Closed();
  fake_.Advance(kFiveYears);
  const v1::TwoPersonAct act = Approved(AskDisposal(name));
  WaitOver();
  const db::Rows keys = database_.Query("SELECT key_id FROM case_key");
  ASSERT_EQ(keys.size(), 1u);
  const auto erased = [&] {
    return sealing::IsErased(
        keys_.sealer().FetchKeyById("t", keys[0].GetBytes(0), Deadline()).status());
  };
  auto request = Verb<v1::DisposeCaseRequest>(name);
  request.set_act(act.name());
  keys_.store.FailErasuresWith(absl::UnavailableError("away"));
  EXPECT_THAT(retention_.Dispose(As("b"), request), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(Get(name).state(), mamori::v1::CASE_STATE_DISPOSED);
  EXPECT_FALSE(erased());
  keys_.store.FailErasuresWith(absl::OkStatus());
  // The same call again, or the worker, or the next start.
  EXPECT_THAT(retention_.Dispose(As("b"), request), IsOk());
  EXPECT_TRUE(erased());
  EXPECT_THAT(eraser_.FinishErasures(Deadline()), IsOk());
}

}  // namespace
}  // namespace mamori::triage
