// The gRPC face of acts of two persons.
#ifndef MAMORI_SERVICES_TRIAGE_TWO_PERSON_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_TWO_PERSON_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/two_person_service.grpc.pb.h"
#include "services/triage/two_person.h"

namespace mamori::triage {

class TwoPersonService final : public v1::TwoPersonService::Service {
 public:
  TwoPersonService(server::Rpc& rpc, TwoPerson& acts) : rpc_(rpc), acts_(acts) {}

  grpc::Status RequestAct(grpc::ServerContext* context, const v1::RequestActRequest* request,
                          v1::TwoPersonAct* response) override;
  grpc::Status ApproveAct(grpc::ServerContext* context, const v1::ApproveActRequest* request,
                          v1::TwoPersonAct* response) override;
  grpc::Status WithdrawAct(grpc::ServerContext* context, const v1::WithdrawActRequest* request,
                           v1::TwoPersonAct* response) override;
  grpc::Status GetAct(grpc::ServerContext* context, const v1::GetActRequest* request,
                      v1::TwoPersonAct* response) override;
  grpc::Status ListActs(grpc::ServerContext* context, const v1::ListActsRequest* request,
                        v1::ListActsResponse* response) override;
  grpc::Status RemoveExclusion(grpc::ServerContext* context,
                               const v1::RemoveExclusionRequest* request,
                               mamori::v1::CaseAccess* response) override;
  grpc::Status UseIdentityAct(grpc::ServerContext* context,
                              const v1::UseIdentityActRequest* request,
                              v1::UseIdentityActResponse* response) override;

 private:
  server::Rpc& rpc_;
  TwoPerson& acts_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TWO_PERSON_SERVICE_H_
