#include "services/intake/uploads.h"

#include <algorithm>
#include <utility>

#include "common/crypto/aead.h"
#include "common/crypto/sha256.h"
#include "common/sealing/fields.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/intake/content_seal.h"
#include "services/intake/evidence_rules.h"
#include "services/intake/records.h"

namespace mamori::intake {
namespace {

absl::Status OtherHash(const char* field) {
  status::Violations violations;
  violations.Add(field, "is the hash of other bytes than those that came");
  return violations.Status();
}

// As after a stream that broke and was not quite over when it was asked how far it had come.
absl::Status OtherOffset() {
  return status::Error(absl::StatusCode::kAborted, mamori::v1::ERROR_REASON_CONFLICT,
                       "the upload is at another offset; start it again, and it says where");
}

}  // namespace

audit::Who WhoOf(const Party& party) {
  return {party.caller, party.side == v1::MESSAGE_SIDE_DESK ? party.person : ""};
}

absl::StatusOr<v1::Upload> Uploads::StateOf(const EvidenceRow& row, int64_t size,
                                            absl::Time deadline) {
  v1::Upload upload;
  upload.set_name(NameOfEvidence(row.report_id, row.evidence_id));
  upload.set_size(size);
  upload.set_complete(row.state != v1::EVIDENCE_STATE_UPLOADING);
  ASSIGN_OR_RETURN(const int64_t chunks, d_.blobs.Count({row.tenant, row.blob_id}, deadline));
  upload.set_received_size(std::min(size, chunks * kChunkBytes));
  return upload;
}

absl::StatusOr<v1::Upload> Uploads::Start(const server::CallContext& call, const Party& party,
                                          const std::string& request_id,
                                          const v1::UploadedFile& file) {
  EvidenceRow row;
  row.report_id = party.report_id;
  row.tenant = party.tenant;
  row.side = party.side;
  if (party.side == v1::MESSAGE_SIDE_DESK) row.author = party.person;
  row.request_key = d_.keys.UploadKey(party.tenant, party.report_id, party.reader(), request_id);
  row.chunk_count = ChunksOf(file.size());
  auto stored = d_.store.FindUpload(row.tenant, row.request_key, call.deadline);
  if (stored.ok()) {
    RETURN_IF_ERROR(CheckSame(*stored, file, call.deadline));
  } else if (absl::IsNotFound(stored.status())) {
    stored = Begin(call, party, std::move(row), file);
  }
  RETURN_IF_ERROR(stored.status());
  return StateOf(*stored, file.size(), call.deadline);
}

absl::Status Uploads::CheckSame(const EvidenceRow& stored, const v1::UploadedFile& file,
                                absl::Time deadline) const {
  ASSIGN_OR_RETURN(const sealing::DataKey key, KeyOfEvidence(d_.sealer, stored, deadline));
  ASSIGN_OR_RETURN(const v1::Evidence begun, OpenEvidence(key, stored));
  const bool same = begun.file_name() == file.file_name() && begun.size() == file.size() &&
                    begun.sha256() == file.sha256();
  return same ? absl::OkStatus() : status::RequestIdReused();
}

absl::StatusOr<EvidenceRow> Uploads::Begin(const server::CallContext& call, const Party& party,
                                           EvidenceRow row, const v1::UploadedFile& file) {
  ASSIGN_OR_RETURN(const DialogueFacts facts,
                   d_.messages.Facts(party.tenant, party.report_id, call.deadline));
  ASSIGN_OR_RETURN(const std::vector<StoredReport> reports,
                   d_.reports.GetReports(party.tenant, {party.report_id}, call.deadline));
  if (reports.empty()) return status::NotFound("report");
  row.evidence_id = d_.ids.NewId();
  row.blob_id = d_.ids.NewId();
  row.derivative_id = d_.ids.NewId();
  row.anonymous = facts.anonymous;
  row.create_time = time::Told(d_.clock.Now(), facts.anonymous);
  {
    const auto key = d_.sealer.FetchKey(party.tenant, reports[0].body, call.deadline);
    if (sealing::IsErased(key.status())) {
      d_.sealer.IsErasureDecided(sealing::Owner::kReport, party.report_id, call.deadline);
      return status::NotFound("report");
    }
    RETURN_IF_ERROR(key.status());
    ASSIGN_OR_RETURN(const mamori::v1::Report report, ToReport(*key, party.tenant, reports[0]));
    v1::Evidence content;
    content.set_name(NameOfEvidence(row.report_id, row.evidence_id));
    content.set_file_name(file.file_name());
    content.set_size(file.size());
    content.set_sha256(file.sha256());
    content.set_identity(facts.anonymous || CountsAsIdentity(report.reporter_mode()));
    row.body = ContentSeal::SealBody(*key, sealing::EvidenceBody(row.tenant, row.evidence_id),
                                     content.SerializeAsString())
                   .body;
  }
  ASSIGN_OR_RETURN(EvidenceRow stored, d_.store.Add(row, WhoOf(party), call.deadline));
  // The same call was here at the same time, and first.
  if (stored.evidence_id != row.evidence_id) {
    RETURN_IF_ERROR(CheckSame(stored, file, call.deadline));
  }
  return stored;
}

absl::StatusOr<v1::Upload> Uploads::Receive(const Party& party, const std::string& evidence_id,
                                            const NextChunk& next) {
  ASSIGN_OR_RETURN(EvidenceRow row,
                   d_.store.Get(party.tenant, party.report_id, evidence_id, Soon()));
  // Nobody else goes on with it.
  if (row.side != party.side || row.author != WhoOf(party).person)
    return status::NotFound("evidence");
  v1::Evidence evidence;
  {
    ASSIGN_OR_RETURN(const sealing::DataKey key, KeyOfEvidence(d_.sealer, row, Soon()));
    ASSIGN_OR_RETURN(evidence, OpenEvidence(key, row));
  }
  const std::string writer = d_.ids.NewId();
  const StoredFile file = OriginalOf(row);
  if (row.state == v1::EVIDENCE_STATE_UPLOADING) {
    ASSIGN_OR_RETURN(const int64_t chunks, d_.blobs.Open(file.blob, writer, Soon()));
    BlobWriter writing(d_.blobs, d_.sealer, d_.clock, file, writer, chunks);
    int64_t offset = std::min(evidence.size(), chunks * kChunkBytes);
    for (;;) {
      ASSIGN_OR_RETURN(const v1::EvidenceChunk* const chunk, next());
      if (chunk == nullptr) break;
      // First: what is elsewhere may be too long here.
      if (chunk->offset() != offset) return OtherOffset();
      RETURN_IF_ERROR(ValidateChunk(*chunk, offset, evidence.size()));
      if (crypto::Sha256::Of(chunk->data()) != chunk->sha256()) return OtherHash("chunk.sha256");
      RETURN_IF_ERROR(writing.Write(chunk->data()));
      offset += static_cast<int64_t>(chunk->data().size());
      if (offset == evidence.size()) RETURN_IF_ERROR(writing.Finish());
    }
    if (offset == evidence.size()) {
      RETURN_IF_ERROR(Verify(row, evidence, writer));
      RETURN_IF_ERROR(Complete(party, row));
      row.state = v1::EVIDENCE_STATE_STORED;
      d_.completed();
    }
  }
  return StateOf(row, evidence.size(), Soon());
}

absl::Status Uploads::Verify(const EvidenceRow& row, const v1::Evidence& evidence,
                             const std::string& writer) {
  const StoredFile file = OriginalOf(row);
  BlobReader reader(d_.blobs, d_.sealer, d_.clock, file);
  crypto::Sha256 hash;
  for (;;) {
    ASSIGN_OR_RETURN(std::string bytes, reader.Next());
    if (bytes.empty()) break;
    hash.Add(bytes);
    crypto::Wipe(bytes);
  }
  if (hash.Finish() == evidence.sha256()) return absl::OkStatus();
  RETURN_IF_ERROR(d_.blobs.Truncate(file.blob, writer, Soon()));
  return OtherHash("file.sha256");
}

absl::Status Uploads::Complete(const Party& party, const EvidenceRow& row) {
  ASSIGN_OR_RETURN(const sealing::DataKey key, KeyOfEvidence(d_.sealer, row, Soon()));
  ASSIGN_OR_RETURN(
      const std::string commitment,
      ContentSeal::CommitmentOf(key, sealing::EvidenceBody(row.tenant, row.evidence_id), row.body));
  const audit::Who who = WhoOf(party);
  EvidenceAccessRow access;
  access.access_id = d_.ids.NewId();
  access.kind = v1::EVIDENCE_ACCESS_KIND_UPLOAD;
  access.person = who.person;
  access.caller = who.caller;
  access.create_time = time::Told(d_.clock.Now(), row.anonymous);
  NewEvidenceAccess sealed = SealAccess(key, row, access, "UploadEvidence", {});
  sealed.event = EventOfEvidence(row, d_.ids.NewId(), access.create_time);
  sealed.event.mutable_evidence_added()->set_evidence_id(row.evidence_id);
  return d_.store.Complete(commitment, sealed, Soon());
}

}  // namespace mamori::intake
