#include "services/intake/blob_seal.h"

#include <algorithm>
#include <utility>

#include "common/crypto/aead.h"
#include "common/sealing/fields.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::intake {
namespace {

static_assert(kChunkBytes + sealing::kOverheadBytes <= kMaxSealedChunk);

// Who may see the report learns of an erased key what he learns of evidence that is gone.
absl::Status Gone(const absl::Status& status) {
  return sealing::IsErased(status) ? status::NotFound("evidence") : status;
}

}  // namespace

std::string SealChunk(const sealing::DataKey& key, std::string_view tenant, const ChunkPlace& place,
                      std::string_view bytes) {
  const std::string where = sealing::ResourceOf(place);
  return key.Seal(sealing::EvidenceChunk(tenant, where), bytes);
}

absl::StatusOr<std::string> OpenChunk(const sealing::DataKey& key, std::string_view tenant,
                                      const ChunkPlace& place, std::string_view sealed) {
  const std::string where = sealing::ResourceOf(place);
  return key.Open(sealing::EvidenceChunk(tenant, where), sealed);
}

absl::StatusOr<std::string> BlobReader::Next() {
  if (next_ == file_.chunks) return std::string();
  const absl::Time deadline = clock_.Now() + kChunkTimeout;
  auto sealed = store_.Read(file_.blob, next_, deadline);
  if (absl::IsNotFound(sealed.status())) {
    // The blob without the chunk: somebody took it.
    RETURN_IF_ERROR(store_.Count(file_.blob, deadline).status());
    return absl::DataLossError("a chunk of evidence is missing");
  }
  RETURN_IF_ERROR(sealed.status());
  const auto key = sealer_.FetchKeyById(file_.blob.tenant, file_.key_id, deadline);
  if (!key.ok()) return Gone(key.status());
  const ChunkPlace place{.evidence_id = file_.evidence_id,
                         .part = file_.part,
                         .index = next_,
                         .last = next_ + 1 == file_.chunks,
                         .total = file_.total};
  ASSIGN_OR_RETURN(std::string bytes, OpenChunk(*key, file_.blob.tenant, place, *sealed));
  ++next_;
  return bytes;
}

BlobWriter::~BlobWriter() { crypto::Wipe(buffer_); }

absl::Status BlobWriter::Store(std::string_view bytes, bool last) {
  const absl::Time deadline = clock_.Now() + kChunkTimeout;
  std::string sealed;
  {
    const auto key = sealer_.FetchKeyById(file_.blob.tenant, file_.key_id, deadline);
    if (!key.ok()) return Gone(key.status());
    sealed = SealChunk(*key, file_.blob.tenant,
                       {.evidence_id = file_.evidence_id,
                        .part = file_.part,
                        .index = next_,
                        .last = last,
                        .total = file_.total},
                       bytes);
  }
  RETURN_IF_ERROR(store_.Append(file_.blob, writer_, next_, sealed, deadline));
  ++next_;
  return absl::OkStatus();
}

absl::Status BlobWriter::StoreFull() {
  RETURN_IF_ERROR(Store(buffer_, /*last=*/false));
  crypto::Wipe(buffer_);
  return absl::OkStatus();
}

absl::Status BlobWriter::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (Full()) RETURN_IF_ERROR(StoreFull());
    const size_t room = static_cast<size_t>(kChunkBytes) - buffer_.size();
    const size_t taken = std::min(room, bytes.size());
    if (buffer_.empty()) buffer_.reserve(kChunkBytes);
    buffer_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
  }
  // It waits for more only while it is not known whether there will be any: the last is marked.
  return Full() && next_ + 1 < file_.total ? StoreFull() : absl::OkStatus();
}

absl::Status BlobWriter::Finish() {
  if (buffer_.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(Store(buffer_, /*last=*/true));
  crypto::Wipe(buffer_);
  return absl::OkStatus();
}

}  // namespace mamori::intake
