#include "services/triage/breach_service.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

namespace {

constexpr char kOpenBreach[] = "/mamori.triage.v1.BreachService/OpenBreach";
constexpr char kRecordBreachStep[] = "/mamori.triage.v1.BreachService/RecordBreachStep";
constexpr char kGetBreach[] = "/mamori.triage.v1.BreachService/GetBreach";
constexpr char kListBreaches[] = "/mamori.triage.v1.BreachService/ListBreaches";

}  // namespace

grpc::Status BreachService::OpenBreach(grpc::ServerContext* context,
                                       const v1::OpenBreachRequest* request, v1::Breach* response) {
  return rpc_.Unary(context, kOpenBreach, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return breaches_.Open(call, *request); });
}

grpc::Status BreachService::RecordBreachStep(grpc::ServerContext* context,
                                             const v1::RecordBreachStepRequest* request,
                                             v1::Breach* response) {
  return rpc_.Unary(context, kRecordBreachStep, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return breaches_.RecordStep(call, *request); });
}

grpc::Status BreachService::GetBreach(grpc::ServerContext* context,
                                      const v1::GetBreachRequest* request, v1::Breach* response) {
  return rpc_.Unary(context, kGetBreach, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return breaches_.Get(call, *request); });
}

grpc::Status BreachService::ListBreaches(grpc::ServerContext* context,
                                         const v1::ListBreachesRequest* request,
                                         v1::ListBreachesResponse* response) {
  return rpc_.Unary(context, kListBreaches, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return breaches_.List(call, *request); });
}

}  // namespace mamori::triage
