// The small services on what the law owes people: whoever is accused, asks, is leaked, or handles
// the case; put together.
#ifndef MAMORI_SERVICES_TRIAGE_PEOPLE_SERVICES_H_
#define MAMORI_SERVICES_TRIAGE_PEOPLE_SERVICES_H_

#include <grpcpp/grpcpp.h>

#include <string>
#include <vector>

#include "common/server/rpc.h"
#include "services/triage/casework.h"
#include "services/triage/designated_handler_service.h"
#include "services/triage/designated_handlers.h"
#include "services/triage/disclosure_service.h"
#include "services/triage/disclosures.h"
#include "services/triage/hearing_service.h"
#include "services/triage/hearings.h"
#include "services/triage/leak_incident_service.h"
#include "services/triage/leak_incidents.h"

namespace mamori::triage {

class PeopleServices {
 public:
  PeopleServices(server::Rpc& rpc, Casework& casework, LeakSource& leaks,
                 DesignatedHandlers::Dependencies handlers)
      : hearings_(casework),
        disclosures_(casework),
        leaks_(casework, leaks),
        handlers_(handlers),
        hearing_service_(rpc, hearings_),
        disclosure_service_(rpc, disclosures_),
        leak_service_(rpc, leaks_),
        handler_service_(rpc, handlers_) {}

  std::vector<grpc::Service*> services() {
    return {&hearing_service_, &disclosure_service_, &leak_service_, &handler_service_};
  }

 private:
  Hearings hearings_;
  Disclosures disclosures_;
  LeakIncidents leaks_;
  DesignatedHandlers handlers_;
  HearingService hearing_service_;
  DisclosureService disclosure_service_;
  LeakIncidentService leak_service_;
  DesignatedHandlerService handler_service_;
};

// Full names of all their methods, as the contract has them.
std::vector<std::string> PeopleMethods();

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_PEOPLE_SERVICES_H_
