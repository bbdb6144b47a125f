// The gRPC face of timelines, and the asking of triage behind it; as dialogue_service.h.
#ifndef MAMORI_SERVICES_INTAKE_TIMELINE_SERVICE_H_
#define MAMORI_SERVICES_INTAKE_TIMELINE_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "common/server/rpc.h"
#include "common/time/clock.h"
#include "mamori/intake/v1/timeline_service.grpc.pb.h"
#include "mamori/triage/v1/reporter_timeline_service.pb.h"
#include "services/intake/dialogue_parties.h"
#include "services/intake/flood_control.h"
#include "services/intake/message_store.h"
#include "services/intake/sealing_keys.h"

namespace mamori::intake {

class TimelineService final : public v1::TimelineService::Service {
 public:
  // Makes the call to triage.
  using Ask = std::function<grpc::Status(
      grpc::ClientContext*, const triage::v1::ReadReporterTimelineRequest&, triage::v1::Timeline*)>;
  struct Dependencies {
    server::Rpc& rpc;
    DialogueParties& parties;
    MessageStore& messages;
    FloodControl& flood;
    const time::Clock& clock;
    Ask ask;
    const SealingKeys& sealing;
  };
  explicit TimelineService(Dependencies dependencies) : d_(std::move(dependencies)) {}

  grpc::Status GetAnonymousTimeline(grpc::ServerContext* context,
                                    const v1::GetAnonymousTimelineRequest* request,
                                    triage::v1::Timeline* response) override;
  grpc::Status GetReportTimeline(grpc::ServerContext* context,
                                 const v1::GetReportTimelineRequest* request,
                                 triage::v1::Timeline* response) override;

  // Without its gRPC face.
  absl::StatusOr<triage::v1::Timeline> ByReceipt(const server::CallContext& call,
                                                 const v1::GetAnonymousTimelineRequest& request);
  absl::StatusOr<triage::v1::Timeline> ByToken(const server::CallContext& call,
                                               const v1::GetReportTimelineRequest& request);

 private:
  absl::StatusOr<triage::v1::Timeline> Read(const server::CallContext& call, const Party& party);

  const Dependencies d_;
};

// An Ask over the channel.
TimelineService::Ask AskTriage(const std::shared_ptr<grpc::Channel>& triage);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_TIMELINE_SERVICE_H_
