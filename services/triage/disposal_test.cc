// What is disposed of, when a backup of it is put back, or the key store is away.
#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "common/crypto/wiped_heap.h"
#include "common/testing/heap_search.h"
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

#if !defined(__SANITIZE_ADDRESS__)
// Whatever opened it, and whoever forgot to wipe it: notes, records of the work, kept answers.
TEST_F(DisposalTest, NothingOfAnAnswerStaysInMemory) {
  crypto::WipeWhatIsFreed();
  const testing::HeapCanary noted(1), found(2);
  const std::string name = Open("x").name();
  Casework casework({work_store_, case_store_, gate_, assessors_, fake_, ids_, [] {}, tokens_});
  FactFindings findings(casework);
  {
    auto note = Verb<v1::AddNoteRequest>(name);
    note.mutable_note()->set_text(noted.Words());
    auto find = Verb<v1::RecordFindingRequest>(name);
    find.mutable_finding()->set_text(found.Words());
    find.mutable_finding()->add_sources()->set_resource(Get(name).reports(0));
    find.mutable_finding()->set_outcome(v1::FACT_OUTCOME_SUBSTANTIATED);
    for (int again = 0; again < 2; ++again) {
      ASSERT_THAT(worked_.AddNote(Call("m"), note), IsOk());
      ASSERT_THAT(findings.RecordFinding(Call("Find"), find), IsOk());
    }
    EXPECT_GE(noted.Count(), 1) << "this test would see nothing";
    EXPECT_GE(found.Count(), 1) << "this test would see nothing";
  }
  EXPECT_EQ(noted.Count(), 0) << "of what came in";
  EXPECT_EQ(found.Count(), 0) << "of what came in";
  {
    v1::GetFactFindingRequest get;
    get.set_name(name);
    const auto read = findings.Get(Call("Get"), get);
    const mamori::v1::Case seen = Get(name);
    ASSERT_THAT(read, IsOk());
    EXPECT_GE(noted.Count(), 1) << "this test would see nothing";
    EXPECT_GE(found.Count(), 1) << "this test would see nothing";
  }
  EXPECT_EQ(noted.Count(), 0) << "of what was read";
  EXPECT_EQ(found.Count(), 0) << "of what was read";
}
#endif

// Neither who was named, nor what was asked or told of which report, is known again: keyed hashes
// under a key that is there confirm all of it.
TEST_F(DisposalTest, WhatWasDerivedIsForgottenAgainAfterARestore) {
  const std::string name = Closed(), kept = Closed();
  const std::vector<std::string> derived = {"actor_mention", "report_sketch", "contact_mark",
                                            "contact_crossing", "work_item"};
  const auto fill = [&] {
    database_.Run(
        "REPLACE INTO actor_mention SELECT tenant, report_id, 0, report_id, 1, 9 FROM case_report");
    database_.Run("REPLACE INTO report_sketch SELECT tenant, 0, report_id, 's' FROM case_report");
    database_.Run(
        "REPLACE INTO contact_mark SELECT tenant, report_id, 'c', 0, report_id, 5, report_id,"
        " report_id FROM case_report");
    database_.Run(
        "REPLACE INTO contact_crossing (crossing_id, tenant, company, actor_id, threshold,"
        " policy_digest, value, window_end, contact_id, audience, state, case_id, create_time,"
        " audit_first) SELECT report_id, tenant, 'c', report_id, 't', '', 1, 0, report_id, 1, 1,"
        " case_id, 0, REPEAT('a', 32) FROM case_report");
    database_.Run(
        "REPLACE INTO work_item SELECT report_id, tenant, case_id, 1, 1, 'o', 0, report_id FROM"
        " case_report");
  };
  const auto count = [&] {
    std::vector<int64_t> rows;
    for (const std::string& table : derived) {
      rows.push_back(database_.Number("SELECT COUNT(*) FROM " + table));
    }
    return rows;
  };
  fake_.Advance(kFiveYears);
  const v1::TwoPersonAct act = Approved(AskDisposal(name));
  WaitOver();
  fill();
  ASSERT_THAT(Dispose("b", name, act), IsOk());
  EXPECT_THAT(count(), Each(1)) << "the other case's";
  ASSERT_THAT(retention_store_.ForgetErased(), IsOk());
  EXPECT_THAT(count(), Each(1)) << "nobody else's goes with it";

  // All rows of before are there again, and the list of what was erased is not.
  fill();
  database_.Run("DELETE FROM erased_key");
  EXPECT_THAT(count(), Each(2));
  ASSERT_THAT(retention_store_.ForgetErased(), IsOk());
  EXPECT_THAT(count(), Each(2)) << "this test would see nothing";
  EXPECT_THAT(eraser_.Replay(database_.transactor()), IsOk());
  ASSERT_THAT(retention_store_.ForgetErased(), IsOk());
  EXPECT_THAT(count(), Each(1));
  EXPECT_EQ(Count("SELECT COUNT(*) FROM contact_crossing WHERE case_id = ?", kept), 1);
  // Each of them alone is found.
  for (const std::string& table : derived) {
    fill();
    for (const std::string& other : derived) {
      if (other != table) database_.Run("DELETE FROM " + other);
    }
    EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM " + table), 2) << table;
    ASSERT_THAT(retention_store_.ForgetErased(), IsOk());
    EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM " + table), 1) << table;
  }
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
