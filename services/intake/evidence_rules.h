// What the requests about evidence must look like; as validate.h. Pure.
#ifndef MAMORI_SERVICES_INTAKE_EVIDENCE_RULES_H_
#define MAMORI_SERVICES_INTAKE_EVIDENCE_RULES_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mamori/intake/v1/evidence_service.pb.h"
#include "mamori/v1/report.pb.h"

namespace mamori::intake {

inline constexpr int64_t kMaxFileBytes = int64_t{512} << 20;
inline constexpr size_t kMaxChunkMessageBytes = size_t{1} << 20;

absl::Status Validate(const v1::StartUploadRequest& request);
absl::Status Validate(const v1::StartAnonymousUploadRequest& request);
// The first message of a stream.
absl::Status ValidateFirst(const v1::UploadEvidenceRequest& request);
absl::Status ValidateFirst(const v1::UploadAnonymousEvidenceRequest& request);
absl::Status Validate(const v1::GetEvidenceRequest& request);
absl::Status Validate(const v1::ListEvidenceRequest& request);
absl::Status Validate(const v1::GetAnonymousEvidenceRequest& request);
absl::Status Validate(const v1::ListAnonymousEvidenceRequest& request);
absl::Status Validate(const v1::DownloadEvidenceRequest& request);
absl::Status Validate(const v1::DownloadOriginalRequest& request);
absl::Status Validate(const v1::ListEvidenceAccessRequest& request);

// A chunk that comes at `offset` of a file of `size` bytes. Whether that is its own offset and its
// hash is looked at elsewhere.
absl::Status ValidateChunk(const v1::EvidenceChunk& chunk, int64_t offset, int64_t size);

// The parts of "reports/{id}/evidence/{id}".
struct EvidenceName {
  std::string report;  // "reports/{id}"
  std::string report_id;
  std::string evidence_id;
};
// INVALID_ARGUMENT.
absl::StatusOr<EvidenceName> ParseEvidenceName(const std::string& name);
std::string NameOfEvidence(const std::string& report_id, const std::string& evidence_id);

// Whether what a reporter of this mode sends tells who it is, and is given as that alone.
bool CountsAsIdentity(mamori::v1::ReporterMode mode);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_EVIDENCE_RULES_H_
