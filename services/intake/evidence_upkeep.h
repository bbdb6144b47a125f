// Deletes what of evidence is gone, and uploads that nobody went on with.
#ifndef MAMORI_SERVICES_INTAKE_EVIDENCE_UPKEEP_H_
#define MAMORI_SERVICES_INTAKE_EVIDENCE_UPKEEP_H_

#include "absl/status/statusor.h"
#include "common/time/clock.h"
#include "services/intake/blob_store.h"
#include "services/intake/evidence_store.h"

namespace mamori::intake {

// Every replica may do it at once: each deletion is decided by the rows.
class EvidenceUpkeep {
 public:
  struct Options {
    absl::Duration keep_uploads = absl::Hours(8 * 24);  // 7 days after the day of their begin
    int batch = 16;
  };
  EvidenceUpkeep(EvidenceStore& store, BlobStore& blobs, const time::Clock& clock, Options options)
      : store_(store), blobs_(blobs), clock_(clock), options_(options) {}

  // Returns whether there may be more to do.
  absl::StatusOr<bool> RunOnce();

 private:
  EvidenceStore& store_;
  BlobStore& blobs_;
  const time::Clock& clock_;
  const Options options_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_EVIDENCE_UPKEEP_H_
