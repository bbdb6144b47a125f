#include "common/client/channel.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/report_exporter.h"

namespace mamori::triage {
namespace {

constexpr char kExportReports[] = "/mamori.intake.v1.BundleService/ExportReports";

}  // namespace

absl::Status GrpcReportExporter::Export(const server::CallContext& call,
                                        const std::vector<JoinedReport>& reports,
                                        const Wanted& wanted, const Take& take) {
  intake::v1::ExportReportsRequest request;
  request.set_purpose(wanted.purpose);
  request.set_originals(wanted.originals);
  for (const JoinedReport& one : reports) {
    request.add_names(one.name);
    *request.add_join_times() = time::ToTimestamp(one.join_time);
  }
  const auto context = client::MakeContext(call.deadline, &call);
  RETURN_IF_ERROR(on_behalf_.Pass(call, kExportReports,
                                  {request.names().begin(), request.names().end()}, *context));
  const auto stream = stub_->ExportReports(context.get(), request);
  for (intake::v1::ExportReportsResponse item; stream->Read(&item);) {
    const absl::Status taken = take(item);
    if (taken.ok()) continue;
    context->TryCancel();
    stream->Finish();
    return taken;
  }
  return status::FromGrpcStatus(stream->Finish());
}

}  // namespace mamori::triage
