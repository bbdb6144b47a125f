#include "services/triage/deadline_service.h"

#include "services/triage/clock_methods.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

grpc::Status DeadlineService::ListDeadlines(grpc::ServerContext* context,
                                            const v1::ListDeadlinesRequest* request,
                                            v1::ListDeadlinesResponse* response) {
  return rpc_.Unary(context, kListDeadlines, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return deadlines_.List(call, *request); });
}

grpc::Status DeadlineService::StartClock(grpc::ServerContext* context,
                                         const v1::StartClockRequest* request,
                                         v1::Deadline* response) {
  return rpc_.Unary(context, kStartClock, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return deadlines_.Start(call, *request); });
}

grpc::Status DeadlineService::PauseDeadline(grpc::ServerContext* context,
                                            const v1::PauseDeadlineRequest* request,
                                            v1::Deadline* response) {
  return rpc_.Unary(context, kPauseDeadline, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return deadlines_.Pause(call, *request); });
}

grpc::Status DeadlineService::ResumeDeadline(grpc::ServerContext* context,
                                             const v1::ResumeDeadlineRequest* request,
                                             v1::Deadline* response) {
  return rpc_.Unary(context, kResumeDeadline, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return deadlines_.Resume(call, *request); });
}

grpc::Status DeadlineService::CompleteDeadline(grpc::ServerContext* context,
                                               const v1::CompleteDeadlineRequest* request,
                                               v1::Deadline* response) {
  return rpc_.Unary(context, kCompleteDeadline, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return deadlines_.Complete(call, *request); });
}

}  // namespace mamori::triage
