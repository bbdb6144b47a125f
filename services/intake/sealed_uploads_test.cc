// Files that come sealed to the tenant: whoever carries them sees neither words, nor name, nor
// size.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/receipt/sealed.h"
#include "services/intake/test_evidence_fixture.h"

namespace mamori::intake {
namespace {

using Part = v1::UploadAnonymousEvidenceRequest;
using testing::HasReason;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

constexpr size_t kPiece = receipt::kMostPaddedBytes - 1024;
constexpr auto kSealing = mamori::v1::ERROR_REASON_SEALING;

class SealedUploadsTest : public EvidenceTest {
 protected:
  SealedUploadsTest() { report_ = ReportBy(receipt_); }

  std::string Sealed(const google::protobuf::Message& message, size_t least = 0) const {
    return *receipt::SealTo(key_.key, message.SerializeAsString(), least);
  }
  // `sealed` in the answer, and nothing beside it.
  v1::Upload Opened(v1::Upload answer) const {
    v1::Upload opened;
    EXPECT_TRUE(opened.ParseFromString(*reply_.Open(answer.sealed())));
    EXPECT_EQ(answer.sealed().size(), 4096u + 48);
    answer.clear_sealed();
    EXPECT_EQ(answer.ByteSizeLong(), 0u);
    return opened;
  }
  v1::StartAnonymousUploadRequest StartRequest(const std::string& request_id,
                                               const std::string& bytes) const {
    v1::StartAnonymousUploadRequest request;
    request.set_receipt(receipt_);
    request.set_request_id(request_id);
    *request.mutable_file() = FileOf("secret name.wav", bytes);
    request.set_reply_key(reply_.public_key());
    return request;
  }
  absl::StatusOr<v1::Upload> StartSealed(const v1::StartAnonymousUploadRequest& open) {
    v1::StartAnonymousUploadRequest request;
    request.set_sealed(Sealed(open));
    v1::Upload upload;
    const grpc::Status status = evidence_->StartAnonymousUpload(Context().get(), request, &upload);
    if (!status.ok()) return status::FromGrpcStatus(status);
    return Opened(upload);
  }
  Part Target(const std::string& name) const {
    Part part;
    part.mutable_target()->set_receipt(receipt_);
    part.mutable_target()->set_name(name);
    part.mutable_target()->set_reply_key(reply_.public_key());
    return part;
  }
  Part In(const Part& open, size_t least = 0) const {
    Part part;
    part.set_sealed(Sealed(open, least));
    return part;
  }
  // As a stream of a file has them: sealed, and filled up to `count`.
  std::vector<Part> Parts(const std::string& name, const std::string& bytes, size_t from,
                          size_t count) const {
    const size_t least = count == 1 ? 0 : receipt::kMostPaddedBytes;
    std::vector<Part> parts{In(Target(name))};
    for (size_t n = 0; n < count; ++n) {
      Part part;
      if (from < bytes.size()) {
        const std::string piece = bytes.substr(from, kPiece);
        *part.mutable_chunk() = ChunkOf(static_cast<int64_t>(from), piece);
        from += piece.size();
      }
      parts.push_back(In(part, least));
    }
    return parts;
  }
  absl::StatusOr<v1::Upload> Send(const std::vector<Part>& parts) {
    grpc::ClientContext context;
    v1::Upload upload;
    const auto stream = evidence_->UploadAnonymousEvidence(&context, &upload);
    for (const Part& part : parts) {
      if (!stream->Write(part)) break;
    }
    stream->WritesDone();
    const grpc::Status status = stream->Finish();
    if (!status.ok()) return status::FromGrpcStatus(status);
    return upload;
  }
  std::string Begun(const std::string& request_id, const std::string& bytes) {
    const auto upload = StartSealed(StartRequest(request_id, bytes));
    EXPECT_THAT(upload, IsOk());
    return upload.ok() ? upload->name() : "";
  }
  // How much of it is kept.
  size_t Kept(const std::string& name) {
    const EvidenceRow row = RowOf(name);
    const auto chunks = blobs_.Count({row.tenant, row.blob_id}, clock_.Now() + absl::Seconds(10));
    return chunks.value() == 0 ? 0 : kPiece + 5;
  }
  bool IsComplete(const std::string& name) {
    return GetAs("taro", name)->state() != v1::EVIDENCE_STATE_UPLOADING;
  }

  const std::string receipt_ = NewReceipt();
  std::string report_;
  const SealingKeys::PublishedKey key_ = *sealing_.Published("acme");
  const receipt::ReplyKey reply_;
};

TEST_F(SealedUploadsTest, WhoeverCarriesItSeesSizeClassesAlone) {
  // One of three pieces and one of four look the same.
  for (const size_t size : {2 * kPiece + 1, 4 * kPiece}) {
    const std::string bytes = TestBytes(size);
    const std::string name = Begun(absl::StrCat("upload-of-", size), bytes);
    const std::vector<Part> parts = Parts(name, bytes, 0, 4);
    std::vector<size_t> seen;
    for (const Part& part : parts) {
      const std::string wire = part.SerializeAsString();
      EXPECT_EQ(wire.find(receipt_), std::string::npos);
      EXPECT_EQ(wire.find(name), std::string::npos);
      EXPECT_EQ(wire.find(bytes.substr(0, 16)), std::string::npos);
      seen.push_back(part.sealed().size());
    }
    EXPECT_THAT(seen, ::testing::ElementsAre(4096 + 48, receipt::kMostSealedBytes,
                                             receipt::kMostSealedBytes, receipt::kMostSealedBytes,
                                             receipt::kMostSealedBytes));
    const auto answer = Send(parts);
    ASSERT_THAT(answer, IsOk());
    EXPECT_TRUE(Opened(*answer).complete());
    const auto original = OriginalAs("taro", name);
    ASSERT_THAT(original, IsOk());
    EXPECT_TRUE(original->bytes == bytes);
    EXPECT_EQ(original->evidence.file_name(), "secret name.wav");
  }
  // A small one has one message of the next class.
  const std::string name = Begun("upload-small", "words");
  const auto parts = Parts(name, "words", 0, 1);
  EXPECT_EQ(parts[1].sealed().size(), 4096u + 48);
  ASSERT_THAT(Send(parts), IsOk());
  EXPECT_TRUE(IsComplete(name));
}

TEST_F(SealedUploadsTest, AnUploadGoesOnWhereItsConnectionBroke) {
  const std::string bytes = TestBytes(3 * kPiece);
  const std::string name = Begun("upload-broken", bytes);
  std::vector<Part> parts = Parts(name, bytes, 0, 4);
  parts.resize(4);  // the last is missing: all bytes are there
  EXPECT_THAT(Send(parts), HasReason(kSealing));
  const auto again = StartSealed(StartRequest("upload-broken", bytes));
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->complete());
  ASSERT_THAT(Send(Parts(name, bytes, again->received_size(), 1)), IsOk());
  EXPECT_TRUE(IsComplete(name));
  EXPECT_TRUE(OriginalAs("taro", name)->bytes == bytes);
}

TEST_F(SealedUploadsTest, PaddingIsChecked) {
  const std::string bytes = TestBytes(kPiece + 5);
  Part open, twice;
  *open.mutable_chunk() = ChunkOf(0, bytes.substr(0, kPiece));
  twice.set_sealed(Sealed(In(Part())));
  const Part filler = In(Part(), receipt::kMostPaddedBytes);
  using Change = std::function<void(std::vector<Part>&)>;
  const std::pair<const char*, Change> rows[] = {
      {"three messages", [&](auto& parts) { parts.push_back(filler); }},
      {"a small one among several", [&](auto& parts) { parts[2] = In(Part()); }},
      {"nothing after the first", [&](auto& parts) { parts.resize(1); }},
      {"one in the open", [&](auto& parts) { parts[1] = open; }},
      {"one that was changed", [&](auto& parts) { parts[2].mutable_sealed()->back() ^= 1; }},
      {"sealed twice", [&](auto& parts) { parts[1] = twice; }},
      {"an empty message", [&](auto& parts) { parts[1] = Part(); }}};
  for (const auto& [what, change] : rows) {
    const std::string name = Begun("upload-" + id::ToText(ids_.NewId()), bytes);
    std::vector<Part> parts = Parts(name, bytes, 0, 2);
    change(parts);
    EXPECT_THAT(Send(parts), HasReason(kSealing)) << what;
    EXPECT_FALSE(IsComplete(name)) << what;
    // Whatever was wrong, the upload goes on with a stream that is not.
    const auto again = Send(Parts(name, bytes, Kept(name), Kept(name) == 0 ? 2 : 1));
    ASSERT_THAT(again, IsOk()) << what;
    EXPECT_TRUE(Opened(*again).complete()) << what;
  }
}

TEST_F(SealedUploadsTest, WhatWasSealedIsJudgedAsInTheOpen) {
  v1::StartAnonymousUploadRequest wrong = StartRequest("x", "words");
  wrong.mutable_file()->set_size(0);
  wrong.set_receipt("nothing");
  v1::Upload upload;
  const grpc::Status open = evidence_->StartAnonymousUpload(Context().get(), wrong, &upload);
  EXPECT_EQ(StartSealed(wrong).status(), status::FromGrpcStatus(open));
  // An answer in the open would tell the size.
  v1::StartAnonymousUploadRequest request = StartRequest("upload-open", "words");
  request.clear_reply_key();
  EXPECT_THAT(StartSealed(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("reply_key")));
  const std::string name = Begun("upload-judged", "words");
  Part target = Target(name);
  target.mutable_target()->clear_reply_key();
  EXPECT_THAT(Send({In(target)}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("target.reply_key")));
  // Another's receipt finds nothing, and a chunk first is none.
  target = Target(name);
  target.mutable_target()->set_receipt(NewReceipt());
  EXPECT_THAT(Send({In(target)}), StatusIs(absl::StatusCode::kNotFound));
  Part chunk;
  *chunk.mutable_chunk() = ChunkOf(0, "words");
  EXPECT_THAT(Send({In(chunk)}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("target")));
  // Sealed to another tenant.
  v1::StartAnonymousUploadRequest elsewhere;
  elsewhere.set_sealed(Sealed(StartRequest("upload-else", "words")));
  const grpc::Status other =
      evidence_elsewhere_->StartAnonymousUpload(Context().get(), elsewhere, &upload);
  EXPECT_THAT(status::FromGrpcStatus(other), HasReason(kSealing));
}

TEST_F(SealedUploadsTest, AMessageAndItsAnswerMayBeSealed) {
  v1::PostAnonymousMessageRequest open;
  open.set_receipt(receipt_);
  open.set_request_id("message-sealed");
  open.mutable_message()->set_text("On Monday.");
  open.mutable_message()->set_language("en");
  open.set_reply_key(reply_.public_key());
  v1::PostAnonymousMessageRequest request;
  request.set_sealed(Sealed(open));
  const auto dialogue = v1::DialogueService::NewStub(
      client::CreateChannel(peer_, authority_.Issue("sealed", {kPortal})));
  v1::Message answer;
  ASSERT_THAT(dialogue->PostAnonymousMessage(Context().get(), request, &answer), IsOk());
  EXPECT_EQ(answer.sealed().size(), 4096u + 48);
  EXPECT_EQ(answer.text() + answer.name() + answer.language(), "");
  v1::Message opened;
  ASSERT_TRUE(opened.ParseFromString(*reply_.Open(answer.sealed())));
  EXPECT_EQ(opened.text(), "On Monday.");
  v1::ListAnonymousMessagesRequest list;
  list.set_receipt(receipt_);
  list.set_after_number(0);
  v1::ListMessagesResponse listed;
  ASSERT_THAT(dialogue->ListAnonymousMessages(Context().get(), list, &listed), IsOk());
  EXPECT_EQ(listed.messages(0).text(), "On Monday.");
  // Without a key for it the answer would be in the open.
  open.clear_reply_key();
  request.set_sealed(Sealed(open));
  EXPECT_THAT(
      status::FromGrpcStatus(dialogue->PostAnonymousMessage(Context().get(), request, &answer)),
      HasReason(mamori::v1::ERROR_REASON_INVALID_FIELDS));
}

}  // namespace
}  // namespace mamori::intake
