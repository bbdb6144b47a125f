// The gRPC face of the search for similar reports.
#ifndef MAMORI_SERVICES_TRIAGE_SIMILARITY_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_SIMILARITY_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/similarity_service.grpc.pb.h"
#include "services/triage/similarity.h"

namespace mamori::triage {

class SimilarityService final : public v1::SimilarityService::Service {
 public:
  SimilarityService(server::Rpc& rpc, Similarity& similarity)
      : rpc_(rpc), similarity_(similarity) {}

  grpc::Status ListSimilarReports(grpc::ServerContext* context,
                                  const v1::ListSimilarReportsRequest* request,
                                  v1::ListSimilarReportsResponse* response) override;

 private:
  server::Rpc& rpc_;
  Similarity& similarity_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SIMILARITY_SERVICE_H_
