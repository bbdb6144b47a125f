// The gRPC face of what triage tells intake.
#ifndef MAMORI_SERVICES_INTAKE_INTAKE_EVENT_SERVICE_H_
#define MAMORI_SERVICES_INTAKE_INTAKE_EVENT_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/intake/v1/intake_event_service.grpc.pb.h"
#include "services/intake/disposals.h"
#include "services/intake/methods.h"

namespace mamori::intake {

class IntakeEventService final : public v1::IntakeEventService::Service {
 public:
  IntakeEventService(server::Rpc& rpc, Disposals& disposals) : rpc_(rpc), disposals_(disposals) {}

  grpc::Status IngestEvents(grpc::ServerContext* context, const v1::IngestEventsRequest* request,
                            v1::IngestEventsResponse* response) override {
    return rpc_.Unary(
        context, kIngestEvents, server::Needs::kNothing, response,
        [&](const server::CallContext& call) { return disposals_.Ingest(call, *request); });
  }

 private:
  server::Rpc& rpc_;
  Disposals& disposals_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_INTAKE_EVENT_SERVICE_H_
