// What becomes of a report, for whoever reported it.
#ifndef MAMORI_SERVICES_TRIAGE_REPORTER_TIMELINE_H_
#define MAMORI_SERVICES_TRIAGE_REPORTER_TIMELINE_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/statusor.h"
#include "common/server/caller.h"
#include "common/server/rpc.h"
#include "mamori/triage/v1/reporter_timeline_service.grpc.pb.h"
#include "services/triage/case_store.h"
#include "services/triage/work_store.h"

namespace mamori::triage {

class ReporterTimelines {
 public:
  ReporterTimelines(CaseStore& cases, WorkStore& work) : cases_(cases), work_(work) {}

  absl::StatusOr<v1::Timeline> Read(const server::CallContext& call,
                                    const v1::ReadReporterTimelineRequest& request);

 private:
  CaseStore& cases_;
  WorkStore& work_;
};

class ReporterTimelineService final : public v1::ReporterTimelineService::Service {
 public:
  ReporterTimelineService(server::Rpc& rpc, ReporterTimelines& timelines)
      : rpc_(rpc), timelines_(timelines) {}

  grpc::Status ReadReporterTimeline(grpc::ServerContext* context,
                                    const v1::ReadReporterTimelineRequest* request,
                                    v1::Timeline* response) override;

 private:
  server::Rpc& rpc_;
  ReporterTimelines& timelines_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_REPORTER_TIMELINE_H_
