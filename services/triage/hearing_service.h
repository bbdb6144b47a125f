// The gRPC face of how the accused is heard.
#ifndef MAMORI_SERVICES_TRIAGE_HEARING_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_HEARING_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/hearing_service.grpc.pb.h"
#include "services/triage/hearings.h"

namespace mamori::triage {

class HearingService final : public v1::HearingService::Service {
 public:
  HearingService(server::Rpc& rpc, Hearings& hearings) : rpc_(rpc), hearings_(hearings) {}

  grpc::Status NotifyAccused(grpc::ServerContext* context, const v1::NotifyAccusedRequest* request,
                             v1::Hearing* response) override;
  grpc::Status RecordAccusedStatement(grpc::ServerContext* context,
                                      const v1::RecordAccusedStatementRequest* request,
                                      v1::Hearing* response) override;
  grpc::Status RecordObjection(grpc::ServerContext* context,
                               const v1::RecordObjectionRequest* request,
                               v1::Hearing* response) override;
  grpc::Status DecideObjection(grpc::ServerContext* context,
                               const v1::DecideObjectionRequest* request,
                               v1::Hearing* response) override;
  grpc::Status WaiveHearing(grpc::ServerContext* context, const v1::WaiveHearingRequest* request,
                            v1::Hearing* response) override;
  grpc::Status ListHearings(grpc::ServerContext* context, const v1::ListHearingsRequest* request,
                            v1::ListHearingsResponse* response) override;

 private:
  server::Rpc& rpc_;
  Hearings& hearings_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_HEARING_SERVICE_H_
