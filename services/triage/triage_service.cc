#include "services/triage/triage_service.h"

#include <string>
#include <vector>

#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/methods.h"
#include "services/triage/validate.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

namespace {

// The service that a caller is, by its certificate: "intake" for
// "spiffe://mamori.internal/service/intake". Empty for applications.
std::string ServiceOf(const std::string& caller) {
  static constexpr char kService[] = "/service/";
  const size_t at = caller.rfind(kService);
  return at == std::string::npos ? "" : caller.substr(at + sizeof(kService) - 1);
}

}  // namespace

absl::StatusOr<v1::IngestEventsResponse> TriageService::DoIngest(
    const CallContext& call, const v1::IngestEventsRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  std::vector<const mamori::v1::Event*> events;
  for (const mamori::v1::Event& event : request.events()) events.push_back(&event);
  v1::IngestEventsResponse response;
  for (const absl::Status& status : ingest_.Apply(events, ServiceOf(call.caller), call.deadline)) {
    *response.add_results()->mutable_status() = status::ToProtoStatus(status, call.request_id);
  }
  return response;
}

grpc::Status TriageService::IngestEvents(grpc::ServerContext* context,
                                         const v1::IngestEventsRequest* request,
                                         v1::IngestEventsResponse* response) {
  return rpc_.Unary(context, kIngestEvents, Needs::kNothing, response,
                    [&](const CallContext& call) { return DoIngest(call, *request); });
}

grpc::Status TriageService::AnalyzeReport(grpc::ServerContext* context,
                                          const v1::AnalyzeReportRequest* request,
                                          mamori::v1::Assessment* response) {
  return rpc_.Unary(context, kAnalyzeReport, Needs::kTenant, response,
                    [&](const CallContext& call) { return analyze_.Run(call.tenant, *request); });
}

grpc::Status TriageService::GetCase(grpc::ServerContext* context, const v1::GetCaseRequest* request,
                                    mamori::v1::Case* response) {
  return rpc_.Unary(context, kGetCase, Needs::kTenant, response,
                    [&](const CallContext& call) { return cases_.Get(call, *request); });
}

grpc::Status TriageService::ListCases(grpc::ServerContext* context,
                                      const v1::ListCasesRequest* request,
                                      v1::ListCasesResponse* response) {
  return rpc_.Unary(context, kListCases, Needs::kTenant, response,
                    [&](const CallContext& call) { return cases_.List(call, *request); });
}

grpc::Status TriageService::ClaimCase(grpc::ServerContext* context,
                                      const v1::ClaimCaseRequest* request,
                                      mamori::v1::Case* response) {
  return rpc_.Unary(context, kClaimCase, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return cases_.Claim(call, *request); });
}

grpc::Status TriageService::AssignCase(grpc::ServerContext* context,
                                       const v1::AssignCaseRequest* request,
                                       mamori::v1::Case* response) {
  return rpc_.Unary(context, kAssignCase, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return cases_.Assign(call, *request); });
}

grpc::Status TriageService::TriageCase(grpc::ServerContext* context,
                                       const v1::TriageCaseRequest* request,
                                       mamori::v1::Case* response) {
  return rpc_.Unary(context, kTriageCase, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return cases_.Triage(call, *request); });
}

grpc::Status TriageService::StartInvestigation(grpc::ServerContext* context,
                                               const v1::StartInvestigationRequest* request,
                                               mamori::v1::Case* response) {
  return rpc_.Unary(
      context, kStartInvestigation, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return cases_.StartInvestigation(call, *request); });
}

grpc::Status TriageService::StartDecision(grpc::ServerContext* context,
                                          const v1::StartDecisionRequest* request,
                                          mamori::v1::Case* response) {
  return rpc_.Unary(context, kStartDecision, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return cases_.StartDecision(call, *request); });
}

grpc::Status TriageService::StartAction(grpc::ServerContext* context,
                                        const v1::StartActionRequest* request,
                                        mamori::v1::Case* response) {
  return rpc_.Unary(context, kStartAction, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return cases_.StartAction(call, *request); });
}

grpc::Status TriageService::StartMonitoring(grpc::ServerContext* context,
                                            const v1::StartMonitoringRequest* request,
                                            mamori::v1::Case* response) {
  return rpc_.Unary(
      context, kStartMonitoring, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return cases_.StartMonitoring(call, *request); });
}

grpc::Status TriageService::CloseCase(grpc::ServerContext* context,
                                      const v1::CloseCaseRequest* request,
                                      mamori::v1::Case* response) {
  return rpc_.Unary(context, kCloseCase, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return cases_.Close(call, *request); });
}

grpc::Status TriageService::ReopenCase(grpc::ServerContext* context,
                                       const v1::ReopenCaseRequest* request,
                                       mamori::v1::Case* response) {
  return rpc_.Unary(context, kReopenCase, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return cases_.Reopen(call, *request); });
}

grpc::Status TriageService::WithdrawCase(grpc::ServerContext* context,
                                         const v1::WithdrawCaseRequest* request,
                                         mamori::v1::Case* response) {
  return rpc_.Unary(context, kWithdrawCase, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return cases_.Withdraw(call, *request); });
}

grpc::Status TriageService::OpenConsultation(grpc::ServerContext* context,
                                             const v1::OpenConsultationRequest* request,
                                             mamori::v1::Case* response) {
  return rpc_.Unary(
      context, kOpenConsultation, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return cases_.OpenConsultation(call, *request); });
}

grpc::Status TriageService::AddNote(grpc::ServerContext* context, const v1::AddNoteRequest* request,
                                    mamori::v1::CaseNote* response) {
  return rpc_.Unary(context, kAddNote, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return cases_.AddNote(call, *request); });
}

grpc::Status TriageService::MergeCases(grpc::ServerContext* context,
                                       const v1::MergeCasesRequest* request,
                                       mamori::v1::Case* response) {
  return rpc_.Unary(context, kMergeCases, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return cases_.Merge(call, *request); });
}

grpc::Status TriageService::WatchCases(grpc::ServerContext* context,
                                       const v1::WatchCasesRequest* request,
                                       grpc::ServerWriter<v1::WatchCasesResponse>* writer) {
  return rpc_.ServerStream(context, kWatchCases, Needs::kTenant, writer,
                           [&](const CallContext& call, const auto& cancelled, const auto& write) {
                             return watch_.Run(call, *request, cancelled, write);
                           });
}

grpc::Status TriageService::GetAccess(grpc::ServerContext* context,
                                      const v1::GetAccessRequest* request,
                                      mamori::v1::CaseAccess* response) {
  return rpc_.Unary(context, kGetAccess, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return access_.Get(call, *request); });
}

grpc::Status TriageService::ExcludePerson(grpc::ServerContext* context,
                                          const v1::ExcludePersonRequest* request,
                                          mamori::v1::CaseAccess* response) {
  return rpc_.Unary(context, kExcludePerson, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return access_.Exclude(call, *request); });
}

grpc::Status TriageService::AddMember(grpc::ServerContext* context,
                                      const v1::AddMemberRequest* request,
                                      mamori::v1::CaseAccess* response) {
  return rpc_.Unary(context, kAddMember, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return access_.AddMember(call, *request); });
}

grpc::Status TriageService::RemoveMember(grpc::ServerContext* context,
                                         const v1::RemoveMemberRequest* request,
                                         mamori::v1::CaseAccess* response) {
  return rpc_.Unary(context, kRemoveMember, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return access_.RemoveMember(call, *request); });
}

grpc::Status TriageService::MatchActor(grpc::ServerContext* context,
                                       const v1::MatchActorRequest* request,
                                       mamori::v1::CaseAccess* response) {
  return rpc_.Unary(context, kMatchActor, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return access_.Match(call, *request); });
}

grpc::Status TriageService::CheckAccess(grpc::ServerContext* context,
                                        const v1::CheckAccessRequest* request,
                                        v1::CheckAccessResponse* response) {
  return rpc_.Unary(context, kCheckAccess, Needs::kNothing, response,
                    [&](const CallContext& call) { return access_.CheckAll(call, *request); });
}

}  // namespace mamori::triage
