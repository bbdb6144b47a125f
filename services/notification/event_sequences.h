// The sequence of the events that this service states about a notification.
#ifndef MAMORI_SERVICES_NOTIFICATION_EVENT_SEQUENCES_H_
#define MAMORI_SERVICES_NOTIFICATION_EVENT_SEQUENCES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/tx.h"

namespace mamori::notification {

// The next sequence for each entry of `notification_ids` (which may hold an id several times),
// taken in `tx`; 0 for a notification that does not exist. Locks the rows in the order of their
// ids.
absl::StatusOr<std::vector<int64_t>> NextSequences(
    db::Tx& tx, const std::vector<std::string>& notification_ids);

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_EVENT_SEQUENCES_H_
