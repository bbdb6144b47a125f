// What an auditor with the keys finds of files that were exchanged or taken away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/audit/test_service.h"
#include "services/intake/test_evidence_fixture.h"

namespace mamori::intake {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::SizeIs;

class AuditedEvidenceTest : public EvidenceTest {
 protected:
  AuditedEvidenceTest() { EXPECT_THAT(checkpointer_.EnsureGenesis(), IsOk()); }
  audit::Verified Verify() {
    audit::SinkCopy sink{.name = "file"};
    sink.checkpoints = *database_.transactor().Run<std::vector<mamori::v1::Checkpoint>>(
        {}, [&](db::Tx& tx) { return audit::ReadCheckpoints(tx, "intake", -1, 1000); });
    audit::Verifier verifier(
        database_.transactor(), journal_.authenticator(), key_.public_key(),
        {.now = clock_.Now() + absl::Seconds(1), .sealer = &TestSeal().sealer(), .evidence = true});
    return *verifier.Run({sink});
  }

  const crypto::SigningKey key_ = audit::Service::Sign('d');
  audit::Checkpointer checkpointer_{
      {database_.transactor(), journal_.authenticator(), key_, clock_, ids_, telemetry_}, {}};
};

// Each file is read through and hashed again, against what the audit has a commitment to.
TEST_F(AuditedEvidenceTest, TheVerifierOfTheAuditReadsEachFileThrough) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  const std::string bytes = TestBytes(2 * kChunkBytes + 5);
  const EvidenceRow row = RowOf(Uploaded(receipt, bytes));
  const EvidenceRow other = RowOf(Uploaded(receipt, TestBytes(2 * kChunkBytes + 5, 7)));
  const audit::Verified whole = Verify();
  EXPECT_THAT(whole.findings, SizeIs(0));
  EXPECT_EQ(whole.files, 2);
  EXPECT_EQ(whole.file_bytes, 2 * (2 * kChunkBytes + 5));
  const std::string bad = absl::StrCat(NameOfEvidence(row.report_id, row.evidence_id),
                                       ": its original is not what was handed in: ");
  const auto finds = [&](const std::string& what) {
    EXPECT_THAT(Verify().findings, ::testing::Contains(HasSubstr(bad + what)));
  };
  const auto sealed = [&](const EvidenceRow& of, int index) {
    return database_
        .Query("SELECT sealed FROM evidence_chunk WHERE blob_id = ? AND chunk_index = ?",
               db::Params().Add(of.blob_id).Add(index))[0]
        .GetBytes(0);
  };
  const auto put = [&](int index, const std::string& chunk) {
    database_.Execute("UPDATE evidence_chunk SET sealed = ? WHERE blob_id = ? AND chunk_index = ?",
                      db::Params().Add(chunk).Add(row.blob_id).Add(index));
  };
  const std::string first = sealed(row, 0), second = sealed(row, 1), last = sealed(row, 2);
  put(1, first);
  finds("chunk 1 is another");
  put(1, sealed(other, 1));
  finds("chunk 1 is another");
  put(1, second);
  // What the service's own key sealed in the right place, of other bytes.
  {
    const auto key = KeyOfEvidence(TestSeal().sealer(), row, clock_.Now() + absl::Seconds(10));
    ASSERT_THAT(key, IsOk());
    put(2,
        SealChunk(*key, row.tenant,
                  {.evidence_id = row.evidence_id, .index = 2, .last = true, .total = 3}, "other"));
  }
  finds("it has another hash");
  put(2, last);
  EXPECT_THAT(Verify().findings, SizeIs(0));
  database_.Execute("DELETE FROM evidence_chunk WHERE blob_id = ? AND chunk_index = 2",
                    db::Params().Add(row.blob_id));
  finds("chunk 2 is missing");
  // Cut, and the counts with it.
  database_.Execute("UPDATE evidence_blob SET chunk_count = 2 WHERE blob_id = ?",
                    db::Params().Add(row.blob_id));
  database_.Execute("UPDATE evidence SET chunk_count = 2 WHERE evidence_id = ?",
                    db::Params().Add(row.evidence_id));
  finds("chunk 0 is another");
}

// What the audit was told of is missed when it is gone, by who reads the audit.
TEST_F(AuditedEvidenceTest, TheVerifierOfTheAuditMissesWhatWasTakenAway) {
  const std::string report = ReportOf(mamori::v1::REPORTER_MODE_NAMED);
  const auto upload = StartAs("hanako", report, "upload-0001", FileOf("mine.txt", "words"));
  const auto other = StartAs("hanako", report, "upload-0002", FileOf("more.txt", "more"));
  ASSERT_TRUE(SendAs("hanako", upload->name(), "words")->complete());
  ASSERT_THAT(OriginalAs("taro", upload->name()), IsOk());
  const auto findings = [&] { return Verify().findings; };
  EXPECT_THAT(findings(), SizeIs(0)) << "also with an upload that is not complete";
  const std::string gone = absl::StrCat(report, ": 1 of the rows that it tells of are missing");
  const std::string evidence_id = ParseEvidenceName(upload->name())->evidence_id;
  const auto body = database_.Query("SELECT body FROM evidence_access WHERE kind = 4");
  database_.Execute("UPDATE evidence_access SET body = '' WHERE kind = 4");
  EXPECT_THAT(findings(), ::testing::Contains(HasSubstr(gone)));
  database_.Execute("UPDATE evidence_access SET body = ? WHERE kind = 4",
                    db::Params().Add(body[0].GetBytes(0)));
  EXPECT_THAT(findings(), SizeIs(0));
  database_.Execute("UPDATE evidence SET state = 1 WHERE evidence_id = ?",
                    db::Params().Add(evidence_id));
  EXPECT_THAT(findings(), ::testing::Contains(HasSubstr(gone))) << "as if it were not complete";
  database_.Execute("UPDATE evidence SET state = 2 WHERE evidence_id = ?",
                    db::Params().Add(evidence_id));
  database_.Execute("DELETE FROM evidence_access WHERE kind = 4");
  EXPECT_THAT(findings(), ::testing::Contains(HasSubstr(gone)));
}

}  // namespace
}  // namespace mamori::intake
