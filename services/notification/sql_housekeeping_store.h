// Takes away what nobody needs any more, a little at a time.
//
// Not pruned here: the inbox (its row is what keeps a case's events in order, one small row per
// case), and the outbox and timers, which empty themselves.
#ifndef MAMORI_SERVICES_NOTIFICATION_SQL_HOUSEKEEPING_STORE_H_
#define MAMORI_SERVICES_NOTIFICATION_SQL_HOUSEKEEPING_STORE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/transaction.h"
#include "common/time/clock.h"

namespace mamori::notification {

// Whoever reported is presumed to suffer retaliation for a disadvantage within one year: for that
// long, and a month for asking, it can be shown who was told when.
inline constexpr absl::Duration kDeliveryRetention = absl::Hours(24 * 400);
// A notification outlives its deliveries, so that each finds the sequence of its events.
inline constexpr absl::Duration kNotificationRetention = absl::Hours(24 * 430);

class SqlHousekeepingStore {
 public:
  struct Options {
    int batch = 200;                                 // rows of one transaction: short locks
    absl::Duration pause = absl::Milliseconds(100);  // between two rounds: deliveries go first
  };
  SqlHousekeepingStore(db::Transactor& transactor, const time::Clock& clock, time::Sleeper& sleeper,
                       Options options)
      : transactor_(transactor), clock_(clock), sleeper_(sleeper), options_(options) {}

  // Deletes one batch of each kind of deliveries at rest, of notifications and of request ids, each
  // in a transaction of its own; true, after a pause, when there may be more. For a Periodic.
  absl::StatusOr<bool> RunOnce();

 private:
  // Sets `more` when a whole batch went.
  absl::Status Delete(const char* sql, const db::Params& params, bool& more);
  db::TransactionOptions Transaction() const;

  db::Transactor& transactor_;
  const time::Clock& clock_;
  time::Sleeper& sleeper_;
  const Options options_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_SQL_HOUSEKEEPING_STORE_H_
