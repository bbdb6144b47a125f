// Takes events in: checks each, routes it by exactly the policy version that it names, and has it
// stored.
#ifndef MAMORI_SERVICES_NOTIFICATION_INGEST_H_
#define MAMORI_SERVICES_NOTIFICATION_INGEST_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/policy/policy_catalog.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/notification/v1/notification_service.pb.h"
#include "services/notification/ingest_store.h"

namespace mamori::notification {

class Ingestor {
 public:
  // `current` routes what names no version (a merge goes to webhooks alone). `wake` is called after
  // each batch that may have made deliveries.
  Ingestor(IngestStore& store, policy::PolicyCatalog& policies,
           std::shared_ptr<const policy::PolicyVersion> current, const time::Clock& clock,
           id::IdSource& ids, std::function<void()> wake)
      : store_(store),
        policies_(policies),
        current_(std::move(current)),
        clock_(clock),
        ids_(ids),
        wake_(std::move(wake)) {}

  absl::StatusOr<v1::IngestEventsResponse> Ingest(const server::CallContext& call,
                                                  const v1::IngestEventsRequest& request);

 private:
  absl::StatusOr<RoutedEvent> Route(const mamori::v1::Event& event);

  IngestStore& store_;
  policy::PolicyCatalog& policies_;
  const std::shared_ptr<const policy::PolicyVersion> current_;
  const time::Clock& clock_;
  id::IdSource& ids_;
  const std::function<void()> wake_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_INGEST_H_
