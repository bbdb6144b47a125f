// The gRPC face of identities and of who read reports; as intake_service.h.
#ifndef MAMORI_SERVICES_INTAKE_IDENTITY_SERVICE_H_
#define MAMORI_SERVICES_INTAKE_IDENTITY_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/intake/v1/identity_service.grpc.pb.h"
#include "services/intake/identities.h"
#include "services/intake/methods.h"
#include "services/intake/report_reads.h"

namespace mamori::intake {

class IdentityService final : public v1::IdentityService::Service {
 public:
  IdentityService(server::Rpc& rpc, Identities& identities, ReportReads& reads)
      : rpc_(rpc), identities_(identities), reads_(reads) {}

  grpc::Status UnsealIdentity(grpc::ServerContext* context,
                              const v1::UnsealIdentityRequest* request,
                              v1::UnsealedIdentity* response) override {
    return rpc_.Unary(
        context, kUnsealIdentity, server::Needs::kTenantAndPerson, response,
        [&](const server::CallContext& call) { return identities_.Unseal(call, *request); });
  }
  grpc::Status ListReportReads(grpc::ServerContext* context,
                               const v1::ListReportReadsRequest* request,
                               v1::ListReportReadsResponse* response) override {
    return rpc_.Unary(context, kListReportReads, server::Needs::kTenantOrService, response,
                      [&](const server::CallContext& call) { return reads_.List(call, *request); });
  }

 private:
  server::Rpc& rpc_;
  Identities& identities_;
  ReportReads& reads_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_IDENTITY_SERVICE_H_
