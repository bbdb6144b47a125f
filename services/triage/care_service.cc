#include "services/triage/care_service.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

namespace {

constexpr char kRecordCare[] = "/mamori.triage.v1.CareService/RecordCare";
constexpr char kAssessDetrimentRisk[] = "/mamori.triage.v1.CareService/AssessDetrimentRisk";
constexpr char kGetCare[] = "/mamori.triage.v1.CareService/GetCare";
constexpr char kGetTimeline[] = "/mamori.triage.v1.CareService/GetTimeline";
constexpr char kReportRetaliation[] = "/mamori.triage.v1.CareService/ReportRetaliation";

}  // namespace

grpc::Status CareService::RecordCare(grpc::ServerContext* context,
                                     const v1::RecordCareRequest* request, v1::Care* response) {
  return rpc_.Unary(context, kRecordCare, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return cares_.Record(call, *request); });
}

grpc::Status CareService::AssessDetrimentRisk(grpc::ServerContext* context,
                                              const v1::AssessDetrimentRiskRequest* request,
                                              v1::DetrimentRisk* response) {
  return rpc_.Unary(context, kAssessDetrimentRisk, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return cares_.AssessRisk(call, *request); });
}

grpc::Status CareService::GetCare(grpc::ServerContext* context, const v1::GetCareRequest* request,
                                  v1::CareFile* response) {
  return rpc_.Unary(context, kGetCare, Needs::kTenant, response,
                    [&](const CallContext& call) { return cares_.Get(call, *request); });
}

grpc::Status CareService::GetTimeline(grpc::ServerContext* context,
                                      const v1::GetTimelineRequest* request,
                                      v1::Timeline* response) {
  return rpc_.Unary(context, kGetTimeline, Needs::kTenant, response,
                    [&](const CallContext& call) { return cares_.Timeline(call, *request); });
}

grpc::Status CareService::ReportRetaliation(grpc::ServerContext* context,
                                            const v1::ReportRetaliationRequest* request,
                                            v1::RetaliationReceipt* response) {
  return rpc_.Unary(
      context, kReportRetaliation, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return cares_.ReportRetaliation(call, *request); });
}

}  // namespace mamori::triage
