#include "services/triage/report_batches.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/client/channel.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::triage {

absl::StatusOr<std::vector<mamori::v1::Report>> ReadReportBatches(
    intake::v1::IntakeService::StubInterface& stub, const std::vector<id::Id>& reports, size_t most,
    absl::Time deadline,
    absl::FunctionRef<absl::Status(intake::v1::BatchGetReportsRequest&, grpc::ClientContext&)>
        prepare) {
  std::vector<std::string> names;
  for (const id::Id& one : reports) names.push_back(id::Name("reports", one));
  std::vector<mamori::v1::Report> read;
  while (!names.empty()) {
    intake::v1::BatchGetReportsRequest request;
    const size_t count = std::min(names.size(), most);
    for (size_t i = 0; i < count; ++i) request.add_names(names[i]);
    const auto context = client::MakeContext(deadline);
    RETURN_IF_ERROR(prepare(request, *context));
    intake::v1::BatchGetReportsResponse response;
    RETURN_IF_ERROR(
        status::FromGrpcStatus(stub.BatchGetReports(context.get(), request, &response)));
    if (response.remaining_size() >= static_cast<int>(count)) {
      return absl::InternalError("intake answered a batch without any progress");
    }
    for (mamori::v1::Report& one : *response.mutable_reports()) read.push_back(std::move(one));
    names.erase(names.begin(), names.begin() + static_cast<ptrdiff_t>(count));
    names.insert(names.end(), response.remaining().begin(), response.remaining().end());
  }
  return read;
}

}  // namespace mamori::triage
