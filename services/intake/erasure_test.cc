// What is erased when a report is disposed of, on real databases: the service's own and the key
// store, each of which is set back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/audit/test_journal.h"
#include "common/client/fake_access_checker.h"
#include "common/crypto/wiped_heap.h"
#include "common/idempotency/hash.h"
#include "common/idempotency/test_page_tokens.h"
#include "common/sealing/fields.h"
#include "common/sealing/sql_key_store.h"
#include "common/sealing/test_sealer.h"
#include "common/testing/heap_search.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"
#include "services/intake/contacts.h"
#include "services/intake/content_seal.h"
#include "services/intake/disposals.h"
#include "services/intake/methods.h"
#include "services/intake/records.h"
#include "services/intake/report_access.h"
#include "services/intake/reports.h"
#include "services/intake/sql_disposal_store.h"
#include "services/intake/sql_intake_store.h"
#include "services/intake/test_requests.h"

namespace mamori::intake {
namespace {

using testing::HasReason;
using testing::IsOk;
using ::testing::SizeIs;

class ErasureTest : public ::testing::Test {
 protected:
  ErasureTest() { std::remove(file_.c_str()); }

  absl::Time Soon() const { return clock_.Now() + absl::Minutes(1); }
  server::CallContext Call() const {
    server::CallContext call = TestCall("acme", Soon());
    call.person = "test/desk";
    call.roles = {"desk"};
    return call;
  }

  // The report's name.
  std::string Submit(const std::string& request_id) {
    auto request = GoodSubmit(request_id);
    auto report = MakeNewReport(seal_, Call(), kSubmitReport, request, {ids_.NewId(), ids_.NewId()},
                                clock_.Now());
    EXPECT_THAT(report, IsOk());
    EXPECT_THAT(seal_.MakeDurable({&*report}, Soon()), IsOk());
    EXPECT_THAT(store_.InsertReports({&*report}, Soon()), IsOk());
    return id::Name("reports", report->report_id);
  }
  absl::StatusOr<mamori::v1::Report> Read(const std::string& name) {
    v1::GetReportRequest request;
    request.set_name(name);
    return reports_.Get(Call(), request);
  }
  // As triage tells of it, after all that the report's events told has left.
  absl::Status Erase(const std::string& name, const std::string& tenant = "acme") {
    database_.Run("DELETE FROM outbox");
    v1::IngestEventsRequest request;
    mamori::v1::Event& event = *request.add_events();
    event.set_event_id(ids_.NewId());
    event.set_tenant(tenant);
    event.set_source("triage");
    event.set_subject_id(*id::FromName("reports", name));
    event.set_subject_sequence(1);
    event.mutable_report_disposed()->set_case_id(ids_.NewId());
    const auto response = disposals_.Ingest(Call(), request);
    if (!response.ok()) return response.status();
    return status::FromProtoStatus(response->results(0).status());
  }
  // The service's own tables that have something of a report.
  void SaveAll() {
    for (const char* table : kTables) Save(database_, table);
  }
  void SetAllBack() {
    for (const char* table : kTables) SetBack(database_, table);
    database_.Run("DELETE FROM erased_key");
    database_.Run("DELETE FROM inbox");
  }
  static constexpr const char* kTables[] = {"report", "supplement", "contact", "request_id"};

  // As a backup would have it, and as its restore leaves it.
  void Save(testing::TestDatabase& database, const std::string& table) {
    database.Run(absl::StrCat("CREATE TABLE saved_", table, " AS SELECT * FROM ", table));
  }
  void SetBack(testing::TestDatabase& database, const std::string& table) {
    database.Run(absl::StrCat("DELETE FROM ", table));
    database.Run(absl::StrCat("INSERT INTO ", table, " SELECT * FROM saved_", table));
  }

  time::SystemClock clock_;
  id::RandomIdSource ids_;
  const std::string file_ = ::testing::TempDir() + "/erasure_test.erased";
  testing::TestDatabase database_{"deploy/db/migrations/intake"};
  testing::TestDatabase keys_{"deploy/db/migrations/keys"};
  sealing::SqlKeyStore key_store_{keys_.transactor(), clock_};
  const sealing::TestSealing sealing_{key_store_};
  const ContentSeal seal_{sealing_.sealer()};
  const audit::Journal journal_ = audit::TestJournal("intake", clock_);
  SqlIntakeStore store_{database_.transactor(), clock_, journal_};
  client::FakeAccessChecker checker_{[](const auto&) { return client::Access::kAllowed; }};
  const ReportAccess access_{checker_, store_, sealing_.sealer()};
  const idempotency::PageTokens tokens_ = idempotency::TestPageTokens(clock_);
  Reports reports_{store_, access_, sealing_.sealer(), tokens_, clock_, ids_, nullptr};
  Contacts contacts_{store_, access_, sealing_.sealer(), tokens_, clock_, ids_, [] {}};
  sealing::Eraser eraser_{key_store_, file_, clock_};
  SqlDisposalStore disposal_store_{database_.transactor(), clock_, journal_, eraser_};
  Disposals disposals_{disposal_store_};
};

TEST_F(ErasureTest, TakesAReportWithAllThatBelongsToItAndNothingElse) {
  const std::string name = Submit("request-0001");
  const std::string kept = Submit("request-0002");
  ASSERT_THAT(reports_.Supplement(Call(), GoodSupplement(name)), IsOk());
  ASSERT_THAT(contacts_.Record(Call(), GoodContact(name)), IsOk());
  ASSERT_THAT(Read(name), IsOk());
  ASSERT_THAT(Erase(name), IsOk());
  EXPECT_THAT(Read(name), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Read(kept), IsOk());
  const auto contacts = contacts_.List(Call(), {});
  ASSERT_THAT(contacts, IsOk());
  EXPECT_THAT(contacts->contacts(), SizeIs(0));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM report"), 1);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM erased_key"), 1);
  EXPECT_EQ(keys_.Number("SELECT COUNT(*) FROM erased_key"), 1);
}

TEST_F(ErasureTest, HoldsWhenTheDatabaseIsSetBackToBefore) {
  const std::string name = Submit("request-0001");
  const std::string kept = Submit("request-0002");
  ASSERT_THAT(reports_.Supplement(Call(), GoodSupplement(name)), IsOk());
  ASSERT_THAT(contacts_.Record(Call(), GoodContact(name)), IsOk());
  SaveAll();
  ASSERT_THAT(Erase(name), IsOk());
  SetAllBack();
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM report"), 2);
  EXPECT_THAT(Read(name), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(contacts_.List(Call(), {})->contacts(), SizeIs(0));
  // The stored answer to the same call told its words too.
  EXPECT_FALSE(reports_.Supplement(Call(), GoodSupplement(name)).ok());
  EXPECT_THAT(Read(kept), IsOk());
}

TEST_F(ErasureTest, IsDoneAgainWhenTheKeyStoreIsSetBack) {
  const std::string name = Submit("request-0001");
  const std::string kept = Submit("request-0002");
  SaveAll();
  Save(keys_, "key_batch");
  ASSERT_THAT(Erase(name), IsOk());
  SetBack(database_, "report");
  SetBack(keys_, "key_batch");
  keys_.Run("DELETE FROM erased_key");
  ASSERT_THAT(Read(name), IsOk()) << "this test would see nothing";
  EXPECT_EQ(*eraser_.Replay(database_.transactor()), 1);
  EXPECT_THAT(Read(name), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Read(kept), IsOk());
  EXPECT_EQ(*eraser_.Replay(database_.transactor()), 0);
}

TEST_F(ErasureTest, IsDoneAgainFromItsFileWhenBothAreSetBack) {
  const std::string name = Submit("request-0001");
  SaveAll();
  Save(keys_, "key_batch");
  ASSERT_THAT(Erase(name), IsOk());
  SetAllBack();
  SetBack(keys_, "key_batch");
  keys_.Run("DELETE FROM erased_key");
  database_.Run("DELETE FROM erased_key");
  ASSERT_THAT(Read(name), IsOk()) << "this test would see nothing";
  EXPECT_EQ(*eraser_.Replay(database_.transactor()), 1);
  EXPECT_THAT(Read(name), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
}

TEST_F(ErasureTest, IsFinishedWhenTheKeyStoreIsThereAgain) {
  const std::string name = Submit("request-0001");
  const std::string other = Submit("request-0002");
  SaveAll();
  keys_.Run("RENAME TABLE key_batch TO away");
  EXPECT_FALSE(Erase(name).ok());
  EXPECT_FALSE(Erase(other).ok());
  EXPECT_FALSE(eraser_.FinishErasures(Soon()).ok());
  keys_.Run("RENAME TABLE away TO key_batch");
  SetBack(database_, "report");
  EXPECT_THAT(Read(name), IsOk()) << "this test would see nothing";
  EXPECT_THAT(eraser_.FinishErasures(Soon()), IsOk());
  EXPECT_THAT(Read(name), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Read(other), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
}

// By a process that did not live to see it.
TEST_F(ErasureTest, IsFinishedAtTheNextStartWhenTheKeyStoreWasAway) {
  const std::string name = Submit("request-0001");
  SaveAll();
  keys_.Run("RENAME TABLE key_batch TO away");
  EXPECT_FALSE(Erase(name).ok());
  keys_.Run("RENAME TABLE away TO key_batch");
  SetBack(database_, "report");
  EXPECT_THAT(Read(name), IsOk());
  sealing::Eraser next(key_store_, file_, clock_);
  EXPECT_EQ(*next.Replay(database_.transactor()), 1);
  EXPECT_THAT(Read(name), HasReason(mamori::v1::ERROR_REASON_NOT_FOUND));
}

#if !defined(__SANITIZE_ADDRESS__)
// Whatever opened it, and whoever forgot to wipe it.
TEST_F(ErasureTest, LeavesNothingInMemoryOnceItIsAnswered) {
  crypto::WipeWhatIsFreed();
  const testing::HeapCanary told(1), added(2);
  std::string name;
  {
    auto request = GoodSubmit();
    request.mutable_report()->set_narrative(told.Words());
    request.mutable_report()->mutable_occurrences(0)->set_place(told.Words());
    auto report = MakeNewReport(seal_, Call(), kSubmitReport, request, {ids_.NewId(), ids_.NewId()},
                                clock_.Now());
    ASSERT_THAT(report, IsOk());
    ASSERT_THAT(seal_.MakeDurable({&*report}, Soon()), IsOk());
    ASSERT_THAT(store_.InsertReports({&*report}, Soon()), IsOk());
    name = id::Name("reports", report->report_id);
    EXPECT_GE(told.Count(), 1) << "this test would see nothing";
  }
  EXPECT_EQ(told.Count(), 0) << "of what was handed in";
  {
    auto supplement = GoodSupplement(name);
    supplement.mutable_supplement()->set_text(added.Words());
    auto contact = GoodContact(name);
    contact.mutable_contact()->set_demand(added.Words());
    for (int again = 0; again < 2; ++again) {
      ASSERT_THAT(reports_.Supplement(Call(), supplement), IsOk());
      ASSERT_THAT(contacts_.Record(Call(), contact), IsOk());
    }
    EXPECT_GE(added.Count(), 2) << "this test would see nothing";
  }
  EXPECT_EQ(added.Count(), 0) << "of what was added, and of its kept answer";
  {
    const auto read = Read(name);
    const auto list = reports_.List(Call(), {});
    const auto contacts = contacts_.List(Call(), {});
    ASSERT_TRUE(read.ok() && list.ok() && contacts.ok());
    EXPECT_GE(told.Count(), 3) << "this test would see nothing";
    EXPECT_GE(added.Count(), 2) << "this test would see nothing";
  }
  EXPECT_EQ(told.Count(), 0) << "of what was read";
  EXPECT_EQ(added.Count(), 0) << "of what was read";
}
#endif

// Whoever has a text, all databases and all keys cannot tell whether it was this one.
TEST_F(ErasureTest, LeavesNothingThatConfirmsAKnownText) {
  const std::string name = Submit("request-0001");
  const std::string body = GoodSubmit().report().SerializeAsString();
  const auto confirms = [&] {
    const db::Rows rows =
        database_.Query("SELECT body_digest, summary, body, report_id FROM report");
    const auto key = sealing_.sealer().FetchKey("acme", rows[0].GetBytes(1), Soon());
    if (!key.ok()) return false;
    const auto heading =
        key->Open(sealing::ReportHeading("acme", rows[0].GetBytes(3)), rows[0].GetBytes(1));
    return heading.ok() && audit::Commit(heading->substr(0, 32), body) == rows[0].GetBytes(0);
  };
  EXPECT_TRUE(confirms()) << "this test would see nothing";
  const std::vector<std::string> hashes = {idempotency::Hash({body}), audit::Commit("", body),
                                           idempotency::Hash({GoodSubmit().report().narrative()})};
  for (const char* column : {"body_digest", "summary", "body", "request_key", "audit_first"}) {
    for (const std::string& hash : hashes) {
      EXPECT_EQ(database_.Number(
                    absl::StrCat("SELECT COUNT(*) FROM report WHERE INSTR(", column, ", ?) > 0"),
                    db::Params().Add(hash)),
                0)
          << column;
    }
  }
  SaveAll();
  ASSERT_THAT(Erase(name), IsOk());
  SetAllBack();
  EXPECT_FALSE(confirms());
}

}  // namespace
}  // namespace mamori::intake
