#include "services/triage/statistics_service.h"

#include "services/triage/clock_methods.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

grpc::Status StatisticsService::GetStatistics(grpc::ServerContext* context,
                                              const v1::GetStatisticsRequest* request,
                                              v1::Statistics* response) {
  return rpc_.Unary(context, kGetStatistics, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return statistics_.Get(call, *request); });
}

grpc::Status StatisticsService::ListStatistics(grpc::ServerContext* context,
                                               const v1::ListStatisticsRequest* request,
                                               v1::ListStatisticsResponse* response) {
  return rpc_.Unary(context, kListStatistics, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return statistics_.List(call, *request); });
}

}  // namespace mamori::triage
