// The ids of notifications and deliveries. They are derived from the fact that they tell, not
// drawn: however often an event is ingested, by however many replicas, one fact has one id per
// receiver, and the primary key refuses a second row. The event's own id is 128 random bits, so a
// derived id tells and repeats nothing.
#ifndef MAMORI_SERVICES_NOTIFICATION_IDENTITY_H_
#define MAMORI_SERVICES_NOTIFICATION_IDENTITY_H_

#include <string_view>

#include "common/id/id.h"
#include "mamori/v1/notification.pb.h"

namespace mamori::notification {

// BLAKE2b-128 of the length-prefixed event id and route.
id::Id NotificationId(std::string_view event_id, std::string_view route);

// BLAKE2b-128 of the length-prefixed notification id, escalation step, channel and receiver: with
// the id above, of (event, route, step, channel, receiver).
id::Id DeliveryId(std::string_view notification_id, int step, mamori::v1::DeliveryChannel channel,
                  std::string_view receiver);

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_IDENTITY_H_
