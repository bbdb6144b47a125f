// The gRPC face of what the contact log tells.
#ifndef MAMORI_SERVICES_TRIAGE_CONTACT_SIGNAL_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_CONTACT_SIGNAL_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/contact_signal_service.grpc.pb.h"
#include "services/triage/contact_signals.h"

namespace mamori::triage {

class ContactSignalService final : public v1::ContactSignalService::Service {
 public:
  ContactSignalService(server::Rpc& rpc, ContactSignals& signals) : rpc_(rpc), signals_(signals) {}

  grpc::Status ListContactSignals(grpc::ServerContext* context,
                                  const v1::ListContactSignalsRequest* request,
                                  v1::ListContactSignalsResponse* response) override;
  grpc::Status ListCaseProposals(grpc::ServerContext* context,
                                 const v1::ListCaseProposalsRequest* request,
                                 v1::ListCaseProposalsResponse* response) override;
  grpc::Status AcceptCaseProposal(grpc::ServerContext* context,
                                  const v1::AcceptCaseProposalRequest* request,
                                  mamori::v1::Case* response) override;
  grpc::Status DismissCaseProposal(grpc::ServerContext* context,
                                   const v1::DismissCaseProposalRequest* request,
                                   v1::ContactSignal* response) override;
  grpc::Status ListUnseenSignals(grpc::ServerContext* context,
                                 const v1::ListUnseenSignalsRequest* request,
                                 v1::ListUnseenSignalsResponse* response) override;

 private:
  server::Rpc& rpc_;
  ContactSignals& signals_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CONTACT_SIGNAL_SERVICE_H_
