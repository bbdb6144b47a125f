#include "services/triage/notification_publisher.h"

#include <utility>
#include <vector>

#include "common/client/channel.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::triage {

outbox::Publisher MakeNotificationPublisher(
    std::shared_ptr<notification::v1::NotificationService::StubInterface> notification) {
  return [stub = std::move(notification)](
             const std::vector<mamori::v1::Event>& events,
             absl::Time deadline) -> absl::StatusOr<std::vector<absl::Status>> {
    notification::v1::IngestEventsRequest request;
    *request.mutable_events() = {events.begin(), events.end()};
    notification::v1::IngestEventsResponse response;
    const auto context = client::MakeContext(deadline);
    RETURN_IF_ERROR(status::FromGrpcStatus(stub->IngestEvents(context.get(), request, &response)));
    std::vector<absl::Status> statuses;
    for (const mamori::v1::IngestResult& result : response.results()) {
      statuses.push_back(status::FromProtoStatus(result.status()));
    }
    return statuses;
  };
}

}  // namespace mamori::triage
