// Whether the audit of a resource is whole and leads to a checkpoint. Pure: looks at what is given
// and nothing else.
#ifndef MAMORI_COMMON_BUNDLE_PROOF_H_
#define MAMORI_COMMON_BUNDLE_PROOF_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/entry.h"
#include "mamori/v1/bundle.pb.h"
#include "mamori/v1/proof.pb.h"

namespace mamori::bundle {

// Whose chain a name's is. INVALID_ARGUMENT for what has none that a bundle holds.
struct ChainOwner {
  const char* service;
  audit::Kind kind;
  std::string id;
};
absl::StatusOr<ChainOwner> OwnerOf(std::string_view resource);

struct ProvenChain {
  std::vector<audit::Entry> entries;
  size_t covered = 0;       // so many of the first ones are in `checkpoint`
  int64_t checkpoint = -1;  // -1: no checkpoint covers any
  std::string root;         // which that checkpoint must have
};
// INVALID_ARGUMENT says what does not hold.
absl::StatusOr<ProvenChain> CheckChain(const v1::AuditChain& chain);

// Whether a run's checkpoints are signed with the key, and follow one another where their numbers
// do. INVALID_ARGUMENT.
absl::Status CheckRun(const v1::CheckpointRun& run, std::string_view public_key);

// What somebody keeps who makes sure that nothing is changed afterwards.
struct OutsideCheckpoints {
  std::vector<v1::Checkpoint> checkpoints;
  // Whether a bundle may end before the last of them: then it proves what was there at its own
  // end, and nothing of what came later.
  bool accept_older = false;
};
// Whether the run ends, at `as_of`, at the newest of `outside` or after it, and comes from it; or,
// where older ones are accepted, whether the newest comes from the run's end. INVALID_ARGUMENT.
absl::Status CheckAgainst(const v1::CheckpointRun& run, int64_t as_of,
                          const OutsideCheckpoints& outside, std::string_view public_key);
// Whether nothing but its signature speaks for a checkpoint of the run. `given` are the numbers of
// those from outside.
bool IsUnconfirmed(const v1::CheckpointRun& run, int64_t number, const std::set<int64_t>& given);

}  // namespace mamori::bundle

#endif  // MAMORI_COMMON_BUNDLE_PROOF_H_
