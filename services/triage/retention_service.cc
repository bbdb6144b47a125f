#include "services/triage/retention_service.h"

#include "services/triage/guarded_methods.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

grpc::Status RetentionService::DryRunRetention(grpc::ServerContext* context,
                                               const v1::DryRunRetentionRequest* request,
                                               v1::DryRunRetentionResponse* response) {
  return rpc_.Unary(context, kDryRunRetention, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return retention_.DryRun(call, *request); });
}

grpc::Status RetentionService::DisposeCase(grpc::ServerContext* context,
                                           const v1::DisposeCaseRequest* request,
                                           v1::Disposition* response) {
  return rpc_.Unary(context, kDisposeCase, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return retention_.Dispose(call, *request); });
}

grpc::Status RetentionService::DisposeRecord(grpc::ServerContext* context,
                                             const v1::DisposeRecordRequest* request,
                                             v1::Disposition* response) {
  return rpc_.Unary(
      context, kDisposeRecord, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return retention_.DisposeRecord(call, *request); });
}

grpc::Status RetentionService::GetDisposition(grpc::ServerContext* context,
                                              const v1::GetDispositionRequest* request,
                                              v1::Disposition* response) {
  return rpc_.Unary(
      context, kGetDisposition, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return retention_.GetDisposition(call, *request); });
}

}  // namespace mamori::triage
