#include "services/triage/grpc_report_source.h"

#include <utility>
#include <vector>

#include "common/status/macros.h"
#include "services/triage/report_batches.h"

namespace mamori::triage {
namespace {

constexpr size_t kMaxNames = 500;

}  // namespace

absl::StatusOr<std::map<id::Id, mamori::v1::Report>> GrpcReportSource::Read(
    const std::string& tenant, const std::vector<id::Id>& ids, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      std::vector<mamori::v1::Report> read,
      ReadReportBatches(*stub_, ids, kMaxNames, deadline,
                        [&](intake::v1::BatchGetReportsRequest& request, grpc::ClientContext&) {
                          request.set_tenant(tenant);
                          return absl::OkStatus();
                        }));
  std::map<id::Id, mamori::v1::Report> reports;
  for (mamori::v1::Report& report : read) {
    ASSIGN_OR_RETURN(id::Id id, id::FromName("reports", report.name()));
    reports[std::move(id)] = std::move(report);
  }
  return reports;
}

}  // namespace mamori::triage
