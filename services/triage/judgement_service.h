// The gRPC face of judgements.
#ifndef MAMORI_SERVICES_TRIAGE_JUDGEMENT_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_JUDGEMENT_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/judgement_service.grpc.pb.h"
#include "services/triage/judgements.h"

namespace mamori::triage {

class JudgementService final : public v1::JudgementService::Service {
 public:
  JudgementService(server::Rpc& rpc, Judgements& judgements) : rpc_(rpc), judgements_(judgements) {}

  grpc::Status JudgeCase(grpc::ServerContext* context, const v1::JudgeCaseRequest* request,
                         v1::Judgement* response) override;
  grpc::Status GetJudgement(grpc::ServerContext* context, const v1::GetJudgementRequest* request,
                            v1::Judgement* response) override;

 private:
  server::Rpc& rpc_;
  Judgements& judgements_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_JUDGEMENT_SERVICE_H_
