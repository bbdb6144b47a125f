// Files in: whole or not at all, however often the connection breaks.
#include "services/intake/uploads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "services/intake/evidence_upkeep.h"
#include "services/intake/test_evidence_fixture.h"

namespace mamori::intake {
namespace {

using testing::HasReason;
using testing::IsOk;
using ::testing::Not;
using testing::StatusIs;

TEST_F(EvidenceTest, AnUploadGoesOnWhereverItsConnectionBroke) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  const int64_t size = 2 * kChunkBytes + 500'000;
  const std::string bytes = TestBytes(size);
  const v1::UploadedFile file = FileOf("mail.eml", bytes);
  for (const int64_t killed_at : {int64_t{0}, int64_t{1}, kChunkBytes - 1, kChunkBytes,
                                  kChunkBytes + 1, 2 * kChunkBytes, size - 1, size}) {
    const std::string request_id = absl::StrCat("upload-at-", killed_at);
    const auto started = StartBy(receipt, request_id, file);
    ASSERT_THAT(started, IsOk());
    EXPECT_EQ(started->received_size(), 0);
    SendBy(receipt, started->name(), bytes, 0, killed_at, 250'000, Ending::kKilled).IgnoreError();
    // The same request says how far it is: of whole chunks, and never further than was sent.
    absl::StatusOr<v1::Upload> sent;
    do {
      const auto again = StartBy(receipt, request_id, file);
      ASSERT_THAT(again, IsOk());
      EXPECT_EQ(again->name(), started->name());
      EXPECT_LE(again->received_size(), killed_at);
      EXPECT_TRUE(again->received_size() % kChunkBytes == 0 || again->received_size() == size);
      sent = SendBy(receipt, started->name(), bytes, again->received_size(), size);
      // The stream that broke may have been at work until now.
    } while (absl::IsAborted(sent.status()));
    ASSERT_THAT(sent, IsOk()) << killed_at;
    EXPECT_TRUE(sent->complete());
    const auto original = OriginalAs("taro", started->name());
    ASSERT_THAT(original, IsOk());
    EXPECT_TRUE(original->bytes == bytes) << killed_at;
    // Once more changes nothing.
    EXPECT_TRUE(SendBy(receipt, started->name(), bytes, size, size)->complete());
  }
  // One that ends before its end, in good order, is kept so far.
  const auto part = StartBy(receipt, "upload-parts", file);
  const auto some = SendBy(receipt, part->name(), bytes, 0, kChunkBytes + 5);
  ASSERT_THAT(some, IsOk());
  EXPECT_FALSE(some->complete());
  EXPECT_EQ(some->received_size(), kChunkBytes);
  EXPECT_EQ(GetAs("taro", part->name())->state(), v1::EVIDENCE_STATE_UPLOADING);
  EXPECT_THAT(OriginalAs("taro", part->name()),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

// Its broken stream went on meanwhile, and what it sends again is more than is missing by now.
TEST_F(EvidenceTest, WhoIsBehindIsToldToAskWhereItStands) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  const std::string bytes = TestBytes(2 * kChunkBytes + 500'000);
  const auto upload = StartBy(receipt, "upload-behind", FileOf("mail.eml", bytes));
  ASSERT_THAT(upload, IsOk());
  ASSERT_THAT(SendBy(receipt, upload->name(), bytes, 0, 2 * kChunkBytes), IsOk());
  EXPECT_THAT(SendBy(receipt, upload->name(), bytes, kChunkBytes, 2 * kChunkBytes, 600'000),
              StatusIs(absl::StatusCode::kAborted));
}

TEST_F(EvidenceTest, WhatIsNotTheFileThatWasToldIsRefused) {
  const std::string receipt = NewReceipt();
  const std::string report = ReportBy(receipt);
  const std::string bytes = TestBytes(kChunkBytes + 100'000);
  const auto size = static_cast<int64_t>(bytes.size());
  const auto invalid = HasReason(mamori::v1::ERROR_REASON_INVALID_FIELDS);
  v1::UploadedFile file = FileOf("x", bytes);
  const auto told = [&](auto change) {
    v1::UploadedFile other = file;
    change(other);
    return StartBy(receipt, "upload-0000", other);
  };
  EXPECT_THAT(told([](auto& f) { f.set_size(0); }), invalid);
  EXPECT_THAT(told([](auto& f) { f.set_size(kMaxFileBytes + 1); }), invalid);
  EXPECT_THAT(told([](auto& f) { f.set_sha256("short"); }), invalid);
  EXPECT_THAT(told([](auto& f) { f.clear_file_name(); }), invalid);
  EXPECT_THAT(told([](auto& f) { f.set_file_name(std::string(1025, 'x')); }), invalid);

  const auto upload = StartBy(receipt, "upload-0001", file);
  ASSERT_THAT(upload, IsOk());
  EXPECT_THAT(StartBy(receipt, "upload-0001", FileOf("y", bytes)),
              HasReason(mamori::v1::ERROR_REASON_REQUEST_ID_REUSED));
  const auto send = [&](const std::vector<v1::EvidenceChunk>& chunks) {
    grpc::ClientContext context;
    v1::Upload answer;
    const auto stream = evidence_->UploadAnonymousEvidence(&context, &answer);
    v1::UploadAnonymousEvidenceRequest message;
    message.mutable_target()->set_receipt(receipt);
    message.mutable_target()->set_name(upload->name());
    stream->Write(message);
    for (const v1::EvidenceChunk& chunk : chunks) {
      *message.mutable_chunk() = chunk;
      stream->Write(message);
    }
    stream->WritesDone();
    return status::FromGrpcStatus(stream->Finish());
  };
  v1::EvidenceChunk wrong = ChunkOf(0, "abc");
  wrong.set_sha256(crypto::Sha256::Of("abd"));
  EXPECT_THAT(send({wrong}), invalid) << "a chunk's hash";
  wrong.clear_sha256();
  EXPECT_THAT(send({wrong}), invalid) << "no hash";
  EXPECT_THAT(send({ChunkOf(0, "")}), invalid) << "no bytes";
  const auto conflict = HasReason(mamori::v1::ERROR_REASON_CONFLICT);
  EXPECT_THAT(send({ChunkOf(1, "abc")}), conflict) << "a gap";
  EXPECT_THAT(send({ChunkOf(0, "abc"), ChunkOf(0, "abc")}), conflict) << "the same again";
  EXPECT_THAT(send({ChunkOf(0, TestBytes((1 << 20) + 1))}), invalid) << "too large a chunk";
  const std::string head = bytes.substr(0, 1 << 20);
  EXPECT_THAT(send({ChunkOf(0, head), ChunkOf(1 << 20, bytes.substr(1 << 20) + "x")}), invalid)
      << "over-long";
  EXPECT_EQ(StartBy(receipt, "upload-0001", file)->received_size(), kChunkBytes) << "kept so far";

  // Other bytes than those of the hash: nothing of them is kept, and it begins anew.
  const std::string other = TestBytes(size, 2);
  EXPECT_THAT(SendBy(receipt, upload->name(), other, kChunkBytes, size), invalid);
  EXPECT_EQ(StartBy(receipt, "upload-0001", file)->received_size(), 0);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM evidence_chunk"), 0);
  EXPECT_TRUE(SendBy(receipt, upload->name(), bytes, 0, size)->complete());

  // A stream that does not begin with an upload, names another report's, or two.
  grpc::ClientContext context;
  v1::Upload answer;
  const auto stream = evidence_->UploadAnonymousEvidence(&context, &answer);
  v1::UploadAnonymousEvidenceRequest message;
  *message.mutable_chunk() = ChunkOf(0, "abc");
  stream->Write(message);
  stream->WritesDone();
  EXPECT_THAT(stream->Finish(), invalid);
  const std::string stranger = NewReceipt();
  ReportBy(stranger);
  EXPECT_THAT(SendBy(stranger, upload->name(), bytes, 0, 0), StatusIs(absl::StatusCode::kNotFound));

  // As many as a report may have, and none after it was withdrawn.
  EvidenceRow row = RowOf(upload->name());
  for (int i = 1; i < kMaxEvidencePerSide; ++i) {
    row.evidence_id = ids_.NewId();
    row.request_key = ids_.NewId() + ids_.NewId();
    row.blob_id = ids_.NewId();
    row.derivative_id = ids_.NewId();
    ASSERT_THAT(evidence_store_.Add(row, {}, clock_.Now() + absl::Seconds(10)), IsOk());
  }
  EXPECT_THAT(StartBy(receipt, "upload-0101", file),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_THAT(StartAs("taro", report, "upload-0101", file), IsOk()) << "the desk has its own room";
  v1::WithdrawAnonymousReportRequest withdraw;
  withdraw.set_receipt(stranger);
  v1::WithdrawReportResponse withdrawn;
  ASSERT_THAT(stub_->WithdrawAnonymousReport(Context().get(), withdraw, &withdrawn), IsOk());
  EXPECT_THAT(StartBy(stranger, "upload-0001", file),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM evidence_blob WHERE blob_id NOT IN"
                             " (SELECT blob_id FROM evidence) AND blob_id NOT IN"
                             " (SELECT derivative_id FROM evidence)"),
            0)
      << "nobody would ever drop them";
}

// Not even for whoever has all keys but the report's: what is made of the file alone, with whatever
// key, would be the same for both who handed it in, and other than that of another file.
TEST_F(EvidenceTest, NoRowTellsWhichFileItIsOf) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  const std::string known = TestBytes(1000, 1), other = TestBytes(1000, 2);
  const std::vector<EvidenceRow> rows = {RowOf(Uploaded(receipt, known, "known")),
                                         RowOf(Uploaded(receipt, known, "known")),
                                         RowOf(Uploaded(receipt, other, "other"))};
  for (const std::string table : {"evidence", "evidence_access"}) {
    for (const db::Row& column : database_.Query(
             "SELECT COLUMN_NAME FROM information_schema.columns WHERE TABLE_SCHEMA = DATABASE()"
             " AND TABLE_NAME = ? AND (DATA_TYPE LIKE '%binary' OR DATA_TYPE LIKE '%blob')",
             db::Params().Add(table))) {
      std::vector<std::string> values;
      for (const EvidenceRow& row : rows) {
        values.push_back(database_
                             .Query(absl::StrCat("SELECT ", column.GetBytes(0), " FROM ", table,
                                                 " WHERE evidence_id = ?"),
                                    db::Params().Add(row.evidence_id))[0]
                             .GetBytes(0));
      }
      EXPECT_TRUE(values[0] != values[1] || values[0] == values[2])
          << table << "." << column.GetBytes(0);
    }
  }
  EXPECT_THAT(StartBy(receipt, "upload-same", FileOf("known", known)), IsOk());
  EXPECT_THAT(StartBy(receipt, "upload-same", FileOf("known", known)), IsOk());
  EXPECT_THAT(StartBy(receipt, "upload-same", FileOf("known", other)),
              HasReason(mamori::v1::ERROR_REASON_REQUEST_ID_REUSED));
}

TEST_F(EvidenceTest, AnUploadEndsWithTheRightToIt) {
  const std::string receipt = NewReceipt();
  const std::string report = ReportBy(receipt);
  const std::string bytes = TestBytes(1000);
  const auto upload = StartBy(receipt, "upload-0001", FileOf("x", bytes));
  const auto mine = StartAs("taro", report, "upload-0002", FileOf("x", bytes));
  ASSERT_THAT(mine, IsOk());
  grpc::ClientContext by_receipt;
  v1::Upload answer, other;
  const auto anonymous = evidence_->UploadAnonymousEvidence(&by_receipt, &answer);
  v1::UploadAnonymousEvidenceRequest message;
  message.mutable_target()->set_receipt(receipt);
  message.mutable_target()->set_name(upload->name());
  ASSERT_TRUE(anonymous->Write(message));
  const auto by_token = As("taro");
  const auto named = evidence_->UploadEvidence(by_token.get(), &other);
  v1::UploadEvidenceRequest target;
  target.mutable_target()->set_name(mine->name());
  ASSERT_TRUE(named->Write(target));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // both wait for bytes by now
  ASSERT_THAT(Rotate(receipt, NewReceipt()), IsOk());
  access_.Deny(kTaro);
  const absl::Time begin = clock_.Now();
  EXPECT_THAT(anonymous->Finish(), Not(IsOk()));
  EXPECT_THAT(named->Finish(), Not(IsOk()));
  EXPECT_LT(clock_.Now() - begin, absl::Seconds(5));
}

TEST_F(EvidenceTest, OfTwoStreamsForOneUploadTheLaterGoesOn) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  const std::string bytes = TestBytes(2 * kChunkBytes);
  const auto upload = StartBy(receipt, "upload-0001", FileOf("x", bytes));
  const EvidenceRow row = RowOf(upload->name());
  const Party party = *parties_.ByReceipt(CallOf(""), receipt);
  int step = 0;
  v1::EvidenceChunk chunk;
  const auto earlier =
      uploads_.Receive(party, row.evidence_id, [&]() -> absl::StatusOr<const v1::EvidenceChunk*> {
        if (step++ > 0) return nullptr;
        // While it waits for its first bytes another one sends the whole file.
        EXPECT_TRUE(SendBy(receipt, upload->name(), bytes, 0, bytes.size())->complete());
        chunk = ChunkOf(0, bytes.substr(0, 1 << 20));
        return &chunk;
      });
  EXPECT_THAT(earlier, HasReason(mamori::v1::ERROR_REASON_CONFLICT));
  EXPECT_TRUE(OriginalAs("taro", upload->name())->bytes == bytes);
}

// What nobody went on with is dropped; bytes whose evidence is gone are deleted a few at a time.
TEST_F(EvidenceTest, WhatWasBegunAndLeftIsDropped) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  const std::string bytes = TestBytes(20 * 1000);
  const std::string kept = Uploaded(receipt, bytes);
  const auto left = StartBy(receipt, "upload-0001", FileOf("x", bytes));
  // Ahead, so that the time that passes brings nothing near its deadline.
  time::FakeClock later(clock_.Now() + absl::Hours(1));
  EvidenceUpkeep upkeep(evidence_store_, blobs_, later, {});
  EXPECT_FALSE(*upkeep.RunOnce());
  EXPECT_THAT(GetAs("taro", left->name()), IsOk());
  later.Advance(absl::Hours(9 * 24));
  for (int runs = 0; *upkeep.RunOnce(); ++runs) ASSERT_LT(runs, 50);
  EXPECT_THAT(GetAs("taro", left->name()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_TRUE(OriginalAs("taro", kept)->bytes == bytes);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM evidence_blob"), 2);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM evidence_drop"), 0);
}

int64_t StatusKiB(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field)) return std::atoll(line.c_str() + field.size() + 1);
  }
  return 0;
}

// Both sides are in this process. What 150 MB take is looked at in a service alone
// (tests/integration/bundle_test.py).
TEST_F(EvidenceTest, ALargeFileNeedsNoMoreMemoryThanASmallOne) {
  constexpr int64_t kSize = 24'000'000;
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  const std::string piece = TestBytes(250'000);
  Uploaded(receipt, TestBytes(3 * kChunkBytes));  // what is made once is there
  crypto::Sha256 hash;
  for (int64_t at = 0; at < kSize; at += piece.size()) hash.Add(piece);
  v1::UploadedFile file;
  file.set_file_name("video.mp4");
  file.set_size(kSize);
  file.set_sha256(hash.Finish());
  const auto upload = StartBy(receipt, "upload-large", file);
  ASSERT_THAT(upload, IsOk());
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew
  const int64_t before = StatusKiB("VmHWM:");
  grpc::ClientContext context;
  v1::Upload answer;
  const auto stream = evidence_->UploadAnonymousEvidence(&context, &answer);
  v1::UploadAnonymousEvidenceRequest message;
  message.mutable_target()->set_receipt(receipt);
  message.mutable_target()->set_name(upload->name());
  ASSERT_TRUE(stream->Write(message));
  for (int64_t at = 0; at < kSize; at += piece.size()) {
    *message.mutable_chunk() = ChunkOf(at, piece);
    ASSERT_TRUE(stream->Write(message));
  }
  stream->WritesDone();
  ASSERT_THAT(stream->Finish(), IsOk());
  EXPECT_TRUE(answer.complete());
  v1::DownloadOriginalRequest request;
  request.set_name(upload->name());
  request.set_purpose("to see it");
  const auto reader = As("taro", "high");
  const auto reading = evidence_->DownloadOriginal(reader.get(), request);
  v1::DownloadOriginalResponse part;
  crypto::Sha256 got;
  while (reading->Read(&part)) got.Add(part.chunk().data());
  ASSERT_THAT(reading->Finish(), IsOk());
  EXPECT_EQ(got.Finish(), file.sha256());
  const int64_t grown = StatusKiB("VmHWM:") - before;
  RecordProperty("grown_kib", std::to_string(grown));
  EXPECT_LT(grown, 16 * 1024) << "KiB more than before";
}

}  // namespace
}  // namespace mamori::intake
