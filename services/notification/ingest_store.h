// Where ingested events take effect.
#ifndef MAMORI_SERVICES_NOTIFICATION_INGEST_STORE_H_
#define MAMORI_SERVICES_NOTIFICATION_INGEST_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "mamori/v1/event.pb.h"
#include "services/notification/routing.h"

namespace mamori::notification {

// An event with what routing made of it.
struct RoutedEvent {
  const mamori::v1::Event* event = nullptr;
  EventFacts facts;           // `type` is empty for a fact that is told to nobody
  std::string policy_digest;  // 32 raw bytes: the version that routed it
  std::vector<PlannedNotification> notifications;
  // How long all of it waits, so that nobody tells by it when an anonymous person wrote.
  absl::Duration wait = absl::ZeroDuration();
  // It leaves at the next of moments that are so far apart.
  absl::Duration apart = absl::ZeroDuration();
};

class IngestStore {
 public:
  virtual ~IngestStore() = default;

  // Applies events, each once and in the order of its subject, with their notifications, deliveries
  // (by mail, and to every webhook endpoint of the company that wants the event) and escalation
  // timers: all of a batch in one transaction. One status per event: OK when applied now or
  // earlier, EVENT_GAP, or the database's.
  virtual std::vector<absl::Status> Apply(absl::Span<const RoutedEvent> events, absl::Time now,
                                          absl::Time deadline) = 0;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_INGEST_STORE_H_
