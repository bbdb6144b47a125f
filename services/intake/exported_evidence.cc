#include "services/intake/exported_evidence.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "common/audit/entry.h"
#include "common/crypto/aead.h"
#include "common/sealing/fields.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/day.h"

namespace mamori::intake {
namespace {

constexpr int kLinksPerRead = 200;
// Of a file in one message: what both sides hold of it at a time, several times over.
constexpr size_t kPieceBytes = 128 * 1024;
constexpr char kExportAction[] = "ExportEvidence";
constexpr char kUnknownType[] = "application/octet-stream";

bool IsInfected(const v1::EvidenceInspection& inspection) {
  return inspection.malware() == v1::MALWARE_VERDICT_INFECTED;
}

std::string TypeOfFile(const v1::EvidenceInspection& inspection) {
  return inspection.media_type().empty() ? kUnknownType : inspection.media_type();
}

}  // namespace

absl::StatusOr<std::vector<EvidenceRow>> ExportedEvidence::FilesOf(const std::string& report_id) {
  ASSIGN_OR_RETURN(std::vector<EvidenceRow> rows,
                   d_.store.List(call_.tenant, report_id, v1::MESSAGE_SIDE_UNSPECIFIED, Position(),
                                 2 * kMaxEvidencePerSide, call_.deadline));
  std::erase_if(rows,
                [](const EvidenceRow& row) { return row.state == v1::EVIDENCE_STATE_UPLOADING; });
  return rows;
}

LetOut ExportedEvidence::Decide(const v1::Evidence& evidence,
                                const v1::EvidenceInspection& inspection) const {
  if (IsInfected(inspection)) return {};
  return {.original = originals_ && !evidence.identity(),
          .derivative = inspection.has_derivative()};
}

absl::Status ExportedEvidence::RecordOne(const sealing::DataKey& key, const EvidenceRow& row,
                                         const LetOut& out) {
  EvidenceAccessRow access;
  access.access_id = d_.ids.NewId();
  access.kind =
      out.original ? v1::EVIDENCE_ACCESS_KIND_EXPORT_ORIGINAL : v1::EVIDENCE_ACCESS_KIND_EXPORT;
  access.person = call_.person;
  access.caller = call_.caller;
  access.create_time = time::Told(d_.clock.Now(), row.anonymous);
  v1::EvidenceAccess why;
  why.set_purpose(purpose_);
  return d_.store.AddAccess(SealAccess(key, row, std::move(access), kExportAction, why),
                            call_.deadline);
}

absl::Status ExportedEvidence::Record(const std::string& report_id) {
  ASSIGN_OR_RETURN(const std::vector<EvidenceRow> rows, FilesOf(report_id));
  if (rows.empty()) return absl::OkStatus();
  const auto key = KeyOfEvidence(d_.sealer, rows[0], call_.deadline);
  if (absl::IsNotFound(key.status())) return absl::OkStatus();  // erased
  RETURN_IF_ERROR(key.status());
  std::vector<std::string> ids;
  for (const EvidenceRow& row : rows) ids.push_back(row.evidence_id);
  ASSIGN_OR_RETURN(const std::vector<EvidenceAccessRow> inspections,
                   d_.store.FindInspections(call_.tenant, ids, call_.deadline));
  for (const EvidenceAccessRow& one : inspections) {
    ASSIGN_OR_RETURN(v1::EvidenceAccess access, OpenAccess(*key, one));
    inspections_[one.evidence_id].Swap(access.mutable_inspection());
  }
  for (const EvidenceRow& row : rows) {
    ASSIGN_OR_RETURN(const v1::Evidence evidence, OpenEvidence(*key, row));
    const LetOut out = Decide(evidence, inspections_[row.evidence_id]);
    if (!out.original && !out.derivative) continue;
    const absl::Status recorded = RecordOne(*key, row, out);
    if (absl::IsNotFound(recorded)) continue;  // disposed of meanwhile
    RETURN_IF_ERROR(recorded);
    let_out_[row.evidence_id] = out;
  }
  return absl::OkStatus();
}

void ExportedEvidence::Place(bool let_out, mamori::v1::WithheldReason otherwise,
                             const std::string& report_id, OpenedFile file,
                             OpenedReport& opened) const {
  if (let_out) {
    opened.files.push_back(std::move(file));
    return;
  }
  mamori::v1::WithheldContent one =
      KeptBack(id::Name("reports", report_id), file.sequence, otherwise);
  one.set_file(true);
  opened.kept_back.push_back(std::move(one));
}

absl::Status ExportedEvidence::OpenFile(const sealing::DataKey& key, const EvidenceRow& row,
                                        bundle::Commitments& open, OpenedReport& opened) {
  ASSIGN_OR_RETURN(const v1::Evidence evidence, OpenEvidence(key, row));
  ASSIGN_OR_RETURN(std::string whole,
                   key.Open(sealing::EvidenceBody(row.tenant, row.evidence_id), row.body));
  if (evidence.identity()) {
    // Its name and hash may tell who reported, and cannot be parted from what else it says.
    const std::string_view all(whole);
    open.Withhold(audit::Commit(all.substr(0, sealing::kCommitmentRandomBytes),
                                all.substr(sealing::kCommitmentRandomBytes)),
                  mamori::v1::WITHHELD_REASON_IDENTITY);
    crypto::Wipe(whole);
    return absl::OkStatus();
  }
  auto content = TakeContent(std::move(whole), id::Name("reports", row.report_id),
                             v1::Evidence::descriptor(), open);
  if (!content) return absl::OkStatus();
  const v1::EvidenceInspection& inspection = inspections_[row.evidence_id];
  const auto reason = IsInfected(inspection) ? mamori::v1::WITHHELD_REASON_INFECTED
                      : originals_           ? mamori::v1::WITHHELD_REASON_LATER
                                             : mamori::v1::WITHHELD_REASON_ORIGINAL;
  Place(let_out_[row.evidence_id].original, reason, row.report_id,
        {.sequence = content->sequence(),
         .file = OriginalOf(row),
         .media_type = TypeOfFile(inspection),
         .size = evidence.size()},
        opened);
  opened.contents.emplace(content->sequence(), *std::move(content));
  return absl::OkStatus();
}

absl::Status ExportedEvidence::OpenCustody(const sealing::DataKey& key, const EvidenceRow& row,
                                           bundle::Commitments& open, OpenedReport& opened) {
  for (int64_t before = INT64_MAX;;) {
    ASSIGN_OR_RETURN(
        const std::vector<EvidenceAccessRow> links,
        d_.store.ListAccess(row.tenant, row.evidence_id, before, kLinksPerRead, call_.deadline));
    for (const EvidenceAccessRow& link : links) {
      before = link.number;
      ASSIGN_OR_RETURN(
          std::string whole,
          key.Open(sealing::EvidenceAccessBody(row.tenant, link.access_id), link.body));
      auto content = TakeContent(std::move(whole), id::Name("reports", row.report_id),
                                 v1::EvidenceAccess::descriptor(), open);
      if (!content) continue;
      ASSIGN_OR_RETURN(const v1::EvidenceAccess access, OpenAccess(key, link));
      const v1::EvidenceInspection& inspection = access.inspection();
      if (inspection.has_derivative()) {
        Place(let_out_[row.evidence_id].derivative, mamori::v1::WITHHELD_REASON_LATER,
              row.report_id,
              {.sequence = content->sequence(),
               .file = DerivativeOf(row, inspection),
               .media_type = TypeOfFile(inspection),
               .size = inspection.derivative_size()},
              opened);
      }
      opened.contents.emplace(content->sequence(), *std::move(content));
    }
    if (static_cast<int>(links.size()) < kLinksPerRead) return absl::OkStatus();
  }
}

absl::Status ExportedEvidence::Open(const std::string& report_id, bundle::Commitments& open,
                                    OpenedReport& opened) {
  ASSIGN_OR_RETURN(const std::vector<EvidenceRow> rows, FilesOf(report_id));
  if (rows.empty() || opened.erased) return absl::OkStatus();
  const auto key = KeyOfEvidence(d_.sealer, rows[0], call_.deadline);
  if (absl::IsNotFound(key.status())) {
    opened.erased = d_.sealer.IsErasureDecided(sealing::Owner::kReport, report_id, call_.deadline);
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(key.status());
  for (const EvidenceRow& row : rows) {
    RETURN_IF_ERROR(OpenFile(*key, row, open, opened));
    RETURN_IF_ERROR(OpenCustody(*key, row, open, opened));
  }
  return absl::OkStatus();
}

absl::Status ExportedEvidence::Send(const OpenedFile& file,
                                    const std::function<absl::Status(std::string bytes)>& take) {
  BlobReader reader(d_.blobs, d_.sealer, d_.clock, file.file);
  for (;;) {
    if (d_.clock.Now() >= call_.deadline) {
      return absl::DeadlineExceededError("the call's deadline passed");
    }
    ASSIGN_OR_RETURN(std::string bytes, reader.Next());
    if (bytes.empty()) return absl::OkStatus();
    const absl::Cleanup wipe = [&] { crypto::Wipe(bytes); };
    for (size_t at = 0; at < bytes.size(); at += kPieceBytes) {
      RETURN_IF_ERROR(take(bytes.substr(at, kPieceBytes)));
    }
  }
}

}  // namespace mamori::intake
