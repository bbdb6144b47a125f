#include "services/triage/measure_service.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

namespace {

constexpr char kProposeMeasure[] = "/mamori.triage.v1.MeasureService/ProposeMeasure";
constexpr char kReviseMeasure[] = "/mamori.triage.v1.MeasureService/ReviseMeasure";
constexpr char kGetMeasure[] = "/mamori.triage.v1.MeasureService/GetMeasure";
constexpr char kListMeasures[] = "/mamori.triage.v1.MeasureService/ListMeasures";
constexpr char kApproveMeasure[] = "/mamori.triage.v1.MeasureService/ApproveMeasure";
constexpr char kRevokeApproval[] = "/mamori.triage.v1.MeasureService/RevokeApproval";
constexpr char kReferMeasure[] = "/mamori.triage.v1.MeasureService/ReferMeasure";
constexpr char kRejectMeasure[] = "/mamori.triage.v1.MeasureService/RejectMeasure";
constexpr char kRecordMeasureOutcome[] = "/mamori.triage.v1.MeasureService/RecordMeasureOutcome";
constexpr char kAssessMeasureEffect[] = "/mamori.triage.v1.MeasureService/AssessMeasureEffect";

}  // namespace

grpc::Status MeasureService::ProposeMeasure(grpc::ServerContext* context,
                                            const v1::ProposeMeasureRequest* request,
                                            v1::Measure* response) {
  return rpc_.Unary(context, kProposeMeasure, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return measures_.Propose(call, *request); });
}

grpc::Status MeasureService::ReviseMeasure(grpc::ServerContext* context,
                                           const v1::ReviseMeasureRequest* request,
                                           v1::Measure* response) {
  return rpc_.Unary(context, kReviseMeasure, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return measures_.Revise(call, *request); });
}

grpc::Status MeasureService::GetMeasure(grpc::ServerContext* context,
                                        const v1::GetMeasureRequest* request,
                                        v1::Measure* response) {
  return rpc_.Unary(context, kGetMeasure, Needs::kTenant, response,
                    [&](const CallContext& call) { return measures_.Get(call, *request); });
}

grpc::Status MeasureService::ListMeasures(grpc::ServerContext* context,
                                          const v1::ListMeasuresRequest* request,
                                          v1::ListMeasuresResponse* response) {
  return rpc_.Unary(context, kListMeasures, Needs::kTenant, response,
                    [&](const CallContext& call) { return measures_.List(call, *request); });
}

grpc::Status MeasureService::ApproveMeasure(grpc::ServerContext* context,
                                            const v1::ApproveMeasureRequest* request,
                                            v1::Measure* response) {
  return rpc_.Unary(context, kApproveMeasure, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return measures_.Approve(call, *request); });
}

grpc::Status MeasureService::RevokeApproval(grpc::ServerContext* context,
                                            const v1::RevokeApprovalRequest* request,
                                            v1::Measure* response) {
  return rpc_.Unary(context, kRevokeApproval, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return measures_.Revoke(call, *request); });
}

grpc::Status MeasureService::ReferMeasure(grpc::ServerContext* context,
                                          const v1::ReferMeasureRequest* request,
                                          v1::Measure* response) {
  return rpc_.Unary(context, kReferMeasure, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return measures_.Refer(call, *request); });
}

grpc::Status MeasureService::RejectMeasure(grpc::ServerContext* context,
                                           const v1::RejectMeasureRequest* request,
                                           v1::Measure* response) {
  return rpc_.Unary(context, kRejectMeasure, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return measures_.Reject(call, *request); });
}

grpc::Status MeasureService::RecordMeasureOutcome(grpc::ServerContext* context,
                                                  const v1::RecordMeasureOutcomeRequest* request,
                                                  v1::Measure* response) {
  return rpc_.Unary(
      context, kRecordMeasureOutcome, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return measures_.RecordOutcome(call, *request); });
}

grpc::Status MeasureService::AssessMeasureEffect(grpc::ServerContext* context,
                                                 const v1::AssessMeasureEffectRequest* request,
                                                 v1::Measure* response) {
  return rpc_.Unary(
      context, kAssessMeasureEffect, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return measures_.AssessEffect(call, *request); });
}

}  // namespace mamori::triage
