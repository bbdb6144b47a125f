// Timers that survive a restart: rows of table `timer`, fired in the transaction that makes their
// effect.
#ifndef MAMORI_COMMON_WORKER_TIMER_H_
#define MAMORI_COMMON_WORKER_TIMER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/tx.h"
#include "common/id/id.h"

namespace mamori::worker {

struct Timer {
  id::Id timer_id;
  std::string tenant;  // at most 64 bytes
  std::string kind;    // what to do, at most 32 bytes: "escalate"
  id::Id subject_id;   // what it is about
  absl::Time due_time;
  std::string payload;  // at most 1,024 bytes
  int64_t attempt_count = 0;
};

// Adds timers in the causing transaction.
absl::Status Schedule(db::Tx& tx, const std::vector<Timer>& timers);

// Removes a subject's timers of a kind; how many there were.
absl::StatusOr<int64_t> Cancel(db::Tx& tx, std::string_view kind, std::string_view subject_id);

// The same for several subjects.
absl::StatusOr<int64_t> CancelAll(db::Tx& tx, std::string_view kind,
                                  std::vector<std::string> subject_ids);

// Takes up to `limit` due timers out of the table in `tx`, oldest first, passing over those that
// another transaction is firing. Their effects are made in the same `tx`, so that each fires
// exactly once however many replicas there are: when `tx` does not commit, they are due again. On
// Galera, where locks of another node are not seen, the later COMMIT fails. Only those of `kind`
// when it is given: a service with several kinds fires each by itself.
absl::StatusOr<std::vector<Timer>> TakeDue(db::Tx& tx, absl::Time now, int limit,
                                           std::string_view kind = {});

// Puts a timer that could not fire back to `due_time`, with one attempt more, in the transaction
// that took it.
absl::Status Postpone(db::Tx& tx, const Timer& timer, absl::Time due_time);

}  // namespace mamori::worker

#endif  // MAMORI_COMMON_WORKER_TIMER_H_
