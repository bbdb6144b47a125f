// Where what intake has for an evidence bundle is read: intake owns reports.
#ifndef MAMORI_SERVICES_TRIAGE_REPORT_EXPORTER_H_
#define MAMORI_SERVICES_TRIAGE_REPORT_EXPORTER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/client/on_behalf.h"
#include "common/server/caller.h"
#include "mamori/intake/v1/bundle_service.grpc.pb.h"
#include "services/triage/bundle_store.h"

namespace mamori::triage {

class ReportExporter {
 public:
  virtual ~ReportExporter() = default;
  // What is wanted of them, and what for.
  struct Wanted {
    std::string purpose;
    bool originals = false;  // of files
  };
  // Each item in its order, until `take` returns an error, which is returned.
  using Take = std::function<absl::Status(intake::v1::ExportReportsResponse& item)>;
  virtual absl::Status Export(const server::CallContext& call,
                              const std::vector<JoinedReport>& reports, const Wanted& wanted,
                              const Take& take) = 0;
};

// For the person of the call, whose token it passes on.
class GrpcReportExporter final : public ReportExporter {
 public:
  GrpcReportExporter(const std::shared_ptr<grpc::Channel>& channel, client::OnBehalf on_behalf)
      : stub_(intake::v1::BundleService::NewStub(channel)), on_behalf_(std::move(on_behalf)) {}

  absl::Status Export(const server::CallContext& call, const std::vector<JoinedReport>& reports,
                      const Wanted& wanted, const Take& take) override;

 private:
  const std::unique_ptr<intake::v1::BundleService::Stub> stub_;
  const client::OnBehalf on_behalf_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_REPORT_EXPORTER_H_
