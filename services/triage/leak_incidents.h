// That something of a case leaked, and what is done about it.
#ifndef MAMORI_SERVICES_TRIAGE_LEAK_INCIDENTS_H_
#define MAMORI_SERVICES_TRIAGE_LEAK_INCIDENTS_H_

#include <string>

#include "absl/status/statusor.h"
#include "mamori/triage/v1/leak_incident_service.pb.h"
#include "services/triage/casework.h"
#include "services/triage/leak_source.h"

namespace mamori::triage {

class LeakIncidents {
 public:
  LeakIncidents(Casework& casework, LeakSource& source) : casework_(casework), source_(source) {}

  using LeakOr = absl::StatusOr<v1::LeakIncident>;
  // `breach` names what it is a part of, if it is of one.
  LeakOr Open(const server::CallContext& call, const v1::OpenLeakIncidentRequest& request,
              const std::string& breach = "");
  // One that is there, for those who look after the case.
  LeakOr Get(const server::CallContext& call, const std::string& name);
  LeakOr RecordStep(const server::CallContext& call, const v1::RecordLeakStepRequest& request);
  absl::StatusOr<v1::ListLeakIncidentsResponse> List(const server::CallContext& call,
                                                     const v1::ListLeakIncidentsRequest& request);

 private:
  // The incident with its readers, as it is to be opened.
  LeakOr Gather(const server::CallContext& call, const id::Id& case_id,
                const v1::LeakIncident& asked);

  Casework& casework_;
  LeakSource& source_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_LEAK_INCIDENTS_H_
