#include "services/triage/prevention_service.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

namespace {

constexpr char kPlanPrevention[] = "/mamori.triage.v1.PreventionService/PlanPrevention";
constexpr char kCompletePrevention[] = "/mamori.triage.v1.PreventionService/CompletePrevention";
constexpr char kReviewPrevention[] = "/mamori.triage.v1.PreventionService/ReviewPrevention";
constexpr char kListPrevention[] = "/mamori.triage.v1.PreventionService/ListPrevention";

}  // namespace

grpc::Status PreventionService::PlanPrevention(grpc::ServerContext* context,
                                               const v1::PlanPreventionRequest* request,
                                               v1::PreventionAction* response) {
  return rpc_.Unary(context, kPlanPrevention, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return preventions_.Plan(call, *request); });
}

grpc::Status PreventionService::CompletePrevention(grpc::ServerContext* context,
                                                   const v1::CompletePreventionRequest* request,
                                                   v1::PreventionAction* response) {
  return rpc_.Unary(context, kCompletePrevention, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return preventions_.Complete(call, *request); });
}

grpc::Status PreventionService::ReviewPrevention(grpc::ServerContext* context,
                                                 const v1::ReviewPreventionRequest* request,
                                                 v1::PreventionAction* response) {
  return rpc_.Unary(context, kReviewPrevention, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return preventions_.Review(call, *request); });
}

grpc::Status PreventionService::ListPrevention(grpc::ServerContext* context,
                                               const v1::ListPreventionRequest* request,
                                               v1::ListPreventionResponse* response) {
  return rpc_.Unary(context, kListPrevention, Needs::kTenant, response,
                    [&](const CallContext& call) { return preventions_.List(call, *request); });
}

}  // namespace mamori::triage
