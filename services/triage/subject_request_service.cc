#include "services/triage/subject_request_service.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

namespace {

constexpr char kReceiveSubjectRequest[] =
    "/mamori.triage.v1.SubjectRequestService/ReceiveSubjectRequest";
constexpr char kCheckSubjectRequester[] =
    "/mamori.triage.v1.SubjectRequestService/CheckSubjectRequester";
constexpr char kGatherSubjectRequest[] =
    "/mamori.triage.v1.SubjectRequestService/GatherSubjectRequest";
constexpr char kGetSubjectRequest[] = "/mamori.triage.v1.SubjectRequestService/GetSubjectRequest";
constexpr char kListSubjectRequests[] =
    "/mamori.triage.v1.SubjectRequestService/ListSubjectRequests";
constexpr char kComposeSubjectAnswer[] =
    "/mamori.triage.v1.SubjectRequestService/ComposeSubjectAnswer";
constexpr char kAnswerSubjectRequest[] =
    "/mamori.triage.v1.SubjectRequestService/AnswerSubjectRequest";

}  // namespace

grpc::Status SubjectRequestService::ReceiveSubjectRequest(
    grpc::ServerContext* context, const v1::ReceiveSubjectRequestRequest* request,
    v1::SubjectRequest* response) {
  return rpc_.Unary(context, kReceiveSubjectRequest, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return requests_.Receive(call, *request); });
}

grpc::Status SubjectRequestService::CheckSubjectRequester(
    grpc::ServerContext* context, const v1::CheckSubjectRequesterRequest* request,
    v1::SubjectRequest* response) {
  return rpc_.Unary(context, kCheckSubjectRequester, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return requests_.Check(call, *request); });
}

grpc::Status SubjectRequestService::GatherSubjectRequest(
    grpc::ServerContext* context, const v1::GatherSubjectRequestRequest* request,
    v1::GatherSubjectRequestResponse* response) {
  return rpc_.Unary(context, kGatherSubjectRequest, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return requests_.Gather(call, *request); });
}

grpc::Status SubjectRequestService::GetSubjectRequest(grpc::ServerContext* context,
                                                      const v1::GetSubjectRequestRequest* request,
                                                      v1::SubjectRequest* response) {
  return rpc_.Unary(context, kGetSubjectRequest, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return requests_.Get(call, *request); });
}

grpc::Status SubjectRequestService::ListSubjectRequests(
    grpc::ServerContext* context, const v1::ListSubjectRequestsRequest* request,
    v1::ListSubjectRequestsResponse* response) {
  return rpc_.Unary(context, kListSubjectRequests, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return requests_.List(call, *request); });
}

grpc::Status SubjectRequestService::ComposeSubjectAnswer(
    grpc::ServerContext* context, const v1::ComposeSubjectAnswerRequest* request,
    v1::SubjectAnswer* response) {
  return rpc_.Unary(context, kComposeSubjectAnswer, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return requests_.Compose(call, *request); });
}

grpc::Status SubjectRequestService::AnswerSubjectRequest(
    grpc::ServerContext* context, const v1::AnswerSubjectRequestRequest* request,
    v1::SubjectRequest* response) {
  return rpc_.Unary(context, kAnswerSubjectRequest, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return requests_.Answer(call, *request); });
}

}  // namespace mamori::triage
