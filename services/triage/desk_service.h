// The gRPC face of the lists of open work.
#ifndef MAMORI_SERVICES_TRIAGE_DESK_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_DESK_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/desk_service.grpc.pb.h"
#include "services/triage/desk_lists.h"

namespace mamori::triage {

class DeskService final : public v1::DeskService::Service {
 public:
  DeskService(server::Rpc& rpc, DeskLists& lists) : rpc_(rpc), lists_(lists) {}

  grpc::Status ListOpenTasks(grpc::ServerContext* context, const v1::ListOpenTasksRequest* request,
                             v1::ListOpenTasksResponse* response) override;
  grpc::Status ListOpenPrevention(grpc::ServerContext* context,
                                  const v1::ListOpenPreventionRequest* request,
                                  v1::ListOpenPreventionResponse* response) override;

 private:
  server::Rpc& rpc_;
  DeskLists& lists_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DESK_SERVICE_H_
