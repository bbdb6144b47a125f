// The gRPC face of prevention.
#ifndef MAMORI_SERVICES_TRIAGE_PREVENTION_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_PREVENTION_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/prevention_service.grpc.pb.h"
#include "services/triage/preventions.h"

namespace mamori::triage {

class PreventionService final : public v1::PreventionService::Service {
 public:
  PreventionService(server::Rpc& rpc, Preventions& preventions)
      : rpc_(rpc), preventions_(preventions) {}

  grpc::Status PlanPrevention(grpc::ServerContext* context,
                              const v1::PlanPreventionRequest* request,
                              v1::PreventionAction* response) override;
  grpc::Status CompletePrevention(grpc::ServerContext* context,
                                  const v1::CompletePreventionRequest* request,
                                  v1::PreventionAction* response) override;
  grpc::Status ReviewPrevention(grpc::ServerContext* context,
                                const v1::ReviewPreventionRequest* request,
                                v1::PreventionAction* response) override;
  grpc::Status ListPrevention(grpc::ServerContext* context,
                              const v1::ListPreventionRequest* request,
                              v1::ListPreventionResponse* response) override;

 private:
  server::Rpc& rpc_;
  Preventions& preventions_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_PREVENTION_SERVICE_H_
