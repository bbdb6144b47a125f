// The gRPC face of fact finding.
#ifndef MAMORI_SERVICES_TRIAGE_FACT_FINDING_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_FACT_FINDING_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/fact_finding_service.grpc.pb.h"
#include "services/triage/fact_findings.h"

namespace mamori::triage {

class FactFindingService final : public v1::FactFindingService::Service {
 public:
  FactFindingService(server::Rpc& rpc, FactFindings& findings) : rpc_(rpc), findings_(findings) {}

  grpc::Status RecordStatement(grpc::ServerContext* context,
                               const v1::RecordStatementRequest* request,
                               v1::Statement* response) override;
  grpc::Status RecordFinding(grpc::ServerContext* context, const v1::RecordFindingRequest* request,
                             v1::Finding* response) override;
  grpc::Status ReviseFinding(grpc::ServerContext* context, const v1::ReviseFindingRequest* request,
                             v1::Finding* response) override;
  grpc::Status ConcludeFactFinding(grpc::ServerContext* context,
                                   const v1::ConcludeFactFindingRequest* request,
                                   v1::FactFinding* response) override;
  grpc::Status GetFactFinding(grpc::ServerContext* context,
                              const v1::GetFactFindingRequest* request,
                              v1::FactFinding* response) override;

 private:
  server::Rpc& rpc_;
  FactFindings& findings_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_FACT_FINDING_SERVICE_H_
