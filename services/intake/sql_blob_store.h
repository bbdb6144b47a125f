// BlobStore in intake's own schema: each chunk is a row and a transaction of its own, so that no
// write-set is larger than a chunk.
#ifndef MAMORI_SERVICES_INTAKE_SQL_BLOB_STORE_H_
#define MAMORI_SERVICES_INTAKE_SQL_BLOB_STORE_H_

#include <string>

#include "common/db/transaction.h"
#include "services/intake/blob_store.h"

namespace mamori::intake {

class SqlBlobStore final : public BlobStore {
 public:
  explicit SqlBlobStore(db::Transactor& transactor) : transactor_(transactor) {}

  absl::StatusOr<int64_t> Open(const Blob& blob, const std::string& writer,
                               absl::Time deadline) override;
  absl::Status Append(const Blob& blob, const std::string& writer, int64_t index,
                      std::string_view sealed, absl::Time deadline) override;
  absl::StatusOr<int64_t> Count(const Blob& blob, absl::Time deadline) override;
  absl::StatusOr<std::string> Read(const Blob& blob, int64_t index, absl::Time deadline) override;
  absl::Status Truncate(const Blob& blob, const std::string& writer, absl::Time deadline) override;
  absl::StatusOr<bool> Drop(const Blob& blob, absl::Time deadline) override;

 private:
  absl::Status AppendIn(db::Tx& tx, const Blob& blob, const std::string& writer, int64_t index,
                        std::string_view sealed) const;

  db::Transactor& transactor_;
};

// An empty blob, in the transaction that stores what it is of.
absl::Status CreateBlob(db::Tx& tx, const Blob& blob);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SQL_BLOB_STORE_H_
