// What is told of a settlement, and how closely. Pure.
#ifndef MAMORI_SERVICES_NOTIFICATION_SETTLEMENT_EVENT_H_
#define MAMORI_SERVICES_NOTIFICATION_SETTLEMENT_EVENT_H_

#include <string>

#include "absl/time/time.h"
#include "mamori/v1/event.pb.h"
#include "services/notification/dispatch_store.h"

namespace mamori::notification {

// When the receiver accepted it; of an anonymous case by day.
absl::Time SentTime(const Settlement& settlement);

// The `sequence`-th event of the settlement's notification: sent, or failed. `now` is told by day
// for an anonymous case.
mamori::v1::Event SettlementEvent(const Settlement& settlement, const std::string& event_id,
                                  int64_t sequence, absl::Time now);

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_SETTLEMENT_EVENT_H_
