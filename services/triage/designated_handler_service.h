// The gRPC face of designations.
#ifndef MAMORI_SERVICES_TRIAGE_DESIGNATED_HANDLER_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_DESIGNATED_HANDLER_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/designated_handler_service.grpc.pb.h"
#include "services/triage/designated_handlers.h"

namespace mamori::triage {

class DesignatedHandlerService final : public v1::DesignatedHandlerService::Service {
 public:
  DesignatedHandlerService(server::Rpc& rpc, DesignatedHandlers& handlers)
      : rpc_(rpc), handlers_(handlers) {}

  grpc::Status DesignateHandler(grpc::ServerContext* context,
                                const v1::DesignateHandlerRequest* request,
                                v1::DesignatedHandler* response) override;
  grpc::Status AcceptDesignation(grpc::ServerContext* context,
                                 const v1::AcceptDesignationRequest* request,
                                 v1::DesignatedHandler* response) override;
  grpc::Status WithdrawDesignation(grpc::ServerContext* context,
                                   const v1::WithdrawDesignationRequest* request,
                                   v1::DesignatedHandler* response) override;
  grpc::Status GetDesignatedHandler(grpc::ServerContext* context,
                                    const v1::GetDesignatedHandlerRequest* request,
                                    v1::DesignatedHandler* response) override;
  grpc::Status ListDesignatedHandlers(grpc::ServerContext* context,
                                      const v1::ListDesignatedHandlersRequest* request,
                                      v1::ListDesignatedHandlersResponse* response) override;

 private:
  server::Rpc& rpc_;
  DesignatedHandlers& handlers_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DESIGNATED_HANDLER_SERVICE_H_
