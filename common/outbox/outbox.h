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

// What is in the table, of which up to `limit` rows are looked at. An event refused for good waits
// for a person and says nothing about how fast the others pass: it is counted apart and has no part
// in the age.
struct Backlog {
  int64_t depth = 0;          // rows on their way
  int64_t oldest_micros = 0;  // creation of the oldest of them, microseconds since epoch; 0: none
  int64_t refused = 0;
};
absl::StatusOr<Backlog> MeasureBacklog(db::Tx& tx, int64_t limit);

}  // namespace mamori::outbox

#endif  // MAMORI_COMMON_OUTBOX_OUTBOX_H_
