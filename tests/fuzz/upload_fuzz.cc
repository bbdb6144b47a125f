// What comes with a file: its name and size, the chunks, the name of an evidence, and how far each
// is believed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "services/intake/evidence_rules.h"

namespace {

using namespace mamori::intake;  // NOLINT: a program of its own

void Require(bool holds) {
  if (!holds) std::abort();
}

void Start(const std::string& bytes) {
  v1::StartUploadRequest request;
  if (!request.ParseFromString(bytes) || !Validate(request).ok()) return;
  Require(!request.file().file_name().empty() && request.file().file_name().size() <= 1024);
  Require(request.file().size() >= 1 && request.file().size() <= 512 << 20);
  Require(request.file().sha256().size() == 32);
}

void Chunk(const std::string& bytes) {
  v1::UploadEvidenceRequest message;
  if (!message.ParseFromString(bytes)) return;
  if (ValidateFirst(message).ok()) Require(ParseEvidenceName(message.target().name()).ok());
  constexpr int64_t kSize = 5 << 20;
  const int64_t offset = message.chunk().offset();
  if (offset < 0 || offset > kSize || !ValidateChunk(message.chunk(), offset, kSize).ok()) return;
  const auto size = static_cast<int64_t>(message.chunk().data().size());
  Require(size >= 1 && size <= 1 << 20 && offset + size <= kSize);
}

// A name has one form.
void Name(const std::string& bytes) {
  const auto name = ParseEvidenceName(bytes);
  if (name.ok()) Require(NameOfEvidence(name->report_id, name->evidence_id) == bytes);
}

void ByReceipt(const std::string& bytes) {
  v1::ListAnonymousEvidenceRequest request;
  if (request.ParseFromString(bytes)) (void)Validate(request);
  v1::UploadAnonymousEvidenceRequest message;
  if (message.ParseFromString(bytes)) (void)ValidateFirst(message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 4) {
    case 0:
      Start(bytes);
      break;
    case 1:
      Chunk(bytes);
      break;
    case 2:
      Name(bytes);
      break;
    default:
      ByReceipt(bytes);
  }
  return 0;
}
