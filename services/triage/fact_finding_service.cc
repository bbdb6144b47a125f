#include "services/triage/fact_finding_service.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

namespace {

constexpr char kRecordStatement[] = "/mamori.triage.v1.FactFindingService/RecordStatement";
constexpr char kRecordFinding[] = "/mamori.triage.v1.FactFindingService/RecordFinding";
constexpr char kReviseFinding[] = "/mamori.triage.v1.FactFindingService/ReviseFinding";
constexpr char kConcludeFactFinding[] = "/mamori.triage.v1.FactFindingService/ConcludeFactFinding";
constexpr char kGetFactFinding[] = "/mamori.triage.v1.FactFindingService/GetFactFinding";

}  // namespace

grpc::Status FactFindingService::RecordStatement(grpc::ServerContext* context,
                                                 const v1::RecordStatementRequest* request,
                                                 v1::Statement* response) {
  return rpc_.Unary(
      context, kRecordStatement, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return findings_.RecordStatement(call, *request); });
}

grpc::Status FactFindingService::RecordFinding(grpc::ServerContext* context,
                                               const v1::RecordFindingRequest* request,
                                               v1::Finding* response) {
  return rpc_.Unary(
      context, kRecordFinding, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return findings_.RecordFinding(call, *request); });
}

grpc::Status FactFindingService::ReviseFinding(grpc::ServerContext* context,
                                               const v1::ReviseFindingRequest* request,
                                               v1::Finding* response) {
  return rpc_.Unary(
      context, kReviseFinding, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return findings_.ReviseFinding(call, *request); });
}

grpc::Status FactFindingService::ConcludeFactFinding(grpc::ServerContext* context,
                                                     const v1::ConcludeFactFindingRequest* request,
                                                     v1::FactFinding* response) {
  return rpc_.Unary(context, kConcludeFactFinding, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return findings_.Conclude(call, *request); });
}

grpc::Status FactFindingService::GetFactFinding(grpc::ServerContext* context,
                                                const v1::GetFactFindingRequest* request,
                                                v1::FactFinding* response) {
  return rpc_.Unary(context, kGetFactFinding, Needs::kTenant, response,
                    [&](const CallContext& call) { return findings_.Get(call, *request); });
}

}  // namespace mamori::triage
