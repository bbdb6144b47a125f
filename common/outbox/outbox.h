// The way events leave a service: appended in the causing transaction, relayed after it has
// committed, applied once by the receiver.
#ifndef MAMORI_COMMON_OUTBOX_OUTBOX_H_
#define MAMORI_COMMON_OUTBOX_OUTBOX_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/tx.h"
#include "mamori/v1/event.pb.h"

namespace mamori::outbox {

// Rows of one shard are relayed by one holder of the lease "relay/<shard>", so a subject is never
// in two hands.
inline constexpr int kShards = 4;
int ShardOf(std::string_view subject_id);

// Appends events to table `outbox` in the causing transaction. Each is complete: ids, tenant,
// source, sequence and time. The caller wakes its Relay after the commit.
absl::Status Append(db::Tx& tx, const std::vector<mamori::v1::Event>& events);
absl::Status Append(db::Tx& tx, const std::vector<const mamori::v1::Event*>& events);

// An event that was sent and put off this often, in about a minute, is held back by what it says
// itself: by one before it that is missing, or by what its receiver cannot read.
inline constexpr int kHeldAttempts = 10;
// More of those are no single events any more: then their receiver is in trouble.
inline constexpr int kHeldAtMost = 1000;

// What is in the table, of which up to `limit` rows are looked at. An event refused for good waits
// for a person, and one that is held back for another; neither says anything about how fast the
// others pass: they are counted apart and have no part in the age, unless more than kHeldAtMost
// are held back.
struct Backlog {
  int64_t depth = 0;          // rows on their way, with those held back
  int64_t oldest_micros = 0;  // creation of the oldest of them, microseconds since epoch; 0: none
  int64_t held = 0;
  int64_t refused = 0;

  int64_t rows() const { return depth + refused; }  // the limit, where there are more
};
absl::StatusOr<Backlog> MeasureBacklog(db::Tx& tx, int64_t limit);

}  // namespace mamori::outbox

#endif  // MAMORI_COMMON_OUTBOX_OUTBOX_H_
