// The small services on what the law owes people: whoever is accused, asks, is leaked, or handles
// the case, in one case or over all; put together.
#ifndef MAMORI_SERVICES_TRIAGE_PEOPLE_SERVICES_H_
#define MAMORI_SERVICES_TRIAGE_PEOPLE_SERVICES_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "common/server/rpc.h"
#include "services/triage/breach_service.h"
#include "services/triage/breaches.h"
#include "services/triage/casework.h"
#include "services/triage/designated_handler_service.h"
#include "services/triage/designated_handlers.h"
#include "services/triage/disclosure_service.h"
#include "services/triage/disclosures.h"
#include "services/triage/grpc_report_reader.h"
#include "services/triage/hearing_service.h"
#include "services/triage/hearings.h"
#include "services/triage/leak_incident_service.h"
#include "services/triage/leak_incidents.h"
#include "services/triage/sql_tenant_record_store.h"
#include "services/triage/subject_request_service.h"
#include "services/triage/subject_requests.h"

namespace mamori::triage {

class PeopleServices {
 public:
  // What is about the tenant and no case.
  struct OfTenant {
    db::Transactor& transactor;
    const AccessSeal& seal;
    const sealing::Sealer& sealer;
    const TimeMarks& marks;
    CaseStore& cases;
    WorkStore& work;
    const std::shared_ptr<grpc::Channel>& intake;
    client::OnBehalf on_behalf;
    audit::ReadLog* reads;
  };
  PeopleServices(server::Rpc& rpc, Casework& casework, LeakSource& leaks, OfTenant of_tenant,
                 DesignatedHandlers::Dependencies handlers)
      : hearings_(casework),
        disclosures_(casework),
        leaks_(casework, leaks),
        handlers_(handlers),
        tenant_records_(of_tenant.transactor, handlers.clock, of_tenant.seal, of_tenant.sealer,
                        of_tenant.marks),
        report_reader_(of_tenant.intake, of_tenant.on_behalf),
        requests_({tenant_records_, disclosures_, of_tenant.cases, of_tenant.work, report_reader_,
                   handlers.gate, handlers.clock, handlers.ids, handlers.tokens, of_tenant.reads},
                  {}),
        breaches_({tenant_records_, leaks_, leaks, of_tenant.cases, handlers.gate, handlers.clock,
                   handlers.ids, handlers.tokens}),
        hearing_service_(rpc, hearings_),
        disclosure_service_(rpc, disclosures_),
        leak_service_(rpc, leaks_),
        handler_service_(rpc, handlers_),
        request_service_(rpc, requests_),
        breach_service_(rpc, breaches_) {}

  std::vector<grpc::Service*> services() {
    return {&hearing_service_, &disclosure_service_, &leak_service_,
            &handler_service_, &request_service_,    &breach_service_};
  }

 private:
  Hearings hearings_;
  Disclosures disclosures_;
  LeakIncidents leaks_;
  DesignatedHandlers handlers_;
  SqlTenantRecordStore tenant_records_;
  GrpcReportReader report_reader_;
  SubjectRequests requests_;
  Breaches breaches_;
  HearingService hearing_service_;
  DisclosureService disclosure_service_;
  LeakIncidentService leak_service_;
  DesignatedHandlerService handler_service_;
  SubjectRequestService request_service_;
  BreachService breach_service_;
};

// Full names of all their methods, as the contract has them.
std::vector<std::string> PeopleMethods();

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_PEOPLE_SERVICES_H_
