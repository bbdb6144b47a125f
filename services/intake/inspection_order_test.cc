// No file holds up another one, whatever becomes of it, and monitoring is told of those that wait.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/status/errors.h"
#include "services/intake/inspection_metrics.h"
#include "services/intake/test_inspections_fixture.h"

namespace mamori::intake {
namespace {

using testing::IsOk;
using testing::IsOkAndHolds;
using testing::StatusIs;

TEST_F(InspectionsTest, AFileThatCouldNotBeLookedAtComesAgainAndHoldsUpNoOther) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  const std::string bytes = TestBytes(kChunkBytes + 1);
  std::vector<std::string> names = {Uploaded(receipt, bytes), Uploaded(receipt, bytes)};
  std::sort(names.begin(), names.end());
  FakeInspector inspector([](auto& original, auto& derivative) -> absl::StatusOr<Inspection> {
    (void)Clean(original, derivative);  // half of the way
    return absl::UnavailableError("away");
  });
  Inspections worker = Worker(inspector);
  EXPECT_THAT(worker.RunOnce(), StatusIs(absl::StatusCode::kUnavailable));
  inspector.look = Clean;
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(true)) << "the other one";
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(false)) << "the first waits";
  EXPECT_EQ(GetAs("taro", names[0])->inspection().malware_reason(), kNotYetInspected);
  EXPECT_EQ(GetAs("taro", names[1])->state(), v1::EVIDENCE_STATE_INSPECTED);
  fake_clock_.Advance(absl::Seconds(31));
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(true));
  EXPECT_TRUE(DerivativeAs("taro", names[0])->bytes == bytes.substr(1));
}

TEST_F(InspectionsTest, AFileThatNobodyOpensAnyMoreHoldsUpNoOther) {
  const std::string first = NewReceipt(), second = NewReceipt();
  ReportBy(first);
  ReportBy(second);
  std::string erased = Uploaded(first, "erased"), kept = Uploaded(second, "kept");
  if (kept < erased) std::swap(erased, kept);
  const std::string key_id(sealing::HeaderOf(RowOf(erased).body)->key_id);
  ASSERT_THAT(TestKeyStore().Erase({key_id}, clock_.Now(), clock_.Now() + absl::Seconds(10)),
              IsOk());
  FakeInspector inspector(Clean);
  KeptTelemetry kept_telemetry;
  Inspections worker({database_.transactor(), evidence_store_, blobs_, TestSeal().sealer(),
                      inspector, fake_clock_, ids_, kept_telemetry, [] {}},
                     {});
  for (int i = 0; i < 3; ++i) ASSERT_THAT(worker.RunOnce(), IsOk());
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(false)) << "it rests";
  EXPECT_EQ(GetAs("taro", kept)->state(), v1::EVIDENCE_STATE_INSPECTED);
  EXPECT_EQ(inspector.looked, 1) << "no worker for what cannot be read";
  EXPECT_EQ(kept_telemetry.values["mamori_inspections_total failed"], 0);
  InspectionGauges gauges(evidence_store_, TestSeal().sealer(), fake_clock_, kept_telemetry);
  ASSERT_THAT(gauges.Sample(), IsOk());
  EXPECT_EQ(kept_telemetry.values["mamori_inspection_queue_depth"], 0) << "nobody is to be called";
}

TEST_F(InspectionsTest, AFileWhoseBytesAreGoneHoldsUpNoOther) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  std::vector<std::string> names = {Uploaded(receipt, "first"), Uploaded(receipt, "second")};
  std::sort(names.begin(), names.end());
  database_.Execute("DELETE FROM evidence_blob WHERE blob_id = ?",
                    db::Params().Add(RowOf(names[0]).blob_id));
  database_.Execute("DELETE FROM evidence_chunk WHERE blob_id = ?",
                    db::Params().Add(RowOf(names[0]).blob_id));
  FakeInspector inspector(Clean);
  Inspections worker = Worker(inspector);
  EXPECT_THAT(worker.RunOnce(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(true));
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(GetAs("taro", names[1])->state(), v1::EVIDENCE_STATE_INSPECTED);
}

TEST_F(InspectionsTest, AFileThatGoesMeanwhileIsNotTriedAgain) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  const EvidenceRow row = RowOf(Uploaded(receipt, "a few bytes"));
  FakeInspector inspector([&](auto&, auto&) -> absl::StatusOr<Inspection> {
    EXPECT_THAT(database_.transactor().Run(
                    {}, [&](db::Tx& tx) { return DropEvidence(tx, row.tenant, row.report_id); }),
                IsOk());
    return status::NotFound("evidence");
  });
  Inspections worker = Worker(inspector);
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(true));
  EXPECT_THAT(worker.RunOnce(), IsOkAndHolds(false));
}

TEST_F(InspectionsTest, MonitoringIsToldHowMuchWaitsAndWhatCameOfIt) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  for (int i = 0; i < 3; ++i) Uploaded(receipt, TestBytes(100, i + 1));
  KeptTelemetry kept;
  InspectionGauges gauges(evidence_store_, TestSeal().sealer(), fake_clock_, kept);
  ASSERT_THAT(gauges.Sample(), IsOk());
  EXPECT_EQ(kept.values["mamori_inspection_queue_depth"], 3);
  EXPECT_EQ(kept.values["mamori_inspection_age_seconds"], 0);
  fake_clock_.Advance(absl::Minutes(10));
  ASSERT_THAT(gauges.Sample(), IsOk());
  EXPECT_EQ(kept.values["mamori_inspection_age_seconds"], 600);

  FakeInspector inspector(Clean);
  Inspections worker({database_.transactor(), evidence_store_, blobs_, TestSeal().sealer(),
                      inspector, fake_clock_, ids_, kept, [] {}},
                     {});
  ASSERT_THAT(worker.RunOnce(), IsOkAndHolds(true));
  inspector.look = Infected;
  ASSERT_THAT(worker.RunOnce(), IsOkAndHolds(true));
  inspector.look = [](auto&, auto&) { return absl::UnavailableError("away"); };
  EXPECT_THAT(worker.RunOnce(), StatusIs(absl::StatusCode::kUnavailable));
  ASSERT_THAT(gauges.Sample(), IsOk());
  EXPECT_EQ(kept.values["mamori_inspection_queue_depth"], 1);
  EXPECT_EQ(kept.values["mamori_inspections_total clean"], 1);
  EXPECT_EQ(kept.values["mamori_inspections_total infected"], 1);
  EXPECT_EQ(kept.values["mamori_inspections_total failed"], 1);
  EXPECT_EQ(kept.values["mamori_inspection_seconds"], 2);
}

}  // namespace
}  // namespace mamori::intake
