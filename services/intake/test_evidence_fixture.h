// Evidence over real TLS, on a real database, by receipt and by token.
#ifndef MAMORI_SERVICES_INTAKE_TEST_EVIDENCE_FIXTURE_H_
#define MAMORI_SERVICES_INTAKE_TEST_EVIDENCE_FIXTURE_H_

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/authn/people.h"
#include "common/authn/test_tokens.h"
#include "common/crypto/sha256.h"
#include "services/intake/evidence_rules.h"
#include "services/intake/evidence_service.h"
#include "services/intake/sql_blob_store.h"
#include "services/intake/sql_evidence_store.h"
#include "services/intake/test_reporter_fixture.h"

namespace mamori::intake {

inline constexpr char kTaro[] = "acme/taro";      // of the desk
inline constexpr char kHanako[] = "acme/hanako";  // who reports

// `size` bytes that differ from one another and from those of another seed.
inline std::string TestBytes(size_t size, uint64_t seed = 1) {
  std::string bytes(size, '\0');
  for (char& c : bytes) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    c = static_cast<char>(seed >> 56);
  }
  return bytes;
}

inline v1::UploadedFile FileOf(const std::string& name, const std::string& bytes) {
  v1::UploadedFile file;
  file.set_file_name(name);
  file.set_size(static_cast<int64_t>(bytes.size()));
  file.set_sha256(crypto::Sha256::Of(bytes));
  return file;
}

inline v1::EvidenceChunk ChunkOf(int64_t offset, const std::string& data) {
  v1::EvidenceChunk chunk;
  chunk.set_offset(offset);
  chunk.set_data(data);
  chunk.set_sha256(crypto::Sha256::Of(data));
  return chunk;
}

class EvidenceTest : public ReporterTest {
 protected:
  EvidenceTest() {
    access_.Allow(kTaro);
    server::Server::Options options;
    options.config.set_listen("127.0.0.1:0");
    *options.config.mutable_tls() =
        authority_.Issue("evidence", {"spiffe://mamori.internal/service/intake"});
    options.methods = Methods();
    options.services = {&evidence_service_};
    options.check_ready = [] { return absl::OkStatus(); };
    evidence_server_ = server::Server::Start(std::move(options), telemetry_).value();
    config::v1::Peer peer;
    peer.set_target(absl::StrCat("localhost:", evidence_server_->port()));
    evidence_ = v1::EvidenceService::NewStub(
        client::CreateChannel(peer, authority_.Issue("uploads", {kPortal})));
    evidence_elsewhere_ = v1::EvidenceService::NewStub(
        client::CreateChannel(peer, authority_.Issue("uploads-elsewhere", {kElsewhere})));
    people_.Start();
  }

  // Of a person who authenticated in the way `acr`, "high" strongly, so long ago.
  std::unique_ptr<grpc::ClientContext> As(const std::string& sub, const std::string& acr = "low",
                                          absl::Duration ago = absl::ZeroDuration(),
                                          const std::string& tenant = "acme") {
    auto context = client::MakeContext(clock_.Now() + absl::Seconds(60));
    const std::string claims =
        absl::StrCat(R"({"sub": ")", sub, R"(", "tenant": ")", tenant, R"(", "acr": ")", acr,
                     R"(", "auth_time": )", absl::ToUnixSeconds(clock_.Now() - ago), "}");
    client::SetToken(authn::MakeToken(key_, clock_.Now(), R"({"alg":"ES256"})", claims), *context);
    return context;
  }

  // An anonymous report, by its receipt.
  std::string ReportBy(const std::string& receipt) {
    return Submit(Anonymous(receipt)).value().name();
  }
  // hanako's own.
  std::string ReportOf(mamori::v1::ReporterMode mode) {
    v1::SubmitIdentifiedReportRequest request;
    request.set_request_id("report-" + id::ToText(ids_.NewId()));
    *request.mutable_report() = GoodSubmit().report();
    request.set_mode(mode);
    return own_.Submit(CallOf(kHanako), request).value().name();
  }

  absl::StatusOr<v1::Upload> StartBy(const std::string& receipt, const std::string& request_id,
                                     const v1::UploadedFile& file) {
    v1::StartAnonymousUploadRequest request;
    request.set_receipt(receipt);
    request.set_request_id(request_id);
    *request.mutable_file() = file;
    v1::Upload upload;
    const grpc::Status status = evidence_->StartAnonymousUpload(Context().get(), request, &upload);
    if (!status.ok()) return status::FromGrpcStatus(status);
    return upload;
  }
  absl::StatusOr<v1::Upload> StartAs(const std::string& sub, const std::string& report,
                                     const std::string& request_id, const v1::UploadedFile& file) {
    v1::StartUploadRequest request;
    request.set_report(report);
    request.set_request_id(request_id);
    *request.mutable_file() = file;
    v1::Upload upload;
    const grpc::Status status = evidence_->StartUpload(As(sub).get(), request, &upload);
    if (!status.ok()) return status::FromGrpcStatus(status);
    return upload;
  }
  // Sends `bytes` from `offset` up to `end` in pieces; what happens after is up to `ending`.
  enum class Ending { kDone, kKilled };
  absl::StatusOr<v1::Upload> SendBy(const std::string& receipt, const std::string& name,
                                    const std::string& bytes, int64_t offset, int64_t end,
                                    size_t piece = 300'000, Ending ending = Ending::kDone) {
    grpc::ClientContext context;
    v1::Upload upload;
    const auto stream = evidence_->UploadAnonymousEvidence(&context, &upload);
    v1::UploadAnonymousEvidenceRequest message;
    message.mutable_target()->set_receipt(receipt);
    message.mutable_target()->set_name(name);
    bool open = stream->Write(message);
    while (open && offset < end) {
      const size_t size = std::min<size_t>(piece, end - offset);
      *message.mutable_chunk() = ChunkOf(offset, bytes.substr(offset, size));
      open = stream->Write(message);
      offset += static_cast<int64_t>(size);
    }
    if (ending == Ending::kKilled) {
      context.TryCancel();
    } else {
      stream->WritesDone();
    }
    const grpc::Status status = stream->Finish();
    if (!status.ok()) return status::FromGrpcStatus(status);
    return upload;
  }
  absl::StatusOr<v1::Upload> SendAs(const std::string& sub, const std::string& name,
                                    const std::string& bytes) {
    const auto context = As(sub);
    v1::Upload upload;
    const auto stream = evidence_->UploadEvidence(context.get(), &upload);
    v1::UploadEvidenceRequest message;
    message.mutable_target()->set_name(name);
    bool open = stream->Write(message);
    for (size_t at = 0; open && at < bytes.size(); at += 700'000) {
      *message.mutable_chunk() = ChunkOf(static_cast<int64_t>(at), bytes.substr(at, 700'000));
      open = stream->Write(message);
    }
    stream->WritesDone();
    const grpc::Status status = stream->Finish();
    if (!status.ok()) return status::FromGrpcStatus(status);
    return upload;
  }
  // A file that is there, by receipt.
  std::string Uploaded(const std::string& receipt, const std::string& bytes,
                       const std::string& file_name = "call.wav") {
    const auto upload =
        StartBy(receipt, "upload-" + id::ToText(ids_.NewId()), FileOf(file_name, bytes));
    EXPECT_THAT(upload, testing::IsOk());
    const auto sent = SendBy(receipt, upload->name(), bytes, 0, bytes.size());
    EXPECT_THAT(sent, testing::IsOk());
    EXPECT_TRUE(sent.ok() && sent->complete());
    return upload->name();
  }

  absl::StatusOr<v1::Evidence> GetAs(const std::string& sub, const std::string& name) {
    v1::GetEvidenceRequest request;
    request.set_name(name);
    v1::Evidence evidence;
    const grpc::Status status = evidence_->GetEvidence(As(sub).get(), request, &evidence);
    if (!status.ok()) return status::FromGrpcStatus(status);
    return evidence;
  }
  absl::StatusOr<v1::Evidence> GetBy(const std::string& receipt, const std::string& name) {
    v1::GetAnonymousEvidenceRequest request;
    request.set_receipt(receipt);
    request.set_name(name);
    v1::Evidence evidence;
    const grpc::Status status =
        evidence_->GetAnonymousEvidence(Context().get(), request, &evidence);
    if (!status.ok()) return status::FromGrpcStatus(status);
    return evidence;
  }
  absl::StatusOr<v1::ListEvidenceResponse> ListBy(const std::string& receipt, int page_size = 0,
                                                  const std::string& page_token = "") {
    v1::ListAnonymousEvidenceRequest request;
    request.set_receipt(receipt);
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    v1::ListEvidenceResponse response;
    const grpc::Status status =
        evidence_->ListAnonymousEvidence(Context().get(), request, &response);
    if (!status.ok()) return status::FromGrpcStatus(status);
    return response;
  }
  absl::StatusOr<v1::ListEvidenceAccessResponse> CustodyOf(const std::string& name) {
    v1::ListEvidenceAccessRequest request;
    request.set_name(name);
    v1::ListEvidenceAccessResponse response;
    const grpc::Status status = evidence_->ListEvidenceAccess(As("taro").get(), request, &response);
    if (!status.ok()) return status::FromGrpcStatus(status);
    return response;
  }
  struct Downloaded {
    v1::Evidence evidence;
    std::string bytes;
  };
  absl::StatusOr<Downloaded> OriginalAs(const std::string& sub, const std::string& name,
                                        const std::string& acr = "high",
                                        absl::Duration ago = absl::ZeroDuration(),
                                        const std::string& why = "to hear it") {
    v1::DownloadOriginalRequest request;
    request.set_name(name);
    request.set_purpose(why);
    const auto context = As(sub, acr, ago);
    const auto stream = evidence_->DownloadOriginal(context.get(), request);
    return ReadAll<v1::DownloadOriginalResponse>(*stream);
  }
  absl::StatusOr<Downloaded> DerivativeAs(const std::string& sub, const std::string& name,
                                          const std::string& why = "to hear it") {
    v1::DownloadEvidenceRequest request;
    request.set_name(name);
    request.set_purpose(why);
    const auto context = As(sub);
    const auto stream = evidence_->DownloadEvidence(context.get(), request);
    return ReadAll<v1::DownloadEvidenceResponse>(*stream);
  }
  template <typename Response>
  static absl::StatusOr<Downloaded> ReadAll(grpc::ClientReader<Response>& stream) {
    Downloaded all;
    Response response;
    while (stream.Read(&response)) {
      if (response.has_evidence()) all.evidence = response.evidence();
      if (response.has_chunk()) {
        EXPECT_EQ(response.chunk().offset(), static_cast<int64_t>(all.bytes.size()));
        all.bytes += response.chunk().data();
      }
    }
    const grpc::Status status = stream.Finish();
    if (!status.ok()) return status::FromGrpcStatus(status);
    return all;
  }
  EvidenceRow RowOf(const std::string& name) {
    const EvidenceName parts = *ParseEvidenceName(name);
    return *evidence_store_.Get("acme", parts.report_id, parts.evidence_id,
                                clock_.Now() + absl::Seconds(10));
  }

  const authn::TestKey key_ = authn::TestKey::Ec("k");
  authn::People people_{authn::TestPeople("unused"), clock_, ids_, telemetry_, {[this] {
                          return authn::JwkSet({key_.Jwk()});
                        }}};
  server::Rpc people_rpc_{authorizer_, clock_, ids_, telemetry_, {.people = &people_}};
  SqlEvidenceStore evidence_store_{database_.transactor(), journal_};
  SqlBlobStore blobs_{database_.transactor()};
  Uploads uploads_{{store_, messages_, evidence_store_, blobs_, TestSeal().sealer(), reporter_keys_,
                    clock_, ids_, [] {}}};
  Evidences evidences_{{messages_, evidence_store_, blobs_, TestSeal().sealer(), tokens_, clock_,
                        ids_, nullptr, true}};
  // Wide open: what floods is tested elsewhere.
  FloodControl no_flood_{[] {
                           config::v1::FloodControl limits;
                           limits.mutable_receipt()->set_per_minute(100'000);
                           limits.mutable_receipt()->set_burst(100'000);
                           limits.mutable_person()->set_per_minute(100'000);
                           limits.mutable_person()->set_burst(100'000);
                           return limits;
                         }(),
                         clock_};
  EvidenceService evidence_service_{
      {people_rpc_, uploads_, evidences_, parties_, parties_, no_flood_, sealing_, clock_}};
  std::unique_ptr<server::Server> evidence_server_;
  std::unique_ptr<v1::EvidenceService::Stub> evidence_;
  std::unique_ptr<v1::EvidenceService::Stub> evidence_elsewhere_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_TEST_EVIDENCE_FIXTURE_H_
