#include "services/intake/evidence_upkeep.h"

#include <vector>

#include "common/status/macros.h"

namespace mamori::intake {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10);

}  // namespace

absl::StatusOr<bool> EvidenceUpkeep::RunOnce() {
  const absl::Time now = clock_.Now();
  ASSIGN_OR_RETURN(const int stale,
                   store_.DropStale(now - options_.keep_uploads, options_.batch, now + kTimeout));
  ASSIGN_OR_RETURN(const std::vector<Blob> blobs,
                   store_.ListDropped(options_.batch, clock_.Now() + kTimeout));
  for (const Blob& blob : blobs) {
    ASSIGN_OR_RETURN(const bool gone, blobs_.Drop(blob, clock_.Now() + kTimeout));
    if (gone) RETURN_IF_ERROR(store_.Forget(blob, clock_.Now() + kTimeout));
  }
  return stale > 0 || !blobs.empty();
}

}  // namespace mamori::intake
