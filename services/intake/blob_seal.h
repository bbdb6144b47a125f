// How the chunks of evidence are sealed, and how a file is read from them again.
#ifndef MAMORI_SERVICES_INTAKE_BLOB_SEAL_H_
#define MAMORI_SERVICES_INTAKE_BLOB_SEAL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/inspection/inspector.h"
#include "common/sealing/evidence_place.h"
#include "common/sealing/sealer.h"
#include "common/time/clock.h"
#include "services/intake/blob_store.h"

namespace mamori::intake {

// What every chunk of a file holds of it but the last, which may hold less.
inline constexpr int64_t kChunkBytes = (1 << 20) - 1024;

inline int64_t ChunksOf(int64_t size) { return (size + kChunkBytes - 1) / kChunkBytes; }

using Part = sealing::EvidencePart;
using ChunkPlace = sealing::EvidencePlace;
std::string SealChunk(const sealing::DataKey& key, std::string_view tenant, const ChunkPlace& place,
                      std::string_view bytes);
// DATA_LOSS.
absl::StatusOr<std::string> OpenChunk(const sealing::DataKey& key, std::string_view tenant,
                                      const ChunkPlace& place, std::string_view sealed);

// A file that is there.
struct StoredFile {
  std::string evidence_id;
  Part part = Part::kOriginal;
  Blob blob;
  std::string key_id;  // of the data key
  int64_t chunks = 0;
  // In the associated data: 0 for a derivative.
  int64_t total = 0;
};

// Reads a file chunk by chunk, each under a deadline of its own. The data key is fetched for each,
// so that reading ends when it is erased.
class BlobReader final : public inspection::Source {
 public:
  BlobReader(BlobStore& store, const sealing::Sealer& sealer, const time::Clock& clock,
             StoredFile file)
      : store_(store), sealer_(sealer), clock_(clock), file_(std::move(file)) {}

  // NOT_FOUND when the evidence is gone; DATA_LOSS when a chunk is not what was stored there.
  absl::StatusOr<std::string> Next() override;

 private:
  BlobStore& store_;
  const sealing::Sealer& sealer_;
  const time::Clock& clock_;
  const StoredFile file_;
  int64_t next_ = 0;
};

// Between a chunk's read or write and giving it up.
inline constexpr absl::Duration kChunkTimeout = absl::Seconds(10);

// Cuts what comes into chunks and stores them. At most one chunk is in memory.
class BlobWriter final : public inspection::Sink {
 public:
  // `next` is the chunk after those that `file` has; `writer` has opened the blob. file.total is
  // the number of chunks that are to come, 0 when it is not known.
  BlobWriter(BlobStore& store, const sealing::Sealer& sealer, const time::Clock& clock,
             StoredFile file, std::string writer, int64_t next)
      : store_(store),
        sealer_(sealer),
        clock_(clock),
        file_(std::move(file)),
        writer_(std::move(writer)),
        next_(next) {}
  ~BlobWriter() override;

  absl::Status Write(std::string_view bytes) override;
  // Stores the last chunk. Nothing can be written afterwards.
  absl::Status Finish();

  int64_t chunks() const { return next_; }
  // Bytes written, those of earlier writers included.
  int64_t size() const { return next_ * kChunkBytes + static_cast<int64_t>(buffer_.size()); }

 private:
  bool Full() const { return static_cast<int64_t>(buffer_.size()) == kChunkBytes; }
  absl::Status Store(std::string_view bytes, bool last);
  absl::Status StoreFull();

  BlobStore& store_;
  const sealing::Sealer& sealer_;
  const time::Clock& clock_;
  const StoredFile file_;
  const std::string writer_;
  int64_t next_;
  std::string buffer_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_BLOB_SEAL_H_
