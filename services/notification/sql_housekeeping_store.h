// Takes away what nobody needs any more, a little at a time.
//
// Not pruned here: the inbox (its row is what keeps a case's events in order, one small row per
// case), and the outbox and timers, which empty themselves.
#ifndef MAMORI_SERVICES_NOTIFICATION_SQL_HOUSEKEEPING_STORE_H_
#define MAMORI_SERVICES_NOTIFICATION_SQL_HOUSEKEEPING_STORE_H_

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
  SqlHousekeepingStore(db::Transactor& transactor, const time::Clock& clock)
      : transactor_(transactor), clock_(clock) {}

  // One small transaction each for deliveries at rest, notifications and request ids. How many rows
  // went.
  absl::StatusOr<int64_t> PruneOnce();

 private:
  db::Transactor& transactor_;
  const time::Clock& clock_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_SQL_HOUSEKEEPING_STORE_H_
