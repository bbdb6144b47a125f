// The gRPC face of leaks.
#ifndef MAMORI_SERVICES_TRIAGE_LEAK_INCIDENT_SERVICE_H_
#define MAMORI_SERVICES_TRIAGE_LEAK_INCIDENT_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/server/rpc.h"
#include "mamori/triage/v1/leak_incident_service.grpc.pb.h"
#include "services/triage/leak_incidents.h"

namespace mamori::triage {

class LeakIncidentService final : public v1::LeakIncidentService::Service {
 public:
  LeakIncidentService(server::Rpc& rpc, LeakIncidents& leaks) : rpc_(rpc), leaks_(leaks) {}

  grpc::Status OpenLeakIncident(grpc::ServerContext* context,
                                const v1::OpenLeakIncidentRequest* request,
                                v1::LeakIncident* response) override;
  grpc::Status RecordLeakStep(grpc::ServerContext* context,
                              const v1::RecordLeakStepRequest* request,
                              v1::LeakIncident* response) override;
  grpc::Status ListLeakIncidents(grpc::ServerContext* context,
                                 const v1::ListLeakIncidentsRequest* request,
                                 v1::ListLeakIncidentsResponse* response) override;

 private:
  server::Rpc& rpc_;
  LeakIncidents& leaks_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_LEAK_INCIDENT_SERVICE_H_
