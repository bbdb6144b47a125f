// Leases with fencing tokens: who may act now, in table `lease`, and how a holder whose time is
// over is kept from writing. The database's clock alone says until when a lease lasts, so nobody's
// own clock makes it longer or shorter. A holder that has to know how long it is sure of it
// measures that from before it asked, by its monotonic clock.
#ifndef MAMORI_COMMON_WORKER_LEASE_H_
#define MAMORI_COMMON_WORKER_LEASE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/tx.h"

namespace mamori::worker {

// A lease as its holder knows it. `fence` grows by one whenever the holder changes and stays when
// it renews.
struct Lease {
  std::string name;    // at most 64 bytes, such as "relay/0"
  std::string holder;  // 16 bytes, one per process or worker
  int64_t fence = 0;
};

// Takes the lease for `ttl` when it is free or its time is over, renews it when `holder` has it,
// and is nullopt when another has it. Valid once `tx` has committed. May be rerun. Of two that try
// at once, one wins: the row is locked here, and on Galera the other's COMMIT fails.
absl::StatusOr<std::optional<Lease>> TryAcquire(db::Tx& tx, std::string_view name,
                                                std::string_view holder, absl::Duration ttl);

// OK while all of one holder's `leases` are still its own, and locks their rows in the order of
// their names until `tx` ends, so that nobody takes one in between: writes in the same transaction
// are fenced. FAILED_PRECONDITION when another has taken one. A lease whose time is over but that
// nobody has taken is still the holder's: nobody else acted.
absl::Status CheckFences(db::Tx& tx, const std::vector<Lease>& leases);

// Renews all of one holder's `leases` for `ttl` by one statement. False when one of them is
// another's by now: then this transaction may have renewed the rest.
absl::StatusOr<bool> RenewAll(db::Tx& tx, const std::vector<Lease>& leases, absl::Duration ttl);

// Lets another take it at once. Nothing happens when it is no longer the holder's.
absl::Status Release(db::Tx& tx, const Lease& lease);

}  // namespace mamori::worker

#endif  // MAMORI_COMMON_WORKER_LEASE_H_
