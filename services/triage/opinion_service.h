// The gRPC face of the second opinion's models.
#ifndef MAMORI_SERVICES_TRIAGE_OPINION_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_OPINION_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/opinion_service.grpc.pb.h"
#include "services/triage/opinion_training.h"

namespace mamori::triage {

class OpinionService final : public v1::OpinionService::Service {
 public:
  OpinionService(server::Rpc& rpc, OpinionTraining& training) : rpc_(rpc), training_(training) {}

  grpc::Status TrainOpinion(grpc::ServerContext* context, const v1::TrainOpinionRequest* request,
                            v1::Opinion* response) override;
  grpc::Status GetOpinion(grpc::ServerContext* context, const v1::GetOpinionRequest* request,
                          v1::Opinion* response) override;

 private:
  server::Rpc& rpc_;
  OpinionTraining& training_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_OPINION_SERVICE_H_
