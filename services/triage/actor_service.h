// The gRPC face of the actor registry.
#ifndef MAMORI_SERVICES_TRIAGE_ACTOR_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_ACTOR_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/actor_service.grpc.pb.h"
#include "services/triage/actors.h"

namespace mamori::triage {

class ActorService final : public v1::ActorService::Service {
 public:
  ActorService(server::Rpc& rpc, Actors& actors) : rpc_(rpc), actors_(actors) {}

  grpc::Status ListActors(grpc::ServerContext* context, const v1::ListActorsRequest* request,
                          v1::ListActorsResponse* response) override;
  grpc::Status ListActorCandidates(grpc::ServerContext* context,
                                   const v1::ListActorCandidatesRequest* request,
                                   v1::ListActorCandidatesResponse* response) override;
  grpc::Status JoinActors(grpc::ServerContext* context, const v1::JoinActorsRequest* request,
                          v1::ActorJoin* response) override;
  grpc::Status SplitActors(grpc::ServerContext* context, const v1::SplitActorsRequest* request,
                           v1::ActorJoin* response) override;
  grpc::Status ListUnseenLinks(grpc::ServerContext* context,
                               const v1::ListUnseenLinksRequest* request,
                               v1::ListUnseenLinksResponse* response) override;

 private:
  server::Rpc& rpc_;
  Actors& actors_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ACTOR_SERVICE_H_
