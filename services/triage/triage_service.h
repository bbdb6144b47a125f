// The gRPC face of triage: every handler is one line of the wrapper and one of the work.
#ifndef MAMORI_SERVICES_TRIAGE_TRIAGE_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_TRIAGE_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/triage_service.grpc.pb.h"
#include "services/triage/access.h"
#include "services/triage/analyze.h"
#include "services/triage/cases.h"
#include "services/triage/ingest.h"
#include "services/triage/watch.h"

namespace mamori::triage {

class TriageService final : public v1::TriageService::Service {
 public:
  TriageService(server::Rpc& rpc, Ingest& ingest, Cases& cases, Watch& watch, Access& access,
                Analyze& analyze)
      : rpc_(rpc),
        ingest_(ingest),
        cases_(cases),
        watch_(watch),
        access_(access),
        analyze_(analyze) {}

  grpc::Status IngestEvents(grpc::ServerContext* context, const v1::IngestEventsRequest* request,
                            v1::IngestEventsResponse* response) override;
  grpc::Status AnalyzeReport(grpc::ServerContext* context, const v1::AnalyzeReportRequest* request,
                             mamori::v1::Assessment* response) override;
  grpc::Status GetCase(grpc::ServerContext* context, const v1::GetCaseRequest* request,
                       mamori::v1::Case* response) override;
  grpc::Status ListCases(grpc::ServerContext* context, const v1::ListCasesRequest* request,
                         v1::ListCasesResponse* response) override;
  grpc::Status ClaimCase(grpc::ServerContext* context, const v1::ClaimCaseRequest* request,
                         mamori::v1::Case* response) override;
  grpc::Status AssignCase(grpc::ServerContext* context, const v1::AssignCaseRequest* request,
                          mamori::v1::Case* response) override;
  grpc::Status TriageCase(grpc::ServerContext* context, const v1::TriageCaseRequest* request,
                          mamori::v1::Case* response) override;
  grpc::Status StartInvestigation(grpc::ServerContext* context,
                                  const v1::StartInvestigationRequest* request,
                                  mamori::v1::Case* response) override;
  grpc::Status StartDecision(grpc::ServerContext* context, const v1::StartDecisionRequest* request,
                             mamori::v1::Case* response) override;
  grpc::Status StartAction(grpc::ServerContext* context, const v1::StartActionRequest* request,
                           mamori::v1::Case* response) override;
  grpc::Status StartMonitoring(grpc::ServerContext* context,
                               const v1::StartMonitoringRequest* request,
                               mamori::v1::Case* response) override;
  grpc::Status CloseCase(grpc::ServerContext* context, const v1::CloseCaseRequest* request,
                         mamori::v1::Case* response) override;
  grpc::Status ReopenCase(grpc::ServerContext* context, const v1::ReopenCaseRequest* request,
                          mamori::v1::Case* response) override;
  grpc::Status WithdrawCase(grpc::ServerContext* context, const v1::WithdrawCaseRequest* request,
                            mamori::v1::Case* response) override;
  grpc::Status OpenConsultation(grpc::ServerContext* context,
                                const v1::OpenConsultationRequest* request,
                                mamori::v1::Case* response) override;
  grpc::Status AddNote(grpc::ServerContext* context, const v1::AddNoteRequest* request,
                       mamori::v1::CaseNote* response) override;
  grpc::Status MergeCases(grpc::ServerContext* context, const v1::MergeCasesRequest* request,
                          mamori::v1::Case* response) override;
  grpc::Status WatchCases(grpc::ServerContext* context, const v1::WatchCasesRequest* request,
                          grpc::ServerWriter<v1::WatchCasesResponse>* writer) override;
  grpc::Status GetAccess(grpc::ServerContext* context, const v1::GetAccessRequest* request,
                         mamori::v1::CaseAccess* response) override;
  grpc::Status ExcludePerson(grpc::ServerContext* context, const v1::ExcludePersonRequest* request,
                             mamori::v1::CaseAccess* response) override;
  grpc::Status AddMember(grpc::ServerContext* context, const v1::AddMemberRequest* request,
                         mamori::v1::CaseAccess* response) override;
  grpc::Status RemoveMember(grpc::ServerContext* context, const v1::RemoveMemberRequest* request,
                            mamori::v1::CaseAccess* response) override;
  grpc::Status MatchActor(grpc::ServerContext* context, const v1::MatchActorRequest* request,
                          mamori::v1::CaseAccess* response) override;
  grpc::Status CheckAccess(grpc::ServerContext* context, const v1::CheckAccessRequest* request,
                           v1::CheckAccessResponse* response) override;

 private:
  absl::StatusOr<v1::IngestEventsResponse> DoIngest(const server::CallContext& call,
                                                    const v1::IngestEventsRequest& request);

  server::Rpc& rpc_;
  Ingest& ingest_;
  Cases& cases_;
  Watch& watch_;
  Access& access_;
  Analyze& analyze_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TRIAGE_SERVICE_H_
