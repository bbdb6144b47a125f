// ReportSource over the intake service.
#ifndef MAMORI_SERVICES_TRIAGE_GRPC_REPORT_SOURCE_H_
#define MAMORI_SERVICES_TRIAGE_GRPC_REPORT_SOURCE_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "mamori/intake/v1/intake_service.grpc.pb.h"
#include "services/triage/report_source.h"

namespace mamori::triage {

class GrpcReportSource final : public ReportSource {
 public:
  explicit GrpcReportSource(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(intake::v1::IntakeService::NewStub(channel)) {}

  absl::StatusOr<std::map<id::Id, mamori::v1::Report>> Read(const std::string& tenant,
                                                            const std::vector<id::Id>& ids,
                                                            absl::Time deadline) override;

 private:
  const std::unique_ptr<intake::v1::IntakeService::StubInterface> stub_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_GRPC_REPORT_SOURCE_H_
