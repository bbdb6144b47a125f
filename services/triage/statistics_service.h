// The gRPC face of the statistics: every handler is one line of the wrapper and one of the work.
#ifndef MAMORI_SERVICES_TRIAGE_STATISTICS_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_STATISTICS_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/statistics_service.grpc.pb.h"
#include "services/triage/statistics.h"

namespace mamori::triage {

class StatisticsService final : public v1::StatisticsService::Service {
 public:
  StatisticsService(server::Rpc& rpc, Statistics& statistics)
      : rpc_(rpc), statistics_(statistics) {}

  grpc::Status GetStatistics(grpc::ServerContext* context, const v1::GetStatisticsRequest* request,
                             v1::Statistics* response) override;
  grpc::Status ListStatistics(grpc::ServerContext* context,
                              const v1::ListStatisticsRequest* request,
                              v1::ListStatisticsResponse* response) override;

 private:
  server::Rpc& rpc_;
  Statistics& statistics_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_STATISTICS_SERVICE_H_
