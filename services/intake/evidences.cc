#include "services/intake/evidences.h"

#include <map>
#include <utility>

#include "common/crypto/sha256.h"
#include "common/idempotency/hash.h"
#include "common/server/step_up.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/time/timestamp.h"
#include "services/intake/evidence_rules.h"
#include "services/intake/methods.h"
#include "services/intake/page.h"
#include "services/intake/read_records.h"

namespace mamori::intake {
namespace {

bool IsDesk(const Party& party) { return party.side == v1::MESSAGE_SIDE_DESK; }

// Whose files the party is told of: the desk of all, who reported of what came from there. What the
// desk found, and that it found something, is not the reporter's.
v1::MessageSide FilesFor(const Party& party) {
  return IsDesk(party) ? v1::MESSAGE_SIDE_UNSPECIFIED : party.side;
}

bool IsToldOf(const Party& party, const EvidenceRow& row) {
  return IsDesk(party) || row.side == party.side;
}

// What the party may be told of it.
v1::Evidence Shown(const Party& party, v1::Evidence evidence) {
  if (!IsDesk(party)) {
    evidence.clear_author();
  } else if (evidence.identity()) {
    evidence.clear_file_name();
    evidence.clear_sha256();
  }
  return evidence;
}

// Who reported knows the file; who works on it, and what they do with it, is not theirs to know.
absl::Status RequireDesk(const Party& party) {
  if (IsDesk(party)) return absl::OkStatus();
  return status::Error(absl::StatusCode::kPermissionDenied,
                       mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED,
                       "this is for those who work on the report");
}

}  // namespace

absl::StatusOr<v1::Evidence> Evidences::Compose(const sealing::DataKey& key, const EvidenceRow& row,
                                                const EvidenceAccessRow* inspection) const {
  ASSIGN_OR_RETURN(v1::Evidence evidence, OpenEvidence(key, row));
  evidence.set_name(NameOfEvidence(row.report_id, row.evidence_id));
  evidence.set_state(row.state);
  evidence.set_side(row.side);
  evidence.set_author(row.author);
  *evidence.mutable_create_time() = time::ToTimestamp(row.create_time);
  if (row.state != v1::EVIDENCE_STATE_UPLOADING) {
    *evidence.mutable_complete_time() = time::ToTimestamp(row.complete_time);
  }
  if (row.state != v1::EVIDENCE_STATE_INSPECTED) {
    const char* const why = d_.inspected ? kNotYetInspected : kNoInspector;
    v1::EvidenceInspection& none = *evidence.mutable_inspection();
    none.set_malware(v1::MALWARE_VERDICT_NOT_SCANNED);
    none.set_malware_reason(why);
    none.set_no_derivative_reason(why);
    return evidence;
  }
  if (inspection == nullptr) return absl::DataLossError("an inspection is missing");
  ASSIGN_OR_RETURN(v1::EvidenceAccess access, OpenAccess(key, *inspection));
  evidence.mutable_inspection()->Swap(access.mutable_inspection());
  return evidence;
}

absl::StatusOr<Evidences::Found> Evidences::Find(const server::CallContext& call,
                                                 const Party& party,
                                                 const std::string& evidence_id) {
  ASSIGN_OR_RETURN(const DialogueFacts facts,
                   d_.messages.Facts(party.tenant, party.report_id, call.deadline));
  if (facts.withdrawn && IsDesk(party)) return status::NotFound("evidence");
  Found found;
  ASSIGN_OR_RETURN(found.row,
                   d_.store.Get(party.tenant, party.report_id, evidence_id, call.deadline));
  if (!IsToldOf(party, found.row)) return status::NotFound("evidence");
  ASSIGN_OR_RETURN(const std::vector<EvidenceAccessRow> inspections,
                   d_.store.FindInspections(party.tenant, {evidence_id}, call.deadline));
  ASSIGN_OR_RETURN(const sealing::DataKey key, KeyOfEvidence(d_.sealer, found.row, call.deadline));
  ASSIGN_OR_RETURN(found.evidence,
                   Compose(key, found.row, inspections.empty() ? nullptr : &inspections[0]));
  return found;
}

absl::Status Evidences::RecordRead(const server::CallContext& call, const Party& party,
                                   bool anonymous) {
  if (!IsDesk(party)) return absl::OkStatus();
  return RecordReads(d_.reads, call, {party.caller, party.person}, party.tenant,
                     {{party.report_id, anonymous}});
}

absl::StatusOr<v1::Evidence> Evidences::Get(const server::CallContext& call, const Party& party,
                                            const std::string& evidence_id) {
  ASSIGN_OR_RETURN(Found found, Find(call, party, evidence_id));
  RETURN_IF_ERROR(RecordRead(call, party, found.row.anonymous));
  return Shown(party, std::move(found.evidence));
}

absl::StatusOr<v1::ListEvidenceResponse> Evidences::List(const server::CallContext& call,
                                                         const Party& party, int page_size,
                                                         const std::string& page_token) {
  const std::string digest = idempotency::Hash({kListEvidence, party.report_id});
  const idempotency::TokenBinding binding{party.tenant, party.person, digest};
  ASSIGN_OR_RETURN(const Position after, FromPageToken(d_.tokens, binding, page_token));
  ASSIGN_OR_RETURN(const DialogueFacts facts,
                   d_.messages.Facts(party.tenant, party.report_id, call.deadline));
  RETURN_IF_ERROR(RecordRead(call, party, facts.anonymous));
  v1::ListEvidenceResponse response;
  if (facts.withdrawn && IsDesk(party)) return response;
  const int size = PageSize(page_size);
  ASSIGN_OR_RETURN(std::vector<EvidenceRow> rows,
                   d_.store.List(party.tenant, party.report_id, FilesFor(party), after, size + 1,
                                 call.deadline));
  const bool more = static_cast<int>(rows.size()) > size;
  if (more) rows.pop_back();
  if (rows.empty()) return response;
  if (more) {
    response.set_next_page_token(
        ToPageToken(d_.tokens, binding,
                    {.create_micros = absl::ToUnixMicros(rows.back().create_time),
                     .id = rows.back().evidence_id}));
  }
  std::vector<std::string> ids;
  for (const EvidenceRow& row : rows) ids.push_back(row.evidence_id);
  ASSIGN_OR_RETURN(const std::vector<EvidenceAccessRow> inspections,
                   d_.store.FindInspections(party.tenant, ids, call.deadline));
  std::map<std::string_view, const EvidenceAccessRow*> of;
  for (const EvidenceAccessRow& one : inspections) of[one.evidence_id] = &one;
  const auto key = KeyOfEvidence(d_.sealer, rows[0], call.deadline);
  if (absl::IsNotFound(key.status())) return v1::ListEvidenceResponse();
  RETURN_IF_ERROR(key.status());
  for (const EvidenceRow& row : rows) {
    const auto found = of.find(row.evidence_id);
    ASSIGN_OR_RETURN(v1::Evidence one,
                     Compose(*key, row, found == of.end() ? nullptr : found->second));
    *response.add_evidence() = Shown(party, std::move(one));
  }
  return response;
}

absl::StatusOr<v1::ListEvidenceAccessResponse> Evidences::ListAccess(
    const server::CallContext& call, const Party& party, const std::string& evidence_id,
    const v1::ListEvidenceAccessRequest& request) {
  RETURN_IF_ERROR(RequireDesk(party));
  const std::string digest = idempotency::Hash({kListEvidenceAccess, request.name()});
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(const Position after, FromPageToken(d_.tokens, binding, request.page_token()));
  ASSIGN_OR_RETURN(const Found found, Find(call, party, evidence_id));
  RETURN_IF_ERROR(RecordRead(call, party, found.row.anonymous));
  const int size = PageSize(request.page_size());
  ASSIGN_OR_RETURN(
      std::vector<EvidenceAccessRow> rows,
      d_.store.ListAccess(party.tenant, evidence_id, after.create_micros, size + 1, call.deadline));
  v1::ListEvidenceAccessResponse response;
  if (static_cast<int>(rows.size()) > size) {
    rows.pop_back();
    response.set_next_page_token(
        ToPageToken(d_.tokens, binding, {.create_micros = rows.back().number, .id = evidence_id}));
  }
  ASSIGN_OR_RETURN(const sealing::DataKey key, KeyOfEvidence(d_.sealer, found.row, call.deadline));
  for (const EvidenceAccessRow& row : rows) {
    ASSIGN_OR_RETURN(*response.add_accesses(), OpenAccess(key, row));
  }
  return response;
}

absl::Status Evidences::Download(const server::CallContext& call, const Party& party,
                                 const Found& found, v1::EvidenceAccessKind kind,
                                 const char* action, const std::string& purpose,
                                 const StoredFile& file, const v1::Evidence& first,
                                 const Receiver& receiver) {
  EvidenceAccessRow access;
  access.access_id = d_.ids.NewId();
  access.kind = kind;
  access.person = party.person;
  access.caller = party.caller;
  access.create_time = time::Told(d_.clock.Now(), found.row.anonymous);
  v1::EvidenceAccess why;
  why.set_purpose(purpose);
  NewEvidenceAccess sealed;
  {
    ASSIGN_OR_RETURN(const sealing::DataKey key,
                     KeyOfEvidence(d_.sealer, found.row, call.deadline));
    sealed = SealAccess(key, found.row, std::move(access), action, why);
  }
  // Before any byte of it leaves.
  RETURN_IF_ERROR(d_.store.AddAccess(sealed, Soon()));
  if (!receiver.begin(first)) return absl::CancelledError("the client is gone");
  BlobReader reader(d_.blobs, d_.sealer, d_.clock, file);
  crypto::Sha256 hash;
  for (int64_t offset = 0;;) {
    if (d_.clock.Now() >= call.deadline) {
      return absl::DeadlineExceededError("the call's deadline passed");
    }
    ASSIGN_OR_RETURN(std::string bytes, reader.Next());
    if (bytes.empty()) break;
    hash.Add(bytes);
    const auto size = static_cast<int64_t>(bytes.size());
    if (!receiver.take(offset, std::move(bytes))) {
      return absl::CancelledError("the client is gone");
    }
    offset += size;
  }
  const bool whole = hash.Finish() == (kind == v1::EVIDENCE_ACCESS_KIND_ORIGINAL
                                           ? found.evidence.sha256()
                                           : found.evidence.inspection().derivative_sha256());
  return whole ? absl::OkStatus() : absl::DataLossError("a file is not what was stored");
}

absl::Status Evidences::DownloadDerivative(const server::CallContext& call, const Party& party,
                                           const std::string& evidence_id,
                                           const std::string& purpose, const Receiver& receiver) {
  RETURN_IF_ERROR(RequireDesk(party));
  ASSIGN_OR_RETURN(const Found found, Find(call, party, evidence_id));
  const v1::EvidenceInspection& inspection = found.evidence.inspection();
  if (!inspection.has_derivative() || inspection.malware() == v1::MALWARE_VERDICT_INFECTED) {
    return status::StateNotAllowed("the file has no derivative; GetEvidence says why");
  }
  return Download(call, party, found, v1::EVIDENCE_ACCESS_KIND_DERIVATIVE, "DownloadEvidence",
                  purpose, DerivativeOf(found.row, inspection), Shown(party, found.evidence),
                  receiver);
}

absl::Status Evidences::DownloadOriginal(const server::CallContext& call, const Party& party,
                                         const std::string& evidence_id, const std::string& purpose,
                                         const Receiver& receiver) {
  RETURN_IF_ERROR(RequireDesk(party));
  ASSIGN_OR_RETURN(const Found found, Find(call, party, evidence_id));
  RETURN_IF_ERROR(server::RequireStepUp(call, d_.clock.Now()));
  if (found.row.state == v1::EVIDENCE_STATE_UPLOADING) {
    return status::StateNotAllowed("the file is not complete");
  }
  return Download(call, party, found, v1::EVIDENCE_ACCESS_KIND_ORIGINAL, "DownloadOriginal",
                  purpose, OriginalOf(found.row), found.evidence, receiver);
}

}  // namespace mamori::intake
