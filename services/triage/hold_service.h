// The gRPC face of legal holds.
#ifndef MAMORI_SERVICES_TRIAGE_HOLD_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_HOLD_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/hold_service.grpc.pb.h"
#include "services/triage/holds.h"

namespace mamori::triage {

class HoldService final : public v1::HoldService::Service {
 public:
  HoldService(server::Rpc& rpc, Holds& holds) : rpc_(rpc), holds_(holds) {}

  grpc::Status PlaceHold(grpc::ServerContext* context, const v1::PlaceHoldRequest* request,
                         v1::LegalHold* response) override;
  grpc::Status ListHolds(grpc::ServerContext* context, const v1::ListHoldsRequest* request,
                         v1::ListHoldsResponse* response) override;
  grpc::Status ReleaseHold(grpc::ServerContext* context, const v1::ReleaseHoldRequest* request,
                           v1::LegalHold* response) override;

 private:
  server::Rpc& rpc_;
  Holds& holds_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_HOLD_SERVICE_H_
