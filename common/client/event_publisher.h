// Hands a relay's events to another service's IngestEvents.
#ifndef MAMORI_COMMON_CLIENT_EVENT_PUBLISHER_H_
#define MAMORI_COMMON_CLIENT_EVENT_PUBLISHER_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/client/channel.h"
#include "common/outbox/relay.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "mamori/v1/event.pb.h"

namespace mamori::client {

// `Stub` is a service's stub, `Request` and `Response` are the messages of its IngestEvents.
template <typename Request, typename Response, typename Stub>
outbox::Publisher MakeEventPublisher(std::shared_ptr<Stub> stub) {
  return [stub = std::move(stub)](
             const std::vector<mamori::v1::Event>& events,
             absl::Time deadline) -> absl::StatusOr<std::vector<absl::Status>> {
    Request request;
    *request.mutable_events() = {events.begin(), events.end()};
    Response response;
    const auto context = MakeContext(deadline);
    RETURN_IF_ERROR(status::FromGrpcStatus(stub->IngestEvents(context.get(), request, &response)));
    std::vector<absl::Status> statuses;
    statuses.reserve(response.results_size());
    for (const mamori::v1::IngestResult& result : response.results()) {
      statuses.push_back(status::FromProtoStatus(result.status()));
    }
    return statuses;
  };
}

}  // namespace mamori::client

#endif  // MAMORI_COMMON_CLIENT_EVENT_PUBLISHER_H_
