// Files are looked into once, by whoever has the lease, and what is found is kept.
#include "services/intake/inspections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "services/intake/evidence_upkeep.h"
#include "services/intake/sql_disposal_store.h"
#include "services/intake/test_inspections_fixture.h"

namespace mamori::intake {
namespace {

using testing::HasReason;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::SizeIs;
using testing::StatusIs;

TEST_F(InspectionsTest, ACleanFileHasADerivativeForTheDesk) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  const std::string bytes = TestBytes(3 * kChunkBytes + 1);  // the derivative ends with a chunk
  const std::string name = Uploaded(receipt, bytes);
  FakeInspector inspector(Clean);
  Inspections worker = Worker(inspector);
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(true));
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(inspector.looked, 1);

  const auto seen = GetAs("taro", name);
  ASSERT_THAT(seen, IsOk());
  EXPECT_EQ(seen->state(), v1::EVIDENCE_STATE_INSPECTED);
  EXPECT_EQ(seen->inspection().media_type(), "audio/wav");
  EXPECT_EQ(seen->inspection().malware(), v1::MALWARE_VERDICT_CLEAN);
  EXPECT_EQ(seen->inspection().inspect_time().seconds() % 86400, 0);
  const auto derivative = DerivativeAs("taro", name);
  ASSERT_THAT(derivative, IsOk());
  EXPECT_TRUE(derivative->bytes == bytes.substr(1));
  EXPECT_EQ(derivative->evidence.file_name(), "");
  EXPECT_EQ(derivative->evidence.inspection().derivative_sha256(),
            crypto::Sha256::Of(bytes.substr(1)));
  EXPECT_EQ(derivative->evidence.inspection().derivative_size(), 3 * kChunkBytes);
  EXPECT_TRUE(OriginalAs("taro", name)->bytes == bytes) << "never changed";
  const auto chain = CustodyOf(name);
  ASSERT_THAT(chain->accesses(), SizeIs(4));
  EXPECT_EQ(chain->accesses(1).kind(), v1::EVIDENCE_ACCESS_KIND_DERIVATIVE);
  EXPECT_EQ(chain->accesses(2).kind(), v1::EVIDENCE_ACCESS_KIND_INSPECTION);
  EXPECT_EQ(chain->accesses(2).caller(), "intake");
  EXPECT_EQ(chain->accesses(2).inspection().media_type(), "audio/wav");

  // Cut at its end, with its count: it does not open as a whole.
  const EvidenceRow row = RowOf(name);
  database_.Execute("DELETE FROM evidence_chunk WHERE blob_id = ? AND chunk_index = 2",
                    db::Params().Add(row.derivative_id));
  database_.Execute("UPDATE evidence_blob SET chunk_count = 2 WHERE blob_id = ?",
                    db::Params().Add(row.derivative_id));
  EXPECT_THAT(DerivativeAs("taro", name), StatusIs(absl::StatusCode::kInternal));
}

TEST_F(InspectionsTest, AnInfectedFileAndOneThatCannotBeCleanedHaveNone) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  const std::string bytes = TestBytes(kChunkBytes + 1);
  const std::string infected = Uploaded(receipt, bytes);
  FakeInspector inspector(Infected);
  Inspections worker = Worker(inspector);
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(true));
  const auto seen = GetAs("taro", infected);
  EXPECT_EQ(seen->inspection().malware(), v1::MALWARE_VERDICT_INFECTED);
  EXPECT_EQ(seen->inspection().malware_reason(), "Eicar-Test");
  EXPECT_FALSE(seen->inspection().has_derivative());
  EXPECT_EQ(seen->inspection().no_derivative_reason(), "the file is infected");
  EXPECT_THAT(DerivativeAs("taro", infected),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM evidence_chunk WHERE blob_id = ?",
                             db::Params().Add(RowOf(infected).derivative_id)),
            0)
      << "not a byte of it is kept";
  EXPECT_TRUE(OriginalAs("taro", infected)->bytes == bytes) << "it is evidence";

  const std::string unknown = Uploaded(receipt, bytes);
  inspector.look = [](auto&, auto&) -> absl::StatusOr<Inspection> {
    return Inspection{.media_type = "application/octet-stream",
                      .malware_reason = std::string("out of date\n") + std::string(300, 'x'),
                      .no_derivative_reason = "a type that cannot be cleaned"};
  };
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(true));
  const auto none = GetAs("taro", unknown);
  EXPECT_EQ(none->inspection().malware(), v1::MALWARE_VERDICT_NOT_SCANNED);
  EXPECT_EQ(none->inspection().malware_reason().size(), 200u) << "what it says is bounded";
  EXPECT_EQ(none->inspection().malware_reason().substr(0, 13), "out of date?x");
  EXPECT_EQ(none->inspection().no_derivative_reason(), "a type that cannot be cleaned");
  EXPECT_THAT(DerivativeAs("taro", unknown), HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

// As after a restore to before the disposal of its report: all rows are there, the key is not.
// One that is taken away while it is looked at is done with.
TEST_F(InspectionsTest, OneReplicaInspectsAndAStaleOneKeepsNothing) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  const std::string bytes = TestBytes(kChunkBytes + 1);
  const std::string name = Uploaded(receipt, bytes);
  FakeInspector second(Clean);
  Inspections other = Worker(second);
  FakeInspector first([&](auto& original, auto& derivative) -> absl::StatusOr<Inspection> {
    auto found = Infected(original, derivative);
    EXPECT_THAT(other.RunOnce(), IsOkAndHolds(false)) << "while the first has the lease";
    fake_clock_.Advance(absl::Minutes(16));
    database_.Execute("UPDATE lease SET expire_time = expire_time - 16 * 60000000");
    EXPECT_THAT(other.RunOnce(), IsOkAndHolds(true)) << "when the first was silent for too long";
    return found;
  });
  Inspections worker = Worker(first);
  EXPECT_THAT(worker.RunOnce(), StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(GetAs("taro", name)->inspection().malware(), v1::MALWARE_VERDICT_CLEAN);
  EXPECT_TRUE(DerivativeAs("taro", name)->bytes == bytes.substr(1));
  EXPECT_THAT(CustodyOf(name)->accesses(), SizeIs(3));
  other.Release();
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(false)) << "nothing is left to do, and it may";
}

TEST_F(InspectionsTest, TheCaseIsToldOfEachFileOnceInItsOrder) {
  const std::string receipt = NewReceipt();
  const std::string report = ReportBy(receipt);
  const std::string name = Uploaded(receipt, "a few bytes");
  // Sent again, it is there already.
  EXPECT_TRUE(SendBy(receipt, name, "a few bytes", 0, 0)->complete());
  FakeInspector inspector(Clean);
  Inspections worker = Worker(inspector);
  ASSERT_THAT(worker.RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(told_, 1);
  std::vector<mamori::v1::Event> told;
  for (const db::Row& row :
       database_.Query("SELECT event FROM outbox WHERE subject_id = ? ORDER BY subject_sequence",
                       db::Params().Add(*id::FromName("reports", report)))) {
    told.emplace_back().ParseFromString(row.GetBytes(0));
  }
  ASSERT_THAT(told, SizeIs(3));
  const std::string file = ParseEvidenceName(name)->evidence_id;
  EXPECT_TRUE(told[0].has_report_received());
  EXPECT_EQ(told[1].evidence_added().evidence_id(), file);
  EXPECT_EQ(told[2].evidence_inspected().evidence_id(), file);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(told[i].subject_sequence(), i + 1);
    EXPECT_TRUE(told[i].anonymous());
    EXPECT_EQ(told[i].event_time().seconds() % 86400, 0);
  }
}

// What a service that stops breaks off is inspected by the next one at once.
TEST_F(InspectionsTest, OneThatIsStoppedLeavesTheFileToTheNext) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  const std::string bytes = TestBytes(4 * kChunkBytes);
  const std::string name = Uploaded(receipt, bytes);
  std::atomic<bool> begun{false};
  FakeInspector slow([&](auto& original, auto&) -> absl::StatusOr<Inspection> {
    begun = true;
    for (;;) {  // as one that reads without an end
      const auto next = original.Next();
      if (!next.ok()) return next.status();
    }
  });
  Inspections worker = Worker(slow);
  std::thread running([&] { EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(false)); });
  while (!begun) std::this_thread::yield();
  worker.Stop();
  running.join();
  EXPECT_TRUE(slow.stopped);
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(false)) << "nothing begins any more";
  worker.Release();
  EXPECT_EQ(GetAs("taro", name)->state(), v1::EVIDENCE_STATE_STORED);
  FakeInspector next(Clean);
  Inspections other = Worker(next);
  EXPECT_THAT(other.RunOnce(), IsOkAndHolds(true));
  EXPECT_TRUE(DerivativeAs("taro", name)->bytes == bytes.substr(1));
}

TEST_F(InspectionsTest, WithoutAnInspectorItSaysSo) {
  Evidences bare({messages_, evidence_store_, blobs_, TestSeal().sealer(), tokens_, clock_, ids_,
                  nullptr, /*inspected=*/false});
  const std::string receipt = NewReceipt();
  const std::string report = ReportBy(receipt);
  const std::string name = Uploaded(receipt, "a few bytes");
  const Party desk = *parties_.ByToken(CallOf(kTaro), report);
  const auto seen = bare.Get(CallOf(kTaro), desk, ParseEvidenceName(name)->evidence_id);
  ASSERT_THAT(seen, IsOk());
  EXPECT_EQ(seen->inspection().malware(), v1::MALWARE_VERDICT_NOT_SCANNED);
  EXPECT_EQ(seen->inspection().malware_reason(), "no inspector is configured");
  EXPECT_EQ(seen->inspection().no_derivative_reason(), "no inspector is configured");
}

// What is disposed of goes with all its files, their chains and their bytes.
TEST_F(InspectionsTest, AnErasedReportsFilesGoWithIt) {
  const std::string receipt = NewReceipt(), kept_receipt = NewReceipt();
  const std::string report = ReportBy(receipt);
  ReportBy(kept_receipt);
  const std::string bytes = TestBytes(10 * kChunkBytes);
  const std::string name = Uploaded(receipt, bytes);
  const std::string kept = Uploaded(kept_receipt, "kept");
  FakeInspector inspector(Clean);
  Inspections worker = Worker(inspector);
  ASSERT_THAT(worker.RunOnce(), IsOkAndHolds(true));
  ASSERT_THAT(worker.RunOnce(), IsOkAndHolds(true));
  const EvidenceRow row = RowOf(name);
  const std::string request_id = "upload-late";
  const auto late = StartBy(receipt, request_id, FileOf("late", "late bytes"));
  ASSERT_THAT(late, IsOk());

  database_.Execute("DELETE FROM outbox", {});
  sealing::Eraser eraser(TestKeyStore(), "", clock_);
  SqlDisposalStore disposals(database_.transactor(), clock_, journal_, eraser);
  mamori::v1::Event disposed;
  disposed.set_event_id(ids_.NewId());
  disposed.set_tenant("acme");
  disposed.set_source("triage");
  disposed.set_subject_id(*id::FromName("reports", report));
  disposed.set_subject_sequence(1);
  disposed.mutable_report_disposed()->set_case_id(ids_.NewId());
  ASSERT_THAT(disposals.Apply({&disposed}, clock_.Now() + absl::Seconds(10))[0], IsOk());

  EXPECT_THAT(GetAs("taro", name), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(OriginalAs("taro", name), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(SendBy(receipt, late->name(), "late bytes", 0, 10),
              StatusIs(absl::StatusCode::kNotFound));
  // Its bytes are not readable from that moment on, also where they still stand.
  BlobReader reader(blobs_, TestSeal().sealer(), clock_, OriginalOf(row));
  EXPECT_THAT(reader.Next(), StatusIs(absl::StatusCode::kNotFound));
  EvidenceUpkeep upkeep(evidence_store_, blobs_, clock_, {});
  int runs = 0;
  while (*upkeep.RunOnce()) ASSERT_LT(++runs, 50);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM evidence"), 1);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM evidence_access"), 2);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM evidence_chunk"), 2);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM evidence_blob"), 2);
  EXPECT_EQ(OriginalAs("taro", kept)->bytes, "kept");
}

}  // namespace
}  // namespace mamori::intake
