// The gRPC face of what intake has for evidence bundles, for triage.
#ifndef MAMORI_SERVICES_INTAKE_BUNDLE_SERVICE_H_
#define MAMORI_SERVICES_INTAKE_BUNDLE_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/intake/v1/bundle_service.grpc.pb.h"
#include "services/intake/methods.h"
#include "services/intake/report_exports.h"

namespace mamori::intake {

class BundleService final : public v1::BundleService::Service {
 public:
  BundleService(server::Rpc& rpc, ReportExports& exports) : rpc_(rpc), exports_(exports) {}

  grpc::Status ExportReports(grpc::ServerContext* context, const v1::ExportReportsRequest* request,
                             grpc::ServerWriter<v1::ExportReportsResponse>* writer) override {
    return rpc_.ServerStream(context, kExportReports, server::Needs::kTenantOrService, writer,
                             [&](const server::CallContext& call, const auto&, const auto& write) {
                               return exports_.Export(call, *request, write);
                             });
  }

 private:
  server::Rpc& rpc_;
  ReportExports& exports_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_BUNDLE_SERVICE_H_
