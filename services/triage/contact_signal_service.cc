#include "services/triage/contact_signal_service.h"

#include "services/triage/memory_methods.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

grpc::Status ContactSignalService::ListContactSignals(grpc::ServerContext* context,
                                                      const v1::ListContactSignalsRequest* request,
                                                      v1::ListContactSignalsResponse* response) {
  return rpc_.Unary(context, kListContactSignals, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return signals_.List(call, *request); });
}

grpc::Status ContactSignalService::ListCaseProposals(grpc::ServerContext* context,
                                                     const v1::ListCaseProposalsRequest* request,
                                                     v1::ListCaseProposalsResponse* response) {
  return rpc_.Unary(
      context, kListCaseProposals, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return signals_.ListProposals(call, *request); });
}

grpc::Status ContactSignalService::AcceptCaseProposal(grpc::ServerContext* context,
                                                      const v1::AcceptCaseProposalRequest* request,
                                                      mamori::v1::Case* response) {
  return rpc_.Unary(context, kAcceptCaseProposal, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return signals_.Accept(call, *request); });
}

grpc::Status ContactSignalService::DismissCaseProposal(
    grpc::ServerContext* context, const v1::DismissCaseProposalRequest* request,
    v1::ContactSignal* response) {
  return rpc_.Unary(context, kDismissCaseProposal, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return signals_.Dismiss(call, *request); });
}

grpc::Status ContactSignalService::ListUnseenSignals(grpc::ServerContext* context,
                                                     const v1::ListUnseenSignalsRequest* request,
                                                     v1::ListUnseenSignalsResponse* response) {
  return rpc_.Unary(context, kListUnseenSignals, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return signals_.ListUnseen(call, *request); });
}

}  // namespace mamori::triage
