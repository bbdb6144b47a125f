// What becomes of a case, for whom it happened to.
#ifndef MAMORI_SERVICES_TRIAGE_AFFECTED_TIMELINE_H_
#define MAMORI_SERVICES_TRIAGE_AFFECTED_TIMELINE_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/statusor.h"
#include "common/server/caller.h"
#include "common/server/rpc.h"
#include "mamori/triage/v1/affected_timeline_service.grpc.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/work_store.h"

namespace mamori::triage {

class AffectedTimelines {
 public:
  AffectedTimelines(WorkStore& work, const AccessGate& gate) : work_(work), gate_(gate) {}

  // NOT_FOUND for a case in which nobody cares for the asker, as for one that never was.
  absl::StatusOr<v1::Timeline> Get(const server::CallContext& call,
                                   const v1::GetAffectedTimelineRequest& request);

 private:
  // The file of the case that goes on.
  absl::StatusOr<CaseFile> Read(const server::CallContext& call, id::Id case_id);

  WorkStore& work_;
  const AccessGate& gate_;
};

class AffectedTimelineService final : public v1::AffectedTimelineService::Service {
 public:
  AffectedTimelineService(server::Rpc& rpc, AffectedTimelines& timelines)
      : rpc_(rpc), timelines_(timelines) {}

  grpc::Status GetAffectedTimeline(grpc::ServerContext* context,
                                   const v1::GetAffectedTimelineRequest* request,
                                   v1::Timeline* response) override;

 private:
  server::Rpc& rpc_;
  AffectedTimelines& timelines_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_AFFECTED_TIMELINE_H_
