#include "services/intake/evidence_content.h"

#include <utility>

#include "common/sealing/fields.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/intake/content_seal.h"
#include "services/intake/evidence_rules.h"

namespace mamori::intake {
namespace {

// Its header was looked at when the row was opened.
std::string KeyIdOf(const EvidenceRow& row) {
  const auto header = sealing::HeaderOf(row.body);
  return header.ok() ? std::string(header->key_id) : std::string();
}

}  // namespace

absl::StatusOr<sealing::DataKey> KeyOfEvidence(const sealing::Sealer& sealer,
                                               const EvidenceRow& row, absl::Time deadline) {
  auto key = sealer.FetchKey(row.tenant, row.body, deadline);
  if (sealing::IsErased(key.status())) {
    sealer.IsErasureDecided(sealing::Owner::kReport, row.report_id, deadline);
    return status::NotFound("evidence");
  }
  return key;
}

absl::StatusOr<v1::Evidence> OpenEvidence(const sealing::DataKey& key, const EvidenceRow& row) {
  ASSIGN_OR_RETURN(
      const std::string body,
      ContentSeal::OpenBody(key, sealing::EvidenceBody(row.tenant, row.evidence_id), row.body));
  v1::Evidence evidence;
  if (!evidence.ParseFromString(body)) return absl::DataLossError("evidence cannot be parsed");
  return evidence;
}

absl::StatusOr<v1::EvidenceAccess> OpenAccess(const sealing::DataKey& key,
                                              const EvidenceAccessRow& row) {
  ASSIGN_OR_RETURN(
      const std::string body,
      ContentSeal::OpenBody(key, sealing::EvidenceAccessBody(row.tenant, row.access_id), row.body));
  v1::EvidenceAccess access;
  if (!access.ParseFromString(body)) return absl::DataLossError("an access cannot be parsed");
  access.set_number(row.number);
  access.set_kind(row.kind);
  access.set_person(row.person);
  access.set_caller(row.caller);
  *access.mutable_create_time() = time::ToTimestamp(row.create_time);
  return access;
}

NewEvidenceAccess SealAccess(const sealing::DataKey& key, const EvidenceRow& evidence,
                             EvidenceAccessRow row, const char* action,
                             const v1::EvidenceAccess& body) {
  row.evidence_id = evidence.evidence_id;
  row.report_id = evidence.report_id;
  row.tenant = evidence.tenant;
  v1::EvidenceAccess named = body;
  named.set_evidence(NameOfEvidence(row.report_id, row.evidence_id));
  ContentSeal::Sealed sealed = ContentSeal::SealBody(
      key, sealing::EvidenceAccessBody(row.tenant, row.access_id), named.SerializeAsString());
  row.body = std::move(sealed.body);
  return {.row = std::move(row),
          .commitment = std::move(sealed.commitment),
          .action = action,
          .anonymous = evidence.anonymous};
}

mamori::v1::Event EventOfEvidence(const EvidenceRow& row, std::string event_id, absl::Time told) {
  mamori::v1::Event event;
  event.set_event_id(std::move(event_id));
  event.set_tenant(row.tenant);
  event.set_source("intake");
  event.set_subject_id(row.report_id);
  *event.mutable_event_time() = time::ToTimestamp(told);
  event.set_anonymous(row.anonymous);
  return event;
}

StoredFile OriginalOf(const EvidenceRow& row) {
  return {.evidence_id = row.evidence_id,
          .part = Part::kOriginal,
          .blob = {row.tenant, row.blob_id},
          .key_id = KeyIdOf(row),
          .chunks = row.chunk_count,
          .total = row.chunk_count};
}

StoredFile DerivativeOf(const EvidenceRow& row, const v1::EvidenceInspection& inspection) {
  return {.evidence_id = row.evidence_id,
          .part = Part::kDerivative,
          .blob = {row.tenant, row.derivative_id},
          .key_id = KeyIdOf(row),
          .chunks = ChunksOf(inspection.derivative_size())};
}

}  // namespace mamori::intake
