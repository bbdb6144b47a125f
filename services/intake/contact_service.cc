#include "services/intake/contact_service.h"

#include "services/intake/methods.h"

namespace mamori::intake {

grpc::Status ContactService::BatchGetContacts(grpc::ServerContext* context,
                                              const v1::BatchGetContactsRequest* request,
                                              v1::BatchGetContactsResponse* response) {
  return rpc_.Unary(
      context, kBatchGetContacts, server::Needs::kTenantOrService, response,
      [&](const server::CallContext& call) { return contacts_.BatchGet(call, *request); });
}

}  // namespace mamori::intake
