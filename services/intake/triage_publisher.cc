#include "services/intake/triage_publisher.h"

#include <utility>
#include <vector>

#include "common/client/channel.h"
#include "common/status/errors.h"

namespace mamori::intake {

outbox::Publisher MakeTriagePublisher(
    std::shared_ptr<triage::v1::TriageService::StubInterface> triage) {
  return [triage = std::move(triage)](
             const std::vector<mamori::v1::Event>& events,
             absl::Time deadline) -> absl::StatusOr<std::vector<absl::Status>> {
    triage::v1::IngestEventsRequest request;
    request.mutable_events()->Add(events.begin(), events.end());
    triage::v1::IngestEventsResponse response;
    const auto context = client::MakeContext(deadline);
    const grpc::Status sent = triage->IngestEvents(context.get(), request, &response);
    if (!sent.ok()) return status::FromGrpcStatus(sent);
    std::vector<absl::Status> results;
    results.reserve(response.results_size());
    for (const mamori::v1::IngestResult& result : response.results()) {
      results.push_back(status::FromProtoStatus(result.status()));
    }
    return results;
  };
}

}  // namespace mamori::intake
