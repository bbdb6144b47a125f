#include "services/triage/leak_incident_service.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

namespace {

constexpr char kOpenLeakIncident[] = "/mamori.triage.v1.LeakIncidentService/OpenLeakIncident";
constexpr char kRecordLeakStep[] = "/mamori.triage.v1.LeakIncidentService/RecordLeakStep";
constexpr char kListLeakIncidents[] = "/mamori.triage.v1.LeakIncidentService/ListLeakIncidents";

}  // namespace

grpc::Status LeakIncidentService::OpenLeakIncident(grpc::ServerContext* context,
                                                   const v1::OpenLeakIncidentRequest* request,
                                                   v1::LeakIncident* response) {
  return rpc_.Unary(context, kOpenLeakIncident, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return leaks_.Open(call, *request); });
}

grpc::Status LeakIncidentService::RecordLeakStep(grpc::ServerContext* context,
                                                 const v1::RecordLeakStepRequest* request,
                                                 v1::LeakIncident* response) {
  return rpc_.Unary(context, kRecordLeakStep, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return leaks_.RecordStep(call, *request); });
}

grpc::Status LeakIncidentService::ListLeakIncidents(grpc::ServerContext* context,
                                                    const v1::ListLeakIncidentsRequest* request,
                                                    v1::ListLeakIncidentsResponse* response) {
  return rpc_.Unary(context, kListLeakIncidents, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return leaks_.List(call, *request); });
}

}  // namespace mamori::triage
