// Reads a service's own audit for one bundle: chains, their ways to checkpoints, and those.
#ifndef MAMORI_COMMON_BUNDLE_CHAIN_READER_H_
#define MAMORI_COMMON_BUNDLE_CHAIN_READER_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/checkpoint.h"
#include "common/bundle/proof.h"
#include "common/db/transaction.h"
#include "common/time/clock.h"
#include "mamori/v1/bundle.pb.h"

namespace mamori::bundle {

// How many of the last checkpoints a bundle has: an hour and a half of them. Whoever was given one
// of these can join it to the bundle's end.
inline constexpr int kCheckpointsInRun = 1000;

// One export, on one thread.
class ChainReader {
 public:
  ChainReader(db::Transactor& transactor, std::string service, const time::Clock& clock,
              time::Sleeper& sleeper)
      : transactor_(transactor), service_(std::move(service)), clock_(clock), sleeper_(sleeper) {}

  // Whose chain, and between which times its first entry was written. Midnight (UTC) as the first
  // of them may stand for the day that begins.
  struct Resource {
    std::string name;  // "reports/{id}"
    absl::Time earliest;
    absl::Time latest;
  };
  // The chain up to the newest entry that a checkpoint covers, and whatever has its time in the
  // future since it is told to the day. Waits for the checkpoint, some seconds, when it has yet to
  // come. NOT_FOUND without a chain, UNAVAILABLE when no checkpoint comes, and those of the
  // database.
  absl::StatusOr<v1::AuditChain> ReadChain(const Resource& resource, absl::Time deadline);

  // The checkpoints to which the chains lead that were read, and the last ones. UNAVAILABLE when
  // a day ended meanwhile: then all of it again.
  absl::StatusOr<v1::CheckpointRun> ReadRun(absl::Time deadline);

 private:
  struct First {
    v1::GroupPlace place;
    std::string entry;
  };
  struct Found {
    audit::Leaf leaf;
    int64_t number = 0;
  };

  absl::StatusOr<db::Rows> Read(absl::Time deadline, const char* sql, const db::Params& params);
  // In one of the groups of that time, or of those times.
  absl::StatusOr<std::optional<First>> FindFirst(const ChainOwner& owner, absl::Time from,
                                                 absl::Time until, absl::Time deadline);
  absl::StatusOr<std::optional<First>> FindFirst(const ChainOwner& owner, const Resource& resource,
                                                 absl::Time deadline);
  absl::StatusOr<v1::AuditChain> ReadEntries(const ChainOwner& owner, const Resource& resource,
                                             absl::Time deadline);
  // Of the chain with at least `wanted` entries, or of its group where that is one.
  absl::StatusOr<std::optional<Found>> FindLeaf(const ChainOwner& owner,
                                                const v1::AuditChain& chain, int wanted,
                                                absl::Time deadline);
  absl::Status SetLeaf(const Found& found, v1::AuditChain& chain, absl::Time deadline);
  // Leaves out what comes after the leaf and is not of the future.
  void Trim(const Found& found, v1::AuditChain& chain);

  db::Transactor& transactor_;
  const std::string service_;
  const time::Clock& clock_;
  time::Sleeper& sleeper_;
  std::set<int64_t> needed_;
  absl::Time earliest_open_ = absl::InfiniteFuture();
};

}  // namespace mamori::bundle

#endif  // MAMORI_COMMON_BUNDLE_CHAIN_READER_H_
