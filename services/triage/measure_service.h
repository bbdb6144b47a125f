// The gRPC face of measures.
#ifndef MAMORI_SERVICES_TRIAGE_MEASURE_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_MEASURE_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/measure_service.grpc.pb.h"
#include "services/triage/measures.h"

namespace mamori::triage {

class MeasureService final : public v1::MeasureService::Service {
 public:
  MeasureService(server::Rpc& rpc, Measures& measures) : rpc_(rpc), measures_(measures) {}

  grpc::Status ProposeMeasure(grpc::ServerContext* context,
                              const v1::ProposeMeasureRequest* request,
                              v1::Measure* response) override;
  grpc::Status ReviseMeasure(grpc::ServerContext* context, const v1::ReviseMeasureRequest* request,
                             v1::Measure* response) override;
  grpc::Status GetMeasure(grpc::ServerContext* context, const v1::GetMeasureRequest* request,
                          v1::Measure* response) override;
  grpc::Status ListMeasures(grpc::ServerContext* context, const v1::ListMeasuresRequest* request,
                            v1::ListMeasuresResponse* response) override;
  grpc::Status ApproveMeasure(grpc::ServerContext* context,
                              const v1::ApproveMeasureRequest* request,
                              v1::Measure* response) override;
  grpc::Status RevokeApproval(grpc::ServerContext* context,
                              const v1::RevokeApprovalRequest* request,
                              v1::Measure* response) override;
  grpc::Status ReferMeasure(grpc::ServerContext* context, const v1::ReferMeasureRequest* request,
                            v1::Measure* response) override;
  grpc::Status RejectMeasure(grpc::ServerContext* context, const v1::RejectMeasureRequest* request,
                             v1::Measure* response) override;
  grpc::Status RecordMeasureOutcome(grpc::ServerContext* context,
                                    const v1::RecordMeasureOutcomeRequest* request,
                                    v1::Measure* response) override;
  grpc::Status AssessMeasureEffect(grpc::ServerContext* context,
                                   const v1::AssessMeasureEffectRequest* request,
                                   v1::Measure* response) override;

 private:
  server::Rpc& rpc_;
  Measures& measures_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_MEASURE_SERVICE_H_
