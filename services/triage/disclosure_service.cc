#include "services/triage/disclosure_service.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

namespace {

constexpr char kReceiveDisclosureRequest[] =
    "/mamori.triage.v1.DisclosureService/ReceiveDisclosureRequest";
constexpr char kCheckRequesterIdentity[] =
    "/mamori.triage.v1.DisclosureService/CheckRequesterIdentity";
constexpr char kDecideDisclosure[] = "/mamori.triage.v1.DisclosureService/DecideDisclosure";
constexpr char kAnswerDisclosure[] = "/mamori.triage.v1.DisclosureService/AnswerDisclosure";
constexpr char kListDisclosures[] = "/mamori.triage.v1.DisclosureService/ListDisclosures";

}  // namespace

grpc::Status DisclosureService::ReceiveDisclosureRequest(
    grpc::ServerContext* context, const v1::ReceiveDisclosureRequestRequest* request,
    v1::DisclosureRequest* response) {
  return rpc_.Unary(context, kReceiveDisclosureRequest, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return disclosures_.Receive(call, *request); });
}

grpc::Status DisclosureService::CheckRequesterIdentity(
    grpc::ServerContext* context, const v1::CheckRequesterIdentityRequest* request,
    v1::DisclosureRequest* response) {
  return rpc_.Unary(
      context, kCheckRequesterIdentity, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return disclosures_.CheckIdentity(call, *request); });
}

grpc::Status DisclosureService::DecideDisclosure(grpc::ServerContext* context,
                                                 const v1::DecideDisclosureRequest* request,
                                                 v1::DisclosureRequest* response) {
  return rpc_.Unary(context, kDecideDisclosure, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return disclosures_.Decide(call, *request); });
}

grpc::Status DisclosureService::AnswerDisclosure(grpc::ServerContext* context,
                                                 const v1::AnswerDisclosureRequest* request,
                                                 v1::DisclosureRequest* response) {
  return rpc_.Unary(context, kAnswerDisclosure, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return disclosures_.Answer(call, *request); });
}

grpc::Status DisclosureService::ListDisclosures(grpc::ServerContext* context,
                                                const v1::ListDisclosuresRequest* request,
                                                v1::ListDisclosuresResponse* response) {
  return rpc_.Unary(context, kListDisclosures, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return disclosures_.List(call, *request); });
}

}  // namespace mamori::triage
