// The gRPC face of what data subjects ask over all cases.
#ifndef MAMORI_SERVICES_TRIAGE_SUBJECT_REQUEST_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_SUBJECT_REQUEST_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/subject_request_service.grpc.pb.h"
#include "services/triage/subject_requests.h"

namespace mamori::triage {

class SubjectRequestService final : public v1::SubjectRequestService::Service {
 public:
  SubjectRequestService(server::Rpc& rpc, SubjectRequests& requests)
      : rpc_(rpc), requests_(requests) {}

  grpc::Status ReceiveSubjectRequest(grpc::ServerContext* context,
                                     const v1::ReceiveSubjectRequestRequest* request,
                                     v1::SubjectRequest* response) override;
  grpc::Status CheckSubjectRequester(grpc::ServerContext* context,
                                     const v1::CheckSubjectRequesterRequest* request,
                                     v1::SubjectRequest* response) override;
  grpc::Status GatherSubjectRequest(grpc::ServerContext* context,
                                    const v1::GatherSubjectRequestRequest* request,
                                    v1::GatherSubjectRequestResponse* response) override;
  grpc::Status GetSubjectRequest(grpc::ServerContext* context,
                                 const v1::GetSubjectRequestRequest* request,
                                 v1::SubjectRequest* response) override;
  grpc::Status ListSubjectRequests(grpc::ServerContext* context,
                                   const v1::ListSubjectRequestsRequest* request,
                                   v1::ListSubjectRequestsResponse* response) override;
  grpc::Status ComposeSubjectAnswer(grpc::ServerContext* context,
                                    const v1::ComposeSubjectAnswerRequest* request,
                                    v1::SubjectAnswer* response) override;
  grpc::Status AnswerSubjectRequest(grpc::ServerContext* context,
                                    const v1::AnswerSubjectRequestRequest* request,
                                    v1::SubjectRequest* response) override;

 private:
  server::Rpc& rpc_;
  SubjectRequests& requests_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SUBJECT_REQUEST_SERVICE_H_
