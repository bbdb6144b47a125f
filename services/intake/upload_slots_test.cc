// Nobody keeps others from handing in files, neither by many uploads nor by none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "services/intake/test_evidence_fixture.h"

namespace mamori::intake {
namespace {

using testing::IsOk;

// An anonymous upload that has begun and goes on as slowly as it may.
struct Trickle {
  Trickle(v1::EvidenceService::Stub& stub, const std::string& receipt, const std::string& name,
          const std::string& bytes)
      : writer(stub.UploadAnonymousEvidence(&context, &answer)) {
    v1::UploadAnonymousEvidenceRequest message;
    message.mutable_target()->set_receipt(receipt);
    message.mutable_target()->set_name(name);
    writer->Write(message);
    *message.mutable_chunk() = ChunkOf(0, bytes.substr(0, 1));
    writer->Write(message);
  }
  ~Trickle() {
    context.TryCancel();
    writer->Finish();
  }
  grpc::ClientContext context;
  v1::Upload answer;
  std::unique_ptr<grpc::ClientWriter<v1::UploadAnonymousEvidenceRequest>> writer;
};

TEST_F(EvidenceTest, OneReceiptNeverHasAllUploads) {
  const std::string slow = NewReceipt(), other = NewReceipt();
  ReportBy(slow);
  ReportBy(other);
  const std::string bytes = TestBytes(1000);
  std::vector<std::unique_ptr<Trickle>> begun;
  for (int i = 0; i < EvidenceService::kUploadsByReceipt.most; ++i) {
    const auto upload = StartBy(slow, absl::StrCat("upload-000", i), FileOf("x", bytes));
    ASSERT_THAT(upload, IsOk());
    begun.push_back(std::make_unique<Trickle>(*evidence_, slow, upload->name(), bytes));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // all are in, or refused
  Uploaded(other, bytes);
}

// Nobody knows yet for what, or by whose receipt.
TEST_F(EvidenceTest, UploadsThatSayNothingStopNobody) {
  const std::string receipt = NewReceipt();
  ReportBy(receipt);
  struct Silent {
    grpc::ClientContext context;
    v1::Upload answer;
    std::unique_ptr<grpc::ClientWriter<v1::UploadAnonymousEvidenceRequest>> writer;
  };
  std::vector<std::unique_ptr<Silent>> silent;
  for (int i = 0; i < 40; ++i) {  // more than there are threads
    Silent& one = *silent.emplace_back(std::make_unique<Silent>());
    one.writer = evidence_->UploadAnonymousEvidence(&one.context, &one.answer);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_THAT(ListBy(receipt), IsOk());
  const std::string bytes = TestBytes(1000);
  const auto upload = StartBy(receipt, "upload-0001", FileOf("x", bytes));
  ASSERT_THAT(upload, IsOk());
  absl::StatusOr<v1::Upload> sent;
  for (int i = 0; i < 100; ++i) {
    sent = SendBy(receipt, upload->name(), bytes, 0, bytes.size());
    if (!absl::IsResourceExhausted(sent.status())) break;
    // Those that have to end have not all noticed.
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_THAT(sent, IsOk());
  for (const auto& one : silent) {
    one->context.TryCancel();
    EXPECT_FALSE(one->writer->Finish().ok());
  }
}

}  // namespace
}  // namespace mamori::intake
