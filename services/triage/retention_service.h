// The gRPC face of retention.
#ifndef MAMORI_SERVICES_TRIAGE_RETENTION_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_RETENTION_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/retention_service.grpc.pb.h"
#include "services/triage/retention.h"

namespace mamori::triage {

class RetentionService final : public v1::RetentionService::Service {
 public:
  RetentionService(server::Rpc& rpc, Retention& retention) : rpc_(rpc), retention_(retention) {}

  grpc::Status DryRunRetention(grpc::ServerContext* context,
                               const v1::DryRunRetentionRequest* request,
                               v1::DryRunRetentionResponse* response) override;
  grpc::Status DisposeCase(grpc::ServerContext* context, const v1::DisposeCaseRequest* request,
                           v1::Disposition* response) override;
  grpc::Status DisposeRecord(grpc::ServerContext* context, const v1::DisposeRecordRequest* request,
                             v1::Disposition* response) override;
  grpc::Status GetDisposition(grpc::ServerContext* context,
                              const v1::GetDispositionRequest* request,
                              v1::Disposition* response) override;

 private:
  server::Rpc& rpc_;
  Retention& retention_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_RETENTION_SERVICE_H_
