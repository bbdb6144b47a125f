// The gRPC face of evidence bundles.
#ifndef MAMORI_SERVICES_TRIAGE_BUNDLE_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_BUNDLE_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/bundle_service.grpc.pb.h"
#include "services/triage/bundles.h"
#include "services/triage/guarded_methods.h"

namespace mamori::triage {

class BundleService final : public v1::BundleService::Service {
 public:
  BundleService(server::Rpc& rpc, Bundles& bundles) : rpc_(rpc), bundles_(bundles) {}

  grpc::Status ExportEvidenceBundle(
      grpc::ServerContext* context, const v1::ExportEvidenceBundleRequest* request,
      grpc::ServerWriter<v1::ExportEvidenceBundleResponse>* writer) override {
    return rpc_.ServerStream(context, kExportEvidenceBundle, server::Needs::kTenantAndPerson,
                             writer,
                             [&](const server::CallContext& call, const auto&, const auto& write) {
                               return bundles_.Export(call, *request, write);
                             });
  }

 private:
  server::Rpc& rpc_;
  Bundles& bundles_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_BUNDLE_SERVICE_H_
