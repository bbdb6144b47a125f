// ReportOwnership over the intake service.
#ifndef MAMORI_SERVICES_TRIAGE_GRPC_REPORT_OWNERSHIP_H_
#define MAMORI_SERVICES_TRIAGE_GRPC_REPORT_OWNERSHIP_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <utility>

#include "common/client/on_behalf.h"
#include "mamori/intake/v1/reporter_service.grpc.pb.h"
#include "services/triage/report_ownership.h"

namespace mamori::triage {

class GrpcReportOwnership final : public ReportOwnership {
 public:
  GrpcReportOwnership(const std::shared_ptr<grpc::Channel>& intake, client::OnBehalf on_behalf)
      : stub_(intake::v1::ReporterService::NewStub(intake)), on_behalf_(std::move(on_behalf)) {}

  absl::StatusOr<bool> IsOwn(const server::CallContext& call, const id::Id& report_id) override;

 private:
  const std::unique_ptr<intake::v1::ReporterService::StubInterface> stub_;
  const client::OnBehalf on_behalf_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_GRPC_REPORT_OWNERSHIP_H_
