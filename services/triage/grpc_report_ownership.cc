#include "services/triage/grpc_report_ownership.h"

#include "absl/status/status.h"
#include "common/client/channel.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

// Answered to whoever reported, and to nobody else.
constexpr char kGetSharing[] = "/mamori.intake.v1.ReporterService/GetSharing";

}  // namespace

absl::StatusOr<bool> GrpcReportOwnership::IsOwn(const server::CallContext& call,
                                                const id::Id& report_id) {
  intake::v1::GetSharingRequest request;
  request.set_report(id::Name("reports", report_id));
  const auto context = client::MakeContext(call.deadline);
  RETURN_IF_ERROR(on_behalf_.Pass(call, kGetSharing, {request.report()}, *context));
  intake::v1::Sharing response;
  const absl::Status status =
      status::FromGrpcStatus(stub_->GetSharing(context.get(), request, &response));
  if (absl::IsNotFound(status)) return false;
  RETURN_IF_ERROR(status);
  return true;
}

}  // namespace mamori::triage
