// The gRPC face of what reporters do; as intake_service.h. All methods are blocking ones.
#ifndef MAMORI_SERVICES_INTAKE_REPORTER_SERVICE_H_
#define MAMORI_SERVICES_INTAKE_REPORTER_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/intake/v1/reporter_service.grpc.pb.h"
#include "services/intake/reporters.h"

namespace mamori::intake {

class ReporterService final : public v1::ReporterService::Service {
 public:
  ReporterService(server::Rpc& rpc, Reporters& reporters) : rpc_(rpc), reporters_(reporters) {}

  grpc::Status SubmitAnonymousReport(grpc::ServerContext* context,
                                     const v1::SubmitAnonymousReportRequest* request,
                                     v1::SubmitAnonymousReportResponse* response) override;
  grpc::Status RotateReceipt(grpc::ServerContext* context, const v1::RotateReceiptRequest* request,
                             google::protobuf::Empty* response) override;

 private:
  server::Rpc& rpc_;
  Reporters& reporters_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORTER_SERVICE_H_
