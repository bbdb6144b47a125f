#include "services/triage/desk_service.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

namespace {

constexpr char kListOpenTasks[] = "/mamori.triage.v1.DeskService/ListOpenTasks";
constexpr char kListOpenPrevention[] = "/mamori.triage.v1.DeskService/ListOpenPrevention";

}  // namespace

grpc::Status DeskService::ListOpenTasks(grpc::ServerContext* context,
                                        const v1::ListOpenTasksRequest* request,
                                        v1::ListOpenTasksResponse* response) {
  return rpc_.Unary(context, kListOpenTasks, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return lists_.Tasks(call, *request); });
}

grpc::Status DeskService::ListOpenPrevention(grpc::ServerContext* context,
                                             const v1::ListOpenPreventionRequest* request,
                                             v1::ListOpenPreventionResponse* response) {
  return rpc_.Unary(context, kListOpenPrevention, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return lists_.Prevention(call, *request); });
}

}  // namespace mamori::triage
