// One outbox, two receivers: what reports need goes to intake, all else to notification.
#ifndef MAMORI_SERVICES_TRIAGE_EVENT_ROUTER_H_
#define MAMORI_SERVICES_TRIAGE_EVENT_ROUTER_H_

#include "common/outbox/relay.h"

namespace mamori::triage {

// A receiver that does not answer holds back its own events alone.
outbox::Publisher RouteEvents(outbox::Publisher to_notification, outbox::Publisher to_intake);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_EVENT_ROUTER_H_
