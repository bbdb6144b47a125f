#include "services/triage/grpc_report_reader.h"

#include "services/triage/report_batches.h"

namespace mamori::triage {
namespace {

constexpr char kBatchGetReports[] = "/mamori.intake.v1.IntakeService/BatchGetReports";
constexpr size_t kMaxNames = 100;

}  // namespace

absl::StatusOr<std::vector<mamori::v1::Report>> GrpcReportReader::Read(
    const server::CallContext& call, const std::vector<id::Id>& reports) {
  return ReadReportBatches(
      *stub_, reports, kMaxNames, call.deadline,
      [&](intake::v1::BatchGetReportsRequest& request, grpc::ClientContext& context) {
        return on_behalf_.Pass(call, kBatchGetReports,
                               {request.names().begin(), request.names().end()}, context);
      });
}

}  // namespace mamori::triage
