// The gRPC face of what data subjects ask.
#ifndef MAMORI_SERVICES_TRIAGE_DISCLOSURE_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_DISCLOSURE_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/disclosure_service.grpc.pb.h"
#include "services/triage/disclosures.h"

namespace mamori::triage {

class DisclosureService final : public v1::DisclosureService::Service {
 public:
  DisclosureService(server::Rpc& rpc, Disclosures& disclosures)
      : rpc_(rpc), disclosures_(disclosures) {}

  grpc::Status ReceiveDisclosureRequest(grpc::ServerContext* context,
                                        const v1::ReceiveDisclosureRequestRequest* request,
                                        v1::DisclosureRequest* response) override;
  grpc::Status CheckRequesterIdentity(grpc::ServerContext* context,
                                      const v1::CheckRequesterIdentityRequest* request,
                                      v1::DisclosureRequest* response) override;
  grpc::Status DecideDisclosure(grpc::ServerContext* context,
                                const v1::DecideDisclosureRequest* request,
                                v1::DisclosureRequest* response) override;
  grpc::Status AnswerDisclosure(grpc::ServerContext* context,
                                const v1::AnswerDisclosureRequest* request,
                                v1::DisclosureRequest* response) override;
  grpc::Status ListDisclosures(grpc::ServerContext* context,
                               const v1::ListDisclosuresRequest* request,
                               v1::ListDisclosuresResponse* response) override;

 private:
  server::Rpc& rpc_;
  Disclosures& disclosures_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_DISCLOSURE_SERVICE_H_
