// The gRPC face of what leaked of several cases.
#ifndef MAMORI_SERVICES_TRIAGE_BREACH_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_BREACH_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/breach_service.grpc.pb.h"
#include "services/triage/breaches.h"

namespace mamori::triage {

class BreachService final : public v1::BreachService::Service {
 public:
  BreachService(server::Rpc& rpc, Breaches& breaches) : rpc_(rpc), breaches_(breaches) {}

  grpc::Status OpenBreach(grpc::ServerContext* context, const v1::OpenBreachRequest* request,
                          v1::Breach* response) override;
  grpc::Status RecordBreachStep(grpc::ServerContext* context,
                                const v1::RecordBreachStepRequest* request,
                                v1::Breach* response) override;
  grpc::Status GetBreach(grpc::ServerContext* context, const v1::GetBreachRequest* request,
                         v1::Breach* response) override;
  grpc::Status ListBreaches(grpc::ServerContext* context, const v1::ListBreachesRequest* request,
                            v1::ListBreachesResponse* response) override;

 private:
  server::Rpc& rpc_;
  Breaches& breaches_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_BREACH_SERVICE_H_
