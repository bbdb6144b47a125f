// The service's database user can do what the stores do, and cannot change what people told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/audit/test_journal.h"
#include "common/db/pool.h"
#include "common/db/schema.h"
#include "common/id/id.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"
#include "services/intake/methods.h"
#include "services/intake/records.h"
#include "services/intake/sql_blob_store.h"
#include "services/intake/sql_disposal_store.h"
#include "services/intake/sql_evidence_store.h"
#include "services/intake/sql_intake_store.h"
#include "services/intake/test_content.h"
#include "services/intake/test_requests.h"

namespace mamori::intake {
namespace {

using testing::IsOk;
using ::testing::Not;

class GrantsTest : public ::testing::Test {
 protected:
  GrantsTest() {
    const std::string schema = database_.options().schema;
    // Short enough for both dialects, and of this test alone.
    user_ = absl::StrCat("g", id::ToText(ids_.NewId()).substr(0, 15));
    const std::string account = absl::StrCat("'", user_, "'@'%'");
    database_.Run(absl::StrCat("CREATE USER ", account, " IDENTIFIED BY 'intake'"));
    std::stringstream grants;
    grants << std::ifstream(testing::SourceRoot() + "/deploy/db/grants/intake.sql").rdbuf();
    for (const auto statement : absl::StrSplit(grants.str(), ';', absl::SkipWhitespace())) {
      database_.Run(absl::StrReplaceAll(statement, {{"{schema}", schema}, {"{user}", account}}));
    }
    db::PoolOptions options = database_.options();
    options.user = user_;
    options.password = "intake";
    pool_ = db::Pool::Create(options);
    transactor_ = std::make_unique<db::Transactor>(*pool_, clock_, sleeper_);
    store_ = std::make_unique<SqlIntakeStore>(*transactor_, clock_, journal_);
  }
  ~GrantsTest() override {
    pool_.reset();
    database_.Run(absl::StrCat("DROP USER '", user_, "'@'%'"));
  }

  absl::Status Execute(const std::string& sql) {
    return transactor_->Run({}, [&](db::Tx& tx) { return tx.Execute(sql, {}).status(); });
  }

  testing::TestDatabase database_{"deploy/db/migrations/intake"};
  time::SystemClock clock_;
  const audit::Journal journal_ = audit::TestJournal("intake", clock_);
  time::SystemSleeper sleeper_;
  id::RandomIdSource ids_;
  std::string user_;
  std::unique_ptr<db::Pool> pool_;
  std::unique_ptr<db::Transactor> transactor_;
  std::unique_ptr<SqlIntakeStore> store_;
};

TEST_F(GrantsTest, AllowEverythingTheStoreDoes) {
  const absl::Time soon = clock_.Now() + absl::Minutes(1);
  auto request = GoodSubmit();
  const NewReport report =
      MakeTestReport(TestCall(), kSubmitReport, request, {ids_.NewId(), ids_.NewId()}, TestNow());
  const std::string name = id::Name("reports", report.report_id);
  EXPECT_THAT(db::CheckSchemaVersion(*pool_, kMinimumSchema), IsOk());
  EXPECT_THAT(store_->InsertReports({&report}, soon), IsOk());
  EXPECT_THAT(store_->FindAnswers({report.answer.key}, soon), IsOk());
  EXPECT_THAT(store_->GetReports("acme", {report.report_id}, soon), IsOk());
  EXPECT_THAT(store_->AddSupplement(MakeTestSupplement(TestCall(), GoodSupplement(name),
                                                       {ids_.NewId(), ids_.NewId()}, TestNow()),
                                    soon),
              IsOk());
  EXPECT_THAT(store_->GetSupplements("acme", report.report_id, 10, soon), IsOk());
  EXPECT_THAT(store_->ListReports("acme", {}, {}, 10, soon), IsOk());
  EXPECT_THAT(store_->AddContact(MakeTestContact(TestCall(), GoodContact(name),
                                                 {ids_.NewId(), ids_.NewId()}, TestNow()),
                                 soon),
              IsOk());
  EXPECT_THAT(store_->ListContacts("acme", {}, {}, 10, soon), IsOk());
  sealing::Eraser eraser(TestKeyStore(), "", clock_);
  EXPECT_THAT(store_->PruneAnswers(clock_.Now(), 10, soon), IsOk());
  EXPECT_THAT(store_->GetFacts("acme", report.report_id, soon), IsOk());
  SqlDisposalStore disposals(*transactor_, clock_, journal_, eraser);
  mamori::v1::Event disposed;
  disposed.set_event_id(ids_.NewId());
  disposed.set_tenant("acme");
  disposed.set_source("triage");
  disposed.set_subject_id(report.report_id);
  disposed.set_subject_sequence(1);
  disposed.mutable_report_disposed()->set_case_id(ids_.NewId());
  database_.Execute("DELETE FROM outbox", {});
  EXPECT_THAT(disposals.Apply({&disposed}, soon)[0], IsOk());
  EXPECT_THAT(eraser.Replay(*transactor_), IsOk());
}

TEST_F(GrantsTest, AllowWhatTheStoresOfEvidenceDo) {
  const absl::Time soon = clock_.Now() + absl::Minutes(1);
  auto request = GoodSubmit();
  const NewReport report =
      MakeTestReport(TestCall(), kSubmitReport, request, {ids_.NewId(), ids_.NewId()}, TestNow());
  ASSERT_THAT(store_->InsertReports({&report}, soon), IsOk());
  SqlEvidenceStore evidence(*transactor_, journal_);
  SqlBlobStore blobs(*transactor_);
  EvidenceRow row{.evidence_id = ids_.NewId(),
                  .report_id = report.report_id,
                  .tenant = "acme",
                  .create_time = TestNow(),
                  .chunk_count = 1,
                  .blob_id = ids_.NewId(),
                  .derivative_id = ids_.NewId(),
                  .request_key = std::string(32, 'k')};
  const Blob blob{"acme", row.blob_id};
  const std::string writer = ids_.NewId();
  EXPECT_THAT(evidence.Add(row, {"portal", ""}, soon), IsOk());
  EXPECT_THAT(blobs.Open(blob, writer, soon), IsOk());
  EXPECT_THAT(blobs.Append(blob, writer, 0, "sealed", soon), IsOk());
  EXPECT_THAT(blobs.Read(blob, 0, soon), IsOk());
  EXPECT_THAT(blobs.Truncate(blob, writer, soon), IsOk());
  const auto access = [&] {
    return NewEvidenceAccess{.row = {.evidence_id = row.evidence_id,
                                     .access_id = ids_.NewId(),
                                     .report_id = row.report_id,
                                     .tenant = "acme",
                                     .create_time = TestNow()},
                             .action = "UploadEvidence"};
  };
  EXPECT_THAT(evidence.Complete("", access(), soon), IsOk());
  EXPECT_THAT(evidence.AddAccess(access(), soon), IsOk());
  const auto lease = transactor_->Run<std::optional<worker::Lease>>({}, [&](db::Tx& tx) {
    return worker::TryAcquire(tx, "evidence/inspect", ids_.NewId(), absl::Minutes(1));
  });
  ASSERT_THAT(lease, IsOk());
  EXPECT_THAT(evidence.Settle(access(), **lease, soon), IsOk());
  EXPECT_THAT(evidence.List("acme", row.report_id, v1::MESSAGE_SIDE_DESK, {}, 10, soon), IsOk());
  EXPECT_THAT(evidence.ForgetRequests(soon, 10, soon), IsOk());
  EXPECT_THAT(evidence.ListAccess("acme", row.evidence_id, 9, 10, soon), IsOk());
  EXPECT_THAT(evidence.DropStale(clock_.Now(), 10, soon), IsOk());
  EXPECT_THAT(
      transactor_->Run({}, [&](db::Tx& tx) { return DropEvidence(tx, "acme", row.report_id); }),
      IsOk());
  EXPECT_THAT(blobs.Drop(blob, soon), IsOk());
  EXPECT_THAT(evidence.Forget(blob, soon), IsOk());
}

TEST_F(GrantsTest, ForbidToChangeWhatPeopleTold) {
  for (const std::string table : {"report", "supplement", "contact", "message", "withdrawal",
                                  "reporter_identity", "sharing"}) {
    EXPECT_THAT(Execute(absl::StrCat("UPDATE ", table, " SET tenant = 'x'")), Not(IsOk())) << table;
  }
  EXPECT_THAT(Execute("UPDATE report SET body = ''"), Not(IsOk()));
  EXPECT_THAT(Execute("UPDATE evidence SET body = ''"), Not(IsOk()));
  EXPECT_THAT(Execute("UPDATE evidence_chunk SET sealed = ''"), Not(IsOk()));
  EXPECT_THAT(Execute("UPDATE evidence_access SET body = ''"), Not(IsOk()));
  EXPECT_THAT(Execute("UPDATE request_id SET response = ''"), Not(IsOk()));
  EXPECT_THAT(Execute("DROP TABLE report"), Not(IsOk()));
}

}  // namespace
}  // namespace mamori::intake
