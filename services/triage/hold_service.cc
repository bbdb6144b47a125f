#include "services/triage/hold_service.h"

#include "services/triage/guarded_methods.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

grpc::Status HoldService::PlaceHold(grpc::ServerContext* context,
                                    const v1::PlaceHoldRequest* request, v1::LegalHold* response) {
  return rpc_.Unary(context, kPlaceHold, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return holds_.Place(call, *request); });
}

grpc::Status HoldService::ListHolds(grpc::ServerContext* context,
                                    const v1::ListHoldsRequest* request,
                                    v1::ListHoldsResponse* response) {
  return rpc_.Unary(context, kListHolds, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return holds_.List(call, *request); });
}

grpc::Status HoldService::ReleaseHold(grpc::ServerContext* context,
                                      const v1::ReleaseHoldRequest* request,
                                      v1::LegalHold* response) {
  return rpc_.Unary(context, kReleaseHold, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return holds_.Release(call, *request); });
}

}  // namespace mamori::triage
