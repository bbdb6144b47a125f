#include "services/triage/opinion_service.h"

#include "services/triage/guarded_methods.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

grpc::Status OpinionService::TrainOpinion(grpc::ServerContext* context,
                                          const v1::TrainOpinionRequest* request,
                                          v1::Opinion* response) {
  return rpc_.Unary(context, kTrainOpinion, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return training_.Train(call, *request); });
}

grpc::Status OpinionService::GetOpinion(grpc::ServerContext* context,
                                        const v1::GetOpinionRequest* request,
                                        v1::Opinion* response) {
  return rpc_.Unary(context, kGetOpinion, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return training_.Get(call, *request); });
}

}  // namespace mamori::triage
