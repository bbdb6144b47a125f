#include "services/triage/actor_service.h"

#include "services/triage/memory_methods.h"

namespace mamori::triage {

using server::CallContext;
using server::Needs;

grpc::Status ActorService::ListActors(grpc::ServerContext* context,
                                      const v1::ListActorsRequest* request,
                                      v1::ListActorsResponse* response) {
  return rpc_.Unary(context, kListActors, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return actors_.List(call, *request); });
}

grpc::Status ActorService::ListActorCandidates(grpc::ServerContext* context,
                                               const v1::ListActorCandidatesRequest* request,
                                               v1::ListActorCandidatesResponse* response) {
  return rpc_.Unary(
      context, kListActorCandidates, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) { return actors_.ListCandidates(call, *request); });
}

grpc::Status ActorService::JoinActors(grpc::ServerContext* context,
                                      const v1::JoinActorsRequest* request,
                                      v1::ActorJoin* response) {
  return rpc_.Unary(context, kJoinActors, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return actors_.Join(call, *request); });
}

grpc::Status ActorService::SplitActors(grpc::ServerContext* context,
                                       const v1::SplitActorsRequest* request,
                                       v1::ActorJoin* response) {
  return rpc_.Unary(context, kSplitActors, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return actors_.Split(call, *request); });
}

grpc::Status ActorService::ListUnseenLinks(grpc::ServerContext* context,
                                           const v1::ListUnseenLinksRequest* request,
                                           v1::ListUnseenLinksResponse* response) {
  return rpc_.Unary(context, kListUnseenLinks, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return actors_.ListUnseen(call, *request); });
}

}  // namespace mamori::triage
