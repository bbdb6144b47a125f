#include "services/intake/reporter_service.h"

#include "common/status/macros.h"
#include "services/intake/methods.h"

namespace mamori::intake {

using google::protobuf::Empty;
using server::CallContext;
using server::Needs;

grpc::Status ReporterService::SubmitAnonymousReport(grpc::ServerContext* context,
                                                    const v1::SubmitAnonymousReportRequest* request,
                                                    v1::SubmitAnonymousReportResponse* response) {
  return rpc_.Unary(context, kSubmitAnonymousReport, Needs::kAnonymous, response,
                    [&](const CallContext& call) { return reporters_.Submit(call, *request); });
}

grpc::Status ReporterService::RotateReceipt(grpc::ServerContext* context,
                                            const v1::RotateReceiptRequest* request,
                                            Empty* response) {
  return rpc_.Unary(context, kRotateReceipt, Needs::kAnonymous, response,
                    [&](const CallContext& call) -> absl::StatusOr<Empty> {
                      RETURN_IF_ERROR(reporters_.RotateReceipt(call, *request));
                      return Empty();
                    });
}

}  // namespace mamori::intake
