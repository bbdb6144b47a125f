// evidence add: a file to a report, by receipt, sealed or not, or by token.
#include <algorithm>
#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/crypto/sha256.h"
#include "mamori/intake/v1/evidence_service.grpc.pb.h"
#include "services/mamorictl/client_seal.h"
#include "services/mamorictl/receipt_file.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {
namespace {

using intake::v1::Upload;
using UploadStub = intake::v1::EvidenceService::Stub;
using AnonymousPart = intake::v1::UploadAnonymousEvidenceRequest;

constexpr size_t kPieceBytes = 1 << 20;
// With what stands around it, the largest that can be sealed.
constexpr size_t kSealedPieceBytes = receipt::kMostPaddedBytes - 1024;
constexpr int kUploadAttempts = 5;

// A file to be uploaded.
struct UploadJob {
  std::string path;
  std::string report;
  std::string receipt_file;
  std::string receipt;
  std::string name;
  std::string request_id;
  bool sealed = false;
};

// Its last part; what stands before it is nobody else's to know.
std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

absl::Status Describe(const UploadJob& add, intake::v1::UploadedFile& file) {
  std::ifstream in(add.path, std::ios::binary);
  crypto::Sha256 hash;
  std::string piece(kPieceBytes, '\0');
  int64_t size = 0;
  while (in) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    hash.Add(std::string_view(piece).substr(0, in.gcount()));
    size += in.gcount();
  }
  if (!in.eof()) return absl::NotFoundError(absl::StrCat("cannot read ", add.path));
  file.set_file_name(add.name.empty() ? BaseName(add.path) : add.name);
  file.set_size(size);
  file.set_sha256(hash.Finish());
  return absl::OkStatus();
}

grpc::Status StartUpload(Session& session, UploadStub& stub, const UploadJob& add,
                         const ClientSeal& seal, const intake::v1::UploadedFile& file,
                         Upload& upload) {
  if (add.receipt.empty()) {
    intake::v1::StartUploadRequest request;
    request.set_request_id(add.request_id);
    request.set_report(add.report);
    *request.mutable_file() = file;
    return stub.StartUpload(session.Call().get(), request, &upload);
  }
  intake::v1::StartAnonymousUploadRequest request;
  request.set_request_id(add.request_id);
  request.set_receipt(add.receipt);
  *request.mutable_file() = file;
  if (seal.wanted()) request.set_reply_key(seal.reply_key());
  if (const auto boxed = seal.Seal(request); !boxed.ok()) return boxed;
  const auto status = stub.StartAnonymousUpload(session.AnonymousCall().get(), request, &upload);
  return status.ok() ? seal.Open(upload) : status;
}

// The next piece of the file after `offset`; false at its end.
bool ReadPiece(std::ifstream& in, size_t most, int64_t offset, intake::v1::EvidenceChunk& chunk) {
  std::string piece(most, '\0');
  in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
  piece.resize(in.gcount());
  if (piece.empty()) return false;
  chunk.set_offset(offset);
  chunk.set_sha256(crypto::Sha256::Of(piece));
  *chunk.mutable_data() = std::move(piece);
  return true;
}

// What is missing, from where the service is.
template <typename Request>
grpc::Status SendRest(grpc::ClientWriter<Request>& stream, const UploadJob& add, int64_t offset,
                      Request message) {
  std::ifstream in(add.path, std::ios::binary);
  in.seekg(offset);
  bool open = stream.Write(message);
  while (open && ReadPiece(in, kPieceBytes, offset, *message.mutable_chunk())) {
    offset += static_cast<int64_t>(message.chunk().data().size());
    open = stream.Write(message);
  }
  stream.WritesDone();
  return stream.Finish();
}

// How many messages after the first: a power of two, however many the file needs.
int64_t MessagesFor(int64_t bytes) {
  const int64_t piece = kSealedPieceBytes;
  int64_t count = 1;
  while (count * piece < bytes) count *= 2;
  return count;
}

grpc::Status SendSealedRest(grpc::ClientWriter<AnonymousPart>& stream, const UploadJob& add,
                            const ClientSeal& seal, const Upload& upload, AnonymousPart first) {
  std::ifstream in(add.path, std::ios::binary);
  in.seekg(upload.received_size());
  int64_t offset = upload.received_size();
  const int64_t count = MessagesFor(upload.size() - offset);
  const size_t least = count == 1 ? 0 : receipt::kMostPaddedBytes;
  if (const auto boxed = seal.Seal(first); !boxed.ok()) return boxed;
  bool open = stream.Write(first);
  for (int64_t n = 0; open && n < count; ++n) {
    AnonymousPart part;
    intake::v1::EvidenceChunk chunk;
    if (ReadPiece(in, kSealedPieceBytes, offset, chunk)) {
      offset += static_cast<int64_t>(chunk.data().size());
      part.mutable_chunk()->Swap(&chunk);
    }
    if (const auto boxed = seal.Seal(part, least); !boxed.ok()) return boxed;
    open = stream.Write(part);
  }
  stream.WritesDone();
  return stream.Finish();
}

grpc::Status SendFile(Session& session, UploadStub& stub, const UploadJob& add,
                      const ClientSeal& seal, Upload& upload) {
  const int64_t offset = upload.received_size();
  if (add.receipt.empty()) {
    intake::v1::UploadEvidenceRequest message;
    message.mutable_target()->set_name(upload.name());
    const auto context = session.Call(/*stream=*/true);
    return SendRest(*stub.UploadEvidence(context.get(), &upload), add, offset, message);
  }
  AnonymousPart message;
  message.mutable_target()->set_name(upload.name());
  message.mutable_target()->set_receipt(add.receipt);
  const auto context = session.AnonymousCall(/*stream=*/true);
  if (!seal.wanted()) {
    return SendRest(*stub.UploadAnonymousEvidence(context.get(), &upload), add, offset, message);
  }
  message.mutable_target()->set_reply_key(seal.reply_key());
  Upload answer;
  const auto stream = stub.UploadAnonymousEvidence(context.get(), &answer);
  const auto status = SendSealedRest(*stream, add, seal, upload, message);
  upload = answer;
  return status.ok() ? seal.Open(upload) : status;
}

int RunAdd(Session& session, UploadJob add) {
  if (!add.receipt_file.empty()) {
    const auto receipt = ReadReceipt(add.receipt_file);
    if (!receipt.ok()) return session.FailUsage(std::string(receipt.status().message()));
    add.receipt = *receipt;
  }
  add.request_id = session.RequestId(add.request_id);
  intake::v1::UploadedFile file;
  if (const absl::Status read = Describe(add, file); !read.ok()) {
    return session.FailLocally(std::string(read.message()));
  }
  ClientSeal seal(add.sealed);
  if (const auto prepared = seal.Prepare(session); !prepared.ok()) return session.Fail(prepared);
  const auto stub =
      intake::v1::EvidenceService::NewStub(session.Channel(session.settings().intake));
  Upload upload;
  grpc::Status status;
  for (int attempt = 1; attempt <= kUploadAttempts; ++attempt) {
    status = StartUpload(session, *stub, add, seal, file, upload);
    if (status.ok() && !upload.complete()) status = SendFile(session, *stub, add, seal, upload);
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE &&
        status.error_code() != grpc::StatusCode::ABORTED) {
      break;
    }
    session.sleeper().Sleep(absl::Seconds(attempt));
  }
  if (!status.ok()) return session.Fail(status);
  return session.Show(upload, absl::StrCat(upload.name(), "\n"));
}

}  // namespace

void AddEvidenceUpload(CLI::App& group, Choice& choice) {
  auto* command = group.add_subcommand("add", "Upload a file, or go on with it");
  auto add = std::make_shared<UploadJob>();
  command->add_option("file", add->path, "The file: 1 byte to 512 MiB")->required();
  auto* report = command->add_option("--report", add->report, "reports/…, by token");
  auto* receipt_file =
      command->add_option("--receipt-file", add->receipt_file, "In its place the receipt")
          ->excludes(report);
  command->add_option("--file-name", add->name, "Its name for others; the file's own by default");
  command->add_option("--request-id", add->request_id, "Made when left out");
  command->add_flag("--sealed", add->sealed, "Seal it, so that whoever carries it sees none of it")
      ->needs(receipt_file);
  command->callback([=, &choice] {
    if (add->report.empty() && add->receipt_file.empty()) {
      throw CLI::RequiredError("--report or --receipt-file");
    }
    choice.run = [=](Session& session) { return RunAdd(session, *add); };
  });
}

}  // namespace mamori::ctl
