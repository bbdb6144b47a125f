#include "services/triage/task_service.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

namespace {

constexpr char kAddTask[] = "/mamori.triage.v1.TaskService/AddTask";
constexpr char kCompleteTask[] = "/mamori.triage.v1.TaskService/CompleteTask";
constexpr char kListTasks[] = "/mamori.triage.v1.TaskService/ListTasks";
constexpr char kHandOverCase[] = "/mamori.triage.v1.TaskService/HandOverCase";
constexpr char kSplitReport[] = "/mamori.triage.v1.TaskService/SplitReport";

}  // namespace

grpc::Status TaskService::AddTask(grpc::ServerContext* context, const v1::AddTaskRequest* request,
                                  v1::Task* response) {
  return rpc_.Unary(context, kAddTask, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return tasks_.Add(call, *request); });
}

grpc::Status TaskService::CompleteTask(grpc::ServerContext* context,
                                       const v1::CompleteTaskRequest* request, v1::Task* response) {
  return rpc_.Unary(context, kCompleteTask, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return tasks_.Complete(call, *request); });
}

grpc::Status TaskService::ListTasks(grpc::ServerContext* context,
                                    const v1::ListTasksRequest* request,
                                    v1::ListTasksResponse* response) {
  return rpc_.Unary(context, kListTasks, Needs::kTenant, response,
                    [&](const CallContext& call) { return tasks_.List(call, *request); });
}

grpc::Status TaskService::HandOverCase(grpc::ServerContext* context,
                                       const v1::HandOverCaseRequest* request,
                                       mamori::v1::Case* response) {
  return rpc_.Unary(context, kHandOverCase, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return tasks_.HandOver(call, *request); });
}

grpc::Status TaskService::SplitReport(grpc::ServerContext* context,
                                      const v1::SplitReportRequest* request,
                                      mamori::v1::Case* response) {
  return rpc_.Unary(context, kSplitReport, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return tasks_.Split(call, *request); });
}

}  // namespace mamori::triage
