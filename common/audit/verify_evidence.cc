// The files that were handed in, read through and hashed again.
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/audit/verify.h"
#include "common/crypto/aead.h"
#include "common/crypto/sha256.h"
#include "common/id/id.h"
#include "common/sealing/evidence_place.h"
#include "common/sealing/fields.h"
#include "common/status/macros.h"
#include "mamori/intake/v1/evidence_service.pb.h"

namespace mamori::audit {
namespace {

// Complete ones, whose body the audit has a commitment to.
constexpr char kFiles[] =
    "SELECT evidence_id, report_id, tenant, body, blob_id, chunk_count FROM evidence"
    " WHERE evidence_id > ? AND state > 1 ORDER BY evidence_id LIMIT 100";
// One at a time: each has up to 1 MiB.
constexpr char kChunk[] =
    "SELECT sealed FROM evidence_chunk WHERE blob_id = ? AND chunk_index = ? AND tenant = ?";

// What the body says of the file. Erased(), DATA_LOSS.
absl::StatusOr<intake::v1::Evidence> ToldOf(const sealing::KeyRing& keys, const db::Row& row) {
  ASSIGN_OR_RETURN(
      std::string body,
      keys.Open(sealing::EvidenceBody(row.GetBytes(2), row.GetBytes(0)), row.GetBytes(3)));
  intake::v1::Evidence evidence;
  if (body.size() < sealing::kCommitmentRandomBytes ||
      !evidence.ParseFromString(body.substr(sealing::kCommitmentRandomBytes))) {
    return absl::DataLossError("its row cannot be read");
  }
  return evidence;
}

}  // namespace

absl::Status Verifier::CheckEvidence() {
  for (std::string after(16, '\0');;) {
    ASSIGN_OR_RETURN(const db::Rows rows, Read(kFiles, db::Params().Add(after)));
    if (rows.empty()) return absl::OkStatus();
    for (const db::Row& row : rows) {
      const absl::Status whole = CheckFile(row);
      if (whole.ok()) continue;
      if (!absl::IsDataLoss(whole)) return whole;
      Find(absl::StrCat(NameOf(Kind::kReport, row.GetBytes(1)), "/evidence/",
                        id::ToText(row.GetBytes(0)),
                        ": its original is not what was handed in: ", whole.message()));
    }
    after = rows.back().GetBytes(0);
  }
}

absl::Status Verifier::CheckFile(const db::Row& row) {
  ASSIGN_OR_RETURN(const sealing::KeyRing keys,
                   options_.sealer->Fetch({row.GetBytes(3)}, absl::InfiniteFuture()));
  const auto told = ToldOf(keys, row);
  if (sealing::IsErased(told.status())) return absl::OkStatus();  // counted with the rows
  RETURN_IF_ERROR(told.status());
  ASSIGN_OR_RETURN(const sealing::DataKey key, keys.KeyOf(row.GetBytes(2), row.GetBytes(3)));
  const int64_t count = row.GetInt64(5);
  crypto::Sha256 hash;
  int64_t size = 0;
  for (int64_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const db::Rows chunk,
                     Read(kChunk, db::Params().Add(row.GetBytes(4)).Add(i).Add(row.GetBytes(2))));
    if (chunk.empty()) return absl::DataLossError(absl::StrCat("chunk ", i, " is missing"));
    const std::string place = sealing::ResourceOf(sealing::EvidencePlace{
        .evidence_id = row.GetBytes(0), .index = i, .last = i + 1 == count, .total = count});
    auto bytes = key.Open(sealing::EvidenceChunk(row.GetBytes(2), place), chunk[0].GetBytes(0));
    if (!bytes.ok()) return absl::DataLossError(absl::StrCat("chunk ", i, " is another"));
    hash.Add(*bytes);
    size += static_cast<int64_t>(bytes->size());
    crypto::Wipe(*bytes);
  }
  ++verified_.files;
  verified_.file_bytes += size;
  if (size != told->size() || hash.Finish() != told->sha256()) {
    return absl::DataLossError("it has another hash");
  }
  return absl::OkStatus();
}

}  // namespace mamori::audit
