#include "services/triage/designated_handler_service.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

namespace {

constexpr char kDesignateHandler[] = "/mamori.triage.v1.DesignatedHandlerService/DesignateHandler";
constexpr char kAcceptDesignation[] =
    "/mamori.triage.v1.DesignatedHandlerService/AcceptDesignation";
constexpr char kWithdrawDesignation[] =
    "/mamori.triage.v1.DesignatedHandlerService/WithdrawDesignation";
constexpr char kGetDesignatedHandler[] =
    "/mamori.triage.v1.DesignatedHandlerService/GetDesignatedHandler";
constexpr char kListDesignatedHandlers[] =
    "/mamori.triage.v1.DesignatedHandlerService/ListDesignatedHandlers";

}  // namespace

grpc::Status DesignatedHandlerService::DesignateHandler(grpc::ServerContext* context,
                                                        const v1::DesignateHandlerRequest* request,
                                                        v1::DesignatedHandler* response) {
  return rpc_.Unary(context, kDesignateHandler, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return handlers_.Designate(call, *request); });
}

grpc::Status DesignatedHandlerService::AcceptDesignation(
    grpc::ServerContext* context, const v1::AcceptDesignationRequest* request,
    v1::DesignatedHandler* response) {
  return rpc_.Unary(context, kAcceptDesignation, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return handlers_.Accept(call, *request); });
}

grpc::Status DesignatedHandlerService::WithdrawDesignation(
    grpc::ServerContext* context, const v1::WithdrawDesignationRequest* request,
    v1::DesignatedHandler* response) {
  return rpc_.Unary(context, kWithdrawDesignation, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return handlers_.Withdraw(call, *request); });
}

grpc::Status DesignatedHandlerService::GetDesignatedHandler(
    grpc::ServerContext* context, const v1::GetDesignatedHandlerRequest* request,
    v1::DesignatedHandler* response) {
  return rpc_.Unary(context, kGetDesignatedHandler, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return handlers_.Get(call, *request); });
}

grpc::Status DesignatedHandlerService::ListDesignatedHandlers(
    grpc::ServerContext* context, const v1::ListDesignatedHandlersRequest* request,
    v1::ListDesignatedHandlersResponse* response) {
  return rpc_.Unary(context, kListDesignatedHandlers, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return handlers_.List(call, *request); });
}

}  // namespace mamori::triage
