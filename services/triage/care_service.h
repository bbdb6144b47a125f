// The gRPC face of care.
#ifndef MAMORI_SERVICES_TRIAGE_CARE_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_CARE_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/care_service.grpc.pb.h"
#include "services/triage/cares.h"

namespace mamori::triage {

class CareService final : public v1::CareService::Service {
 public:
  CareService(server::Rpc& rpc, Cares& cares) : rpc_(rpc), cares_(cares) {}

  grpc::Status RecordCare(grpc::ServerContext* context, const v1::RecordCareRequest* request,
                          v1::Care* response) override;
  grpc::Status AssessDetrimentRisk(grpc::ServerContext* context,
                                   const v1::AssessDetrimentRiskRequest* request,
                                   v1::DetrimentRisk* response) override;
  grpc::Status GetCare(grpc::ServerContext* context, const v1::GetCareRequest* request,
                       v1::CareFile* response) override;
  grpc::Status GetTimeline(grpc::ServerContext* context, const v1::GetTimelineRequest* request,
                           v1::Timeline* response) override;
  grpc::Status ReportRetaliation(grpc::ServerContext* context,
                                 const v1::ReportRetaliationRequest* request,
                                 v1::RetaliationReceipt* response) override;

 private:
  server::Rpc& rpc_;
  Cares& cares_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CARE_SERVICE_H_
