// The gRPC face of the search in cases.
#ifndef MAMORI_SERVICES_TRIAGE_SEARCH_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_SEARCH_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/search_service.grpc.pb.h"
#include "services/triage/case_search.h"

namespace mamori::triage {

class SearchService final : public v1::SearchService::Service {
 public:
  SearchService(server::Rpc& rpc, CaseSearch& search) : rpc_(rpc), search_(search) {}

  grpc::Status SearchCases(grpc::ServerContext* context, const v1::SearchCasesRequest* request,
                           v1::SearchCasesResponse* response) override {
    return rpc_.Unary(
        context, "/mamori.triage.v1.SearchService/SearchCases", server::Needs::kTenantAndPerson,
        response, [&](const server::CallContext& call) { return search_.Search(call, *request); });
  }

 private:
  server::Rpc& rpc_;
  CaseSearch& search_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SEARCH_SERVICE_H_
