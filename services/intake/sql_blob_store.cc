#include "services/intake/sql_blob_store.h"

#include <algorithm>

#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::intake {
namespace {

constexpr char kInsertBlob[] =
    "INSERT INTO evidence_blob (blob_id, tenant, writer, chunk_count) VALUES (?, ?, '', 0)";
constexpr char kSetWriter[] =
    "UPDATE evidence_blob SET writer = ? WHERE blob_id = ? AND tenant = ?";
constexpr char kSelectBlob[] =
    "SELECT chunk_count, writer FROM evidence_blob WHERE blob_id = ? AND tenant = ?";
// Written by each chunk, so that of two writers, on whichever nodes, one fails.
constexpr char kCountOne[] =
    "UPDATE evidence_blob SET chunk_count = ? WHERE blob_id = ? AND tenant = ? AND writer = ?"
    " AND chunk_count = ?";
constexpr char kInsertChunk[] =
    "INSERT INTO evidence_chunk (blob_id, chunk_index, tenant, sealed) VALUES (?, ?, ?, ?)";
constexpr char kSelectChunk[] =
    "SELECT sealed FROM evidence_chunk WHERE blob_id = ? AND chunk_index = ? AND tenant = ?";
// From the end, so that what is left is always what the count says.
constexpr char kDeleteChunks[] =
    "DELETE FROM evidence_chunk WHERE blob_id = ? AND chunk_index >= ? AND tenant = ?";
constexpr char kDeleteSome[] =
    "DELETE FROM evidence_chunk WHERE blob_id = ? AND tenant = ? ORDER BY chunk_index DESC LIMIT ?";
constexpr char kDeleteBlob[] = "DELETE FROM evidence_blob WHERE blob_id = ? AND tenant = ?";
constexpr int kChunksPerDelete = 8;

absl::Status OtherWriter() {
  return status::Error(absl::StatusCode::kAborted, mamori::v1::ERROR_REASON_CONFLICT,
                       "another goes on with it");
}

db::Params Which(const Blob& blob) { return db::Params().Add(blob.blob_id).Add(blob.tenant); }

// Who writes, and how much is there. NOT_FOUND.
absl::StatusOr<db::Row> BlobIn(db::Tx& tx, const Blob& blob) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectBlob, Which(blob)));
  if (rows.empty()) return status::NotFound("evidence");
  return rows[0];
}

}  // namespace

absl::Status CreateBlob(db::Tx& tx, const Blob& blob) {
  return tx.ExecuteExpecting(1, kInsertBlob, Which(blob));
}

absl::StatusOr<int64_t> SqlBlobStore::Open(const Blob& blob, const std::string& writer,
                                           absl::Time deadline) {
  return transactor_.Run<int64_t>({.deadline = deadline, .settles_unknown_commit = true},
                                  [&](db::Tx& tx) -> absl::StatusOr<int64_t> {
                                    db::Params params;
                                    params.Add(writer).Append(Which(blob));
                                    ASSIGN_OR_RETURN(const int64_t found,
                                                     tx.Execute(kSetWriter, params));
                                    if (found == 0) return status::NotFound("evidence");
                                    ASSIGN_OR_RETURN(const db::Row row, BlobIn(tx, blob));
                                    return row.GetInt64(0);
                                  });
}

absl::Status SqlBlobStore::AppendIn(db::Tx& tx, const Blob& blob, const std::string& writer,
                                    int64_t index, std::string_view sealed) const {
  db::Params count;
  count.Add(index + 1).Append(Which(blob)).Add(writer).Add(index);
  ASSIGN_OR_RETURN(const int64_t counted, tx.Execute(kCountOne, count));
  if (counted == 1) {
    return tx.ExecuteExpecting(
        1, kInsertChunk,
        db::Params().Add(blob.blob_id).Add(index).Add(blob.tenant).AddView(sealed));
  }
  ASSIGN_OR_RETURN(const db::Row row, BlobIn(tx, blob));
  // Its own, after a COMMIT of unknown outcome: no two writers have the same name.
  if (row.GetBytes(1) == writer && row.GetInt64(0) == index + 1) return absl::OkStatus();
  return OtherWriter();
}

absl::Status SqlBlobStore::Append(const Blob& blob, const std::string& writer, int64_t index,
                                  std::string_view sealed, absl::Time deadline) {
  if (sealed.size() > kMaxSealedChunk) return absl::InternalError("a chunk is too large");
  return transactor_.Run({.deadline = deadline, .settles_unknown_commit = true},
                         [&](db::Tx& tx) { return AppendIn(tx, blob, writer, index, sealed); });
}

absl::StatusOr<int64_t> SqlBlobStore::Count(const Blob& blob, absl::Time deadline) {
  return transactor_.Run<int64_t>({.deadline = deadline, .read_only = true},
                                  [&](db::Tx& tx) -> absl::StatusOr<int64_t> {
                                    ASSIGN_OR_RETURN(const db::Row row, BlobIn(tx, blob));
                                    return row.GetInt64(0);
                                  });
}

absl::StatusOr<std::string> SqlBlobStore::Read(const Blob& blob, int64_t index,
                                               absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      transactor_.Run<db::Rows>({.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
        return tx.Query(kSelectChunk, db::Params().Add(blob.blob_id).Add(index).Add(blob.tenant));
      }));
  if (rows.empty()) return status::NotFound("evidence");
  return rows[0].GetBytes(0);
}

absl::Status SqlBlobStore::Truncate(const Blob& blob, const std::string& writer,
                                    absl::Time deadline) {
  for (;;) {
    ASSIGN_OR_RETURN(
        const int64_t left,
        transactor_.Run<int64_t>(
            {.deadline = deadline, .settles_unknown_commit = true},
            [&](db::Tx& tx) -> absl::StatusOr<int64_t> {
              ASSIGN_OR_RETURN(const db::Row row, BlobIn(tx, blob));
              const int64_t count = row.GetInt64(0);
              const int64_t keep = std::max<int64_t>(0, count - kChunksPerDelete);
              db::Params params;
              params.Add(keep).Append(Which(blob)).Add(writer).Add(count);
              ASSIGN_OR_RETURN(const int64_t counted, tx.Execute(kCountOne, params));
              if (counted == 0) return OtherWriter();
              RETURN_IF_ERROR(tx.Execute(kDeleteChunks,
                                         db::Params().Add(blob.blob_id).Add(keep).Add(blob.tenant))
                                  .status());
              return keep;
            }));
    if (left == 0) return absl::OkStatus();
  }
}

absl::StatusOr<bool> SqlBlobStore::Drop(const Blob& blob, absl::Time deadline) {
  return transactor_.Run<bool>({.deadline = deadline, .settles_unknown_commit = true},
                               [&](db::Tx& tx) -> absl::StatusOr<bool> {
                                 // First the row, so that nothing is appended any more.
                                 RETURN_IF_ERROR(tx.Execute(kDeleteBlob, Which(blob)).status());
                                 db::Params params = Which(blob);
                                 ASSIGN_OR_RETURN(
                                     const int64_t deleted,
                                     tx.Execute(kDeleteSome, params.Add(kChunksPerDelete)));
                                 return deleted < kChunksPerDelete;
                               });
}

}  // namespace mamori::intake
