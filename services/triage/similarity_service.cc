#include "services/triage/similarity_service.h"

#include "services/triage/memory_methods.h"

namespace mamori::triage {

grpc::Status SimilarityService::ListSimilarReports(grpc::ServerContext* context,
                                                   const v1::ListSimilarReportsRequest* request,
                                                   v1::ListSimilarReportsResponse* response) {
  return rpc_.Unary(
      context, kListSimilarReports, server::Needs::kTenantAndPerson, response,
      [&](const server::CallContext& call) { return similarity_.List(call, *request); });
}

}  // namespace mamori::triage
