#include "services/intake/evidence_rules.h"

#include "absl/strings/str_cat.h"
#include "common/id/id.h"
#include "common/status/macros.h"
#include "services/intake/field_rules.h"
#include "services/intake/reporter_rules.h"
#include "services/intake/text_rules.h"

namespace mamori::intake {
namespace {

constexpr size_t kMaxFileNameBytes = 1024;
constexpr size_t kMaxPurposeCharacters = 500;
constexpr size_t kHashBytes = 32;
constexpr char kCollection[] = "/evidence/";

FieldRules Rules() { return FieldRules(absl::InfinitePast()); }

void Hash(FieldRules& rules, const Path& path, const std::string& hash) {
  if (hash.size() != kHashBytes) {
    rules.Add(path, absl::StrCat(hash.size(), " bytes, want ", kHashBytes));
  }
}

void File(FieldRules& rules, bool set, const v1::UploadedFile& file) {
  const Path path("file");
  if (!set) return rules.Add(path, "unset, want a file");
  const std::string& name = file.file_name();
  // Whatever a file system took, but what is no text.
  if (name.empty() || name.size() > kMaxFileNameBytes) {
    rules.Add(Path(path, "file_name"),
              absl::StrCat(name.size(), " bytes, want 1 to ", kMaxFileNameBytes));
  } else if (!ReadText(name).valid_utf8) {
    rules.Add(Path(path, "file_name"), "invalid UTF-8, want valid UTF-8");
  }
  rules.Number(Path(path, "size"), file.size(), 1, kMaxFileBytes);
  Hash(rules, Path(path, "sha256"), file.sha256());
}

void Name(FieldRules& rules, const Path& path, const std::string& name) {
  if (!ParseEvidenceName(name).ok()) {
    rules.Add(path, "want reports/{26 characters}/evidence/{26 characters}");
  }
}

void PageOf(FieldRules& rules, int page_size) {
  if (page_size < 0) rules.Add(Path("page_size"), "negative, want 0 to 1000");
}

template <typename Request>
absl::Status ValidateDownload(const Request& request) {
  FieldRules rules = Rules();
  Name(rules, Path("name"), request.name());
  rules.Text(Path("purpose"), request.purpose(), kMaxPurposeCharacters, Unit::kCharacters,
             Presence::kRequired);
  return rules.Status();
}

}  // namespace

absl::Status Validate(const v1::StartUploadRequest& request) {
  FieldRules rules = Rules();
  rules.RequestId(request.request_id());
  rules.Name(Path("report"), "reports", request.report(), Presence::kRequired);
  File(rules, request.has_file(), request.file());
  return rules.Status();
}

absl::Status Validate(const v1::StartAnonymousUploadRequest& request) {
  FieldRules rules = Rules();
  CheckReceipt(rules, "receipt", request.receipt());
  rules.RequestId(request.request_id());
  File(rules, request.has_file(), request.file());
  CheckReplyKey(rules, "reply_key", request.reply_key());
  return rules.Status();
}

absl::Status ValidateFirst(const v1::UploadEvidenceRequest& request) {
  FieldRules rules = Rules();
  const Path path("target");
  if (!request.has_target()) {
    rules.Add(path, "unset in the first message, want an upload");
  } else {
    Name(rules, Path(path, "name"), request.target().name());
  }
  return rules.Status();
}

absl::Status ValidateFirst(const v1::UploadAnonymousEvidenceRequest& request) {
  FieldRules rules = Rules();
  const Path path("target");
  if (!request.has_target()) {
    rules.Add(path, "unset in the first message, want an upload");
  } else {
    CheckReceipt(rules, "target.receipt", request.target().receipt());
    CheckReplyKey(rules, "target.reply_key", request.target().reply_key());
    Name(rules, Path(path, "name"), request.target().name());
  }
  return rules.Status();
}

absl::Status Validate(const v1::GetEvidenceRequest& request) {
  FieldRules rules = Rules();
  Name(rules, Path("name"), request.name());
  return rules.Status();
}

absl::Status Validate(const v1::ListEvidenceRequest& request) {
  FieldRules rules = Rules();
  rules.Name(Path("report"), "reports", request.report(), Presence::kRequired);
  PageOf(rules, request.page_size());
  return rules.Status();
}

absl::Status Validate(const v1::GetAnonymousEvidenceRequest& request) {
  FieldRules rules = Rules();
  CheckReceipt(rules, "receipt", request.receipt());
  Name(rules, Path("name"), request.name());
  CheckReplyKey(rules, "reply_key", request.reply_key());
  return rules.Status();
}

absl::Status Validate(const v1::ListAnonymousEvidenceRequest& request) {
  FieldRules rules = Rules();
  CheckReceipt(rules, "receipt", request.receipt());
  PageOf(rules, request.page_size());
  CheckReplyKey(rules, "reply_key", request.reply_key());
  return rules.Status();
}

absl::Status Validate(const v1::DownloadEvidenceRequest& request) {
  return ValidateDownload(request);
}

absl::Status Validate(const v1::DownloadOriginalRequest& request) {
  return ValidateDownload(request);
}

absl::Status Validate(const v1::ListEvidenceAccessRequest& request) {
  FieldRules rules = Rules();
  Name(rules, Path("name"), request.name());
  PageOf(rules, request.page_size());
  return rules.Status();
}

absl::Status ValidateChunk(const v1::EvidenceChunk& chunk, int64_t offset, int64_t size) {
  FieldRules rules = Rules();
  const Path path("chunk");
  const size_t bytes = chunk.data().size();
  if (bytes == 0 || bytes > kMaxChunkMessageBytes) {
    rules.Add(Path(path, "data"), absl::StrCat(bytes, " bytes, want 1 to ", kMaxChunkMessageBytes));
  } else if (static_cast<int64_t>(bytes) > size - offset) {
    rules.Add(Path(path, "data"),
              absl::StrCat(bytes, " bytes, want at most the ", size - offset, " that are missing"));
  }
  Hash(rules, Path(path, "sha256"), chunk.sha256());
  return rules.Status();
}

absl::StatusOr<EvidenceName> ParseEvidenceName(const std::string& name) {
  const size_t split = name.find(kCollection);
  if (split == std::string::npos) return absl::InvalidArgumentError("not the name of evidence");
  EvidenceName parsed{.report = name.substr(0, split)};
  ASSIGN_OR_RETURN(parsed.report_id, id::FromName("reports", parsed.report));
  ASSIGN_OR_RETURN(parsed.evidence_id, id::FromText(name.substr(split + sizeof(kCollection) - 1)));
  return parsed;
}

std::string NameOfEvidence(const std::string& report_id, const std::string& evidence_id) {
  return absl::StrCat(id::Name("reports", report_id), kCollection, id::ToText(evidence_id));
}

bool CountsAsIdentity(mamori::v1::ReporterMode mode) {
  return mode == mamori::v1::REPORTER_MODE_ANONYMOUS ||
         mode == mamori::v1::REPORTER_MODE_CONFIDENTIAL;
}

}  // namespace mamori::intake
