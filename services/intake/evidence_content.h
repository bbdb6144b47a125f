// Between messages about evidence and rows, whose content is sealed.
#ifndef MAMORI_SERVICES_INTAKE_EVIDENCE_CONTENT_H_
#define MAMORI_SERVICES_INTAKE_EVIDENCE_CONTENT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sealing/sealer.h"
#include "services/intake/blob_seal.h"
#include "services/intake/evidence_store.h"

namespace mamori::intake {

// Why nothing is known of a file that nobody has looked into.
inline constexpr char kNoInspector[] = "no inspector is configured";
inline constexpr char kNotYetInspected[] = "it was not inspected yet";

// The data key of a file is that of its report. NOT_FOUND when it was erased.
absl::StatusOr<sealing::DataKey> KeyOfEvidence(const sealing::Sealer& sealer,
                                               const EvidenceRow& row, absl::Time deadline);
// Name, size, hash and whether they are identity. DATA_LOSS.
absl::StatusOr<v1::Evidence> OpenEvidence(const sealing::DataKey& key, const EvidenceRow& row);
// The link with its purpose and what was found. DATA_LOSS.
absl::StatusOr<v1::EvidenceAccess> OpenAccess(const sealing::DataKey& key,
                                              const EvidenceAccessRow& row);
// A link of the chain of a file: `row` has its kind, who, and when; `body` is sealed into it.
NewEvidenceAccess SealAccess(const sealing::DataKey& key, const EvidenceRow& evidence,
                             EvidenceAccessRow row, const char* action,
                             const v1::EvidenceAccess& body);

// What triage is told about a file: the fact is the caller's.
mamori::v1::Event EventOfEvidence(const EvidenceRow& row, std::string event_id, absl::Time told);

// What is read of a file that is complete, and of its derivative.
StoredFile OriginalOf(const EvidenceRow& row);
StoredFile DerivativeOf(const EvidenceRow& row, const v1::EvidenceInspection& inspection);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_EVIDENCE_CONTENT_H_
