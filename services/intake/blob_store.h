// Where the bytes of evidence lie. It sees sealed chunks alone: whoever holds them can neither read
// nor exchange them (blob_seal.h).
#ifndef MAMORI_SERVICES_INTAKE_BLOB_STORE_H_
#define MAMORI_SERVICES_INTAKE_BLOB_STORE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mamori::intake {

// A sequence of chunks, and whose.
struct Blob {
  std::string tenant;
  std::string blob_id;  // 16 bytes
};

// What one chunk has at most, sealed.
inline constexpr size_t kMaxSealedChunk = 1 << 20;

// A blob is made with the evidence it is of (EvidenceStore.Add), so that none is left without one.
// Errors are those of common/db besides what is named. `deadline` bounds each call. Thread safe.
class BlobStore {
 public:
  virtual ~BlobStore() = default;

  // `writer`, 16 bytes that nobody else uses, writes from now on: who wrote before is refused.
  // Returns how many chunks there are. NOT_FOUND.
  virtual absl::StatusOr<int64_t> Open(const Blob& blob, const std::string& writer,
                                       absl::Time deadline) = 0;
  // The chunk `index`, which comes after those that are there. ABORTED (CONFLICT) when another
  // writes by now; NOT_FOUND when the blob is gone.
  virtual absl::Status Append(const Blob& blob, const std::string& writer, int64_t index,
                              std::string_view sealed, absl::Time deadline) = 0;
  // How many chunks there are. NOT_FOUND.
  virtual absl::StatusOr<int64_t> Count(const Blob& blob, absl::Time deadline) = 0;
  // NOT_FOUND.
  virtual absl::StatusOr<std::string> Read(const Blob& blob, int64_t index,
                                           absl::Time deadline) = 0;
  // Deletes all chunks. As Append.
  virtual absl::Status Truncate(const Blob& blob, const std::string& writer,
                                absl::Time deadline) = 0;
  // Deletes a few chunks and, after the last, the blob. Returns whether it is gone.
  virtual absl::StatusOr<bool> Drop(const Blob& blob, absl::Time deadline) = 0;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_BLOB_STORE_H_
