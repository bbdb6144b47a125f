// The gRPC face of the deadlines: every handler is one line of the wrapper and one of the work.
#ifndef MAMORI_SERVICES_TRIAGE_DEADLINE_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_DEADLINE_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/deadline_service.grpc.pb.h"
#include "services/triage/deadlines.h"

namespace mamori::triage {

class DeadlineService final : public v1::DeadlineService::Service {
 public:
  DeadlineService(server::Rpc& rpc, Deadlines& deadlines) : rpc_(rpc), deadlines_(deadlines) {}

  grpc::Status ListDeadlines(grpc::ServerContext* context, const v1::ListDeadlinesRequest* request,
                             v1::ListDeadlinesResponse* response) override;
  grpc::Status StartClock(grpc::ServerContext* context, const v1::StartClockRequest* request,
                          v1::Deadline* response) override;
  grpc::Status PauseDeadline(grpc::ServerContext* context, const v1::PauseDeadlineRequest* request,
                             v1::Deadline* response) override;
  grpc::Status ResumeDeadline(grpc::ServerContext* context,
                              const v1::ResumeDeadlineRequest* request,
                              v1::Deadline* response) override;
  grpc::Status CompleteDeadline(grpc::ServerContext* context,
                                const v1::CompleteDeadlineRequest* request,
                                v1::Deadline* response) override;

 private:
  server::Rpc& rpc_;
  Deadlines& deadlines_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DEADLINE_SERVICE_H_
