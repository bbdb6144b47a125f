#include "services/triage/two_person_service.h"

#include "services/triage/guarded_methods.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

grpc::Status TwoPersonService::RequestAct(grpc::ServerContext* context,
                                          const v1::RequestActRequest* request,
                                          v1::TwoPersonAct* response) {
  return rpc_.Unary(context, kRequestAct, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return acts_.Request(call, *request); });
}

grpc::Status TwoPersonService::ApproveAct(grpc::ServerContext* context,
                                          const v1::ApproveActRequest* request,
                                          v1::TwoPersonAct* response) {
  return rpc_.Unary(context, kApproveAct, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return acts_.Approve(call, *request); });
}

grpc::Status TwoPersonService::WithdrawAct(grpc::ServerContext* context,
                                           const v1::WithdrawActRequest* request,
                                           v1::TwoPersonAct* response) {
  return rpc_.Unary(context, kWithdrawAct, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return acts_.Withdraw(call, *request); });
}

grpc::Status TwoPersonService::GetAct(grpc::ServerContext* context,
                                      const v1::GetActRequest* request,
                                      v1::TwoPersonAct* response) {
  return rpc_.Unary(context, kGetAct, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return acts_.Get(call, *request); });
}

grpc::Status TwoPersonService::ListActs(grpc::ServerContext* context,
                                        const v1::ListActsRequest* request,
                                        v1::ListActsResponse* response) {
  return rpc_.Unary(context, kListActs, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return acts_.List(call, *request); });
}

grpc::Status TwoPersonService::RemoveExclusion(grpc::ServerContext* context,
                                               const v1::RemoveExclusionRequest* request,
                                               mamori::v1::CaseAccess* response) {
  return rpc_.Unary(context, kRemoveExclusion, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return acts_.RemoveExclusion(call, *request); });
}

grpc::Status TwoPersonService::UseIdentityAct(grpc::ServerContext* context,
                                              const v1::UseIdentityActRequest* request,
                                              v1::UseIdentityActResponse* response) {
  return rpc_.Unary(context, kUseIdentityAct, Needs::kTenantOrService, response,
                    [&](const CallContext& call) { return acts_.UseIdentity(call, *request); });
}

}  // namespace mamori::triage
