#include "services/triage/judgement_service.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

namespace {

constexpr char kJudgeCase[] = "/mamori.triage.v1.JudgementService/JudgeCase";
constexpr char kGetJudgement[] = "/mamori.triage.v1.JudgementService/GetJudgement";

}  // namespace

grpc::Status JudgementService::JudgeCase(grpc::ServerContext* context,
                                         const v1::JudgeCaseRequest* request,
                                         v1::Judgement* response) {
  return rpc_.Unary(context, kJudgeCase, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return judgements_.Judge(call, *request); });
}

grpc::Status JudgementService::GetJudgement(grpc::ServerContext* context,
                                            const v1::GetJudgementRequest* request,
                                            v1::Judgement* response) {
  return rpc_.Unary(context, kGetJudgement, Needs::kTenant, response,
                    [&](const CallContext& call) { return judgements_.Get(call, *request); });
}

}  // namespace mamori::triage
