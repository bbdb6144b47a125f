// ReportReader over the intake service.
#ifndef MAMORI_SERVICES_TRIAGE_GRPC_REPORT_READER_H_
#define MAMORI_SERVICES_TRIAGE_GRPC_REPORT_READER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <utility>
#include <vector>

#include "common/client/on_behalf.h"
#include "mamori/intake/v1/intake_service.grpc.pb.h"
#include "services/triage/report_reader.h"

namespace mamori::triage {

class GrpcReportReader final : public ReportReader {
 public:
  GrpcReportReader(const std::shared_ptr<grpc::Channel>& intake, client::OnBehalf on_behalf)
      : stub_(intake::v1::IntakeService::NewStub(intake)), on_behalf_(std::move(on_behalf)) {}

  absl::StatusOr<std::vector<mamori::v1::Report>> Read(const server::CallContext& call,
                                                       const std::vector<id::Id>& reports) override;

 private:
  const std::unique_ptr<intake::v1::IntakeService::StubInterface> stub_;
  const client::OnBehalf on_behalf_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_GRPC_REPORT_READER_H_
