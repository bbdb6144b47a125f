#include "services/triage/grpc_report_source.h"

#include <algorithm>
#include <utility>

#include "common/client/channel.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

constexpr int kMaxNames = 500;

}  // namespace

absl::StatusOr<std::map<id::Id, mamori::v1::Report>> GrpcReportSource::Read(
    const std::string& tenant, const std::vector<id::Id>& ids, absl::Time deadline) {
  std::vector<std::string> names;
  for (const id::Id& id : ids) names.push_back(id::Name("reports", id));
  std::map<id::Id, mamori::v1::Report> reports;
  while (!names.empty()) {
    intake::v1::BatchGetReportsRequest request;
    const size_t count = std::min<size_t>(names.size(), kMaxNames);
    for (size_t i = 0; i < count; ++i) request.add_names(names[i]);
    intake::v1::BatchGetReportsResponse response;
    request.set_tenant(tenant);
    const auto context = client::MakeContext(deadline);
    RETURN_IF_ERROR(
        status::FromGrpcStatus(stub_->BatchGetReports(context.get(), request, &response)));
    if (response.remaining_size() >= static_cast<int>(count)) {
      return absl::InternalError("intake answered a batch without any progress");
    }
    for (mamori::v1::Report& report : *response.mutable_reports()) {
      ASSIGN_OR_RETURN(id::Id id, id::FromName("reports", report.name()));
      reports[std::move(id)] = std::move(report);
    }
    names.erase(names.begin(), names.begin() + static_cast<ptrdiff_t>(count));
    names.insert(names.end(), response.remaining().begin(), response.remaining().end());
  }
  return reports;
}

}  // namespace mamori::triage
