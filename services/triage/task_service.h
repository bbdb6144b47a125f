// The gRPC face of the desk's own work.
#ifndef MAMORI_SERVICES_TRIAGE_TASK_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_TASK_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/task_service.grpc.pb.h"
#include "services/triage/tasks.h"

namespace mamori::triage {

class TaskService final : public v1::TaskService::Service {
 public:
  TaskService(server::Rpc& rpc, Tasks& tasks) : rpc_(rpc), tasks_(tasks) {}

  grpc::Status AddTask(grpc::ServerContext* context, const v1::AddTaskRequest* request,
                       v1::Task* response) override;
  grpc::Status CompleteTask(grpc::ServerContext* context, const v1::CompleteTaskRequest* request,
                            v1::Task* response) override;
  grpc::Status ListTasks(grpc::ServerContext* context, const v1::ListTasksRequest* request,
                         v1::ListTasksResponse* response) override;
  grpc::Status HandOverCase(grpc::ServerContext* context, const v1::HandOverCaseRequest* request,
                            mamori::v1::Case* response) override;
  grpc::Status SplitReport(grpc::ServerContext* context, const v1::SplitReportRequest* request,
                           mamori::v1::Case* response) override;

 private:
  server::Rpc& rpc_;
  Tasks& tasks_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TASK_SERVICE_H_
