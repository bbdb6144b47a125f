// Where checkpoints go, so that whoever owns the database cannot change them together with it.
#ifndef MAMORI_COMMON_AUDIT_SINK_H_
#define MAMORI_COMMON_AUDIT_SINK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mamori/v1/proof.pb.h"

namespace mamori::audit {

// Used by one thread at a time.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual std::string name() const = 0;
  // The number of the last checkpoint that it has, -1 for none; nullopt when it cannot be asked.
  virtual absl::StatusOr<std::optional<int64_t>> Last() = 0;
  // In their order; afterwards they are there for good. UNAVAILABLE: later again, all of them.
  virtual absl::Status Write(const std::vector<v1::Checkpoint>& checkpoints) = 0;
};

// Appends to a file, one JSON object a line, each synced to the disk. A line that a crash cut off
// is ended first.
std::unique_ptr<Sink> MakeFileSink(const std::string& file);

// Posts each as a JSON object over HTTPS. The receiver may get one twice.
std::unique_ptr<Sink> MakeWebhookSink(const std::string& url, const std::string& ca_file);

// The checkpoints in a file of MakeFileSink: a line that is cut off at the end is left out.
// NOT_FOUND, INVALID_ARGUMENT with the line's number.
absl::StatusOr<std::vector<v1::Checkpoint>> ReadSinkFile(const std::string& file);

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_SINK_H_
