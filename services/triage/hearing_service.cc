#include "services/triage/hearing_service.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

namespace {

constexpr char kNotifyAccused[] = "/mamori.triage.v1.HearingService/NotifyAccused";
constexpr char kRecordAccusedStatement[] =
    "/mamori.triage.v1.HearingService/RecordAccusedStatement";
constexpr char kRecordObjection[] = "/mamori.triage.v1.HearingService/RecordObjection";
constexpr char kDecideObjection[] = "/mamori.triage.v1.HearingService/DecideObjection";
constexpr char kWaiveHearing[] = "/mamori.triage.v1.HearingService/WaiveHearing";
constexpr char kListHearings[] = "/mamori.triage.v1.HearingService/ListHearings";

}  // namespace

grpc::Status HearingService::NotifyAccused(grpc::ServerContext* context,
                                           const v1::NotifyAccusedRequest* request,
                                           v1::Hearing* response) {
  return rpc_.Unary(context, kNotifyAccused, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return hearings_.Notify(call, *request); });
}

grpc::Status HearingService::RecordAccusedStatement(
    grpc::ServerContext* context, const v1::RecordAccusedStatementRequest* request,
    v1::Hearing* response) {
  return rpc_.Unary(
      context, kRecordAccusedStatement, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return hearings_.RecordStatement(call, *request); });
}

grpc::Status HearingService::RecordObjection(grpc::ServerContext* context,
                                             const v1::RecordObjectionRequest* request,
                                             v1::Hearing* response) {
  return rpc_.Unary(
      context, kRecordObjection, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return hearings_.RecordObjection(call, *request); });
}

grpc::Status HearingService::DecideObjection(grpc::ServerContext* context,
                                             const v1::DecideObjectionRequest* request,
                                             v1::Hearing* response) {
  return rpc_.Unary(
      context, kDecideObjection, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return hearings_.DecideObjection(call, *request); });
}

grpc::Status HearingService::WaiveHearing(grpc::ServerContext* context,
                                          const v1::WaiveHearingRequest* request,
                                          v1::Hearing* response) {
  return rpc_.Unary(context, kWaiveHearing, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return hearings_.Waive(call, *request); });
}

grpc::Status HearingService::ListHearings(grpc::ServerContext* context,
                                          const v1::ListHearingsRequest* request,
                                          v1::ListHearingsResponse* response) {
  return rpc_.Unary(context, kListHearings, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return hearings_.List(call, *request); });
}

}  // namespace mamori::triage
