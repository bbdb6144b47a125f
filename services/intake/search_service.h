// The gRPC face of the search in reports.
#ifndef MAMORI_SERVICES_INTAKE_SEARCH_SERVICE_H_
#define MAMORI_SERVICES_INTAKE_SEARCH_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/intake/v1/search_service.grpc.pb.h"
#include "services/intake/methods.h"
#include "services/intake/report_search.h"

namespace mamori::intake {

class SearchService final : public v1::SearchService::Service {
 public:
  SearchService(server::Rpc& rpc, ReportSearch& search) : rpc_(rpc), search_(search) {}

  grpc::Status SearchReports(grpc::ServerContext* context, const v1::SearchReportsRequest* request,
                             v1::SearchReportsResponse* response) override {
    return rpc_.Unary(
        context, kSearchReports, server::Needs::kTenantAndPerson, response,
        [&](const server::CallContext& call) { return search_.Search(call, *request); });
  }

 private:
  server::Rpc& rpc_;
  ReportSearch& search_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SEARCH_SERVICE_H_
