// The small services on the work of a case, put together.
#ifndef MAMORI_SERVICES_TRIAGE_CASEWORK_SERVICES_H_
#define MAMORI_SERVICES_TRIAGE_CASEWORK_SERVICES_H_

#include <grpcpp/grpcpp.h>

#include <string>
#include <vector>

#include "common/server/rpc.h"
#include "services/triage/casework.h"
#include "services/triage/fact_finding_service.h"
#include "services/triage/fact_findings.h"
#include "services/triage/measure_service.h"
#include "services/triage/measures.h"

namespace mamori::triage {

class CaseworkServices {
 public:
  CaseworkServices(server::Rpc& rpc, Casework::Dependencies dependencies)
      : casework_(std::move(dependencies)),
        findings_(casework_),
        measures_(casework_),
        finding_service_(rpc, findings_),
        measure_service_(rpc, measures_) {}

  std::vector<grpc::Service*> services() { return {&finding_service_, &measure_service_}; }

 private:
  Casework casework_;
  FactFindings findings_;
  Measures measures_;
  FactFindingService finding_service_;
  MeasureService measure_service_;
};

// Full names of all their methods, as the contract has them.
std::vector<std::string> CaseworkMethods();

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CASEWORK_SERVICES_H_
