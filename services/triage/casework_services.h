// The small services on the work of a case, put together.
#ifndef MAMORI_SERVICES_TRIAGE_CASEWORK_SERVICES_H_
#define MAMORI_SERVICES_TRIAGE_CASEWORK_SERVICES_H_

#include <grpcpp/grpcpp.h>

#include <string>
#include <vector>

#include "common/server/rpc.h"
#include "services/triage/affected_timeline.h"
#include "services/triage/care_service.h"
#include "services/triage/cares.h"
#include "services/triage/case_search.h"
#include "services/triage/casework.h"
#include "services/triage/desk_lists.h"
#include "services/triage/desk_service.h"
#include "services/triage/fact_finding_service.h"
#include "services/triage/fact_findings.h"
#include "services/triage/judgement_service.h"
#include "services/triage/judgements.h"
#include "services/triage/measure_service.h"
#include "services/triage/measures.h"
#include "services/triage/prevention_service.h"
#include "services/triage/preventions.h"
#include "services/triage/reporter_timeline.h"
#include "services/triage/search_service.h"
#include "services/triage/task_service.h"
#include "services/triage/tasks.h"

namespace mamori::triage {

class CaseworkServices {
 public:
  CaseworkServices(server::Rpc& rpc, Casework::Dependencies dependencies, DeskStore& desk,
                   ReportSource& reports, ReportOwnership& ownership)
      : desk_(
            {desk, dependencies.gate, dependencies.clock, dependencies.tokens, dependencies.reads}),
        search_({dependencies.cases, dependencies.store, dependencies.gate, dependencies.tokens,
                 dependencies.clock, dependencies.reads},
                {}),
        timelines_(dependencies.cases, dependencies.store),
        affected_(dependencies.store, dependencies.gate),
        casework_(std::move(dependencies)),
        findings_(casework_),
        measures_(casework_, &ownership),
        judgements_(casework_),
        cares_(casework_),
        preventions_(casework_),
        tasks_(casework_, &reports),
        finding_service_(rpc, findings_),
        measure_service_(rpc, measures_),
        judgement_service_(rpc, judgements_),
        care_service_(rpc, cares_),
        prevention_service_(rpc, preventions_),
        task_service_(rpc, tasks_),
        desk_service_(rpc, desk_),
        search_service_(rpc, search_),
        timeline_service_(rpc, timelines_),
        affected_service_(rpc, affected_) {}

  Casework& casework() { return casework_; }
  std::vector<grpc::Service*> services() {
    return {&finding_service_,    &measure_service_, &judgement_service_, &care_service_,
            &prevention_service_, &task_service_,    &desk_service_,      &search_service_,
            &timeline_service_,   &affected_service_};
  }

 private:
  DeskLists desk_;
  CaseSearch search_;
  ReporterTimelines timelines_;
  AffectedTimelines affected_;
  Casework casework_;
  FactFindings findings_;
  Measures measures_;
  Judgements judgements_;
  Cares cares_;
  Preventions preventions_;
  Tasks tasks_;
  FactFindingService finding_service_;
  MeasureService measure_service_;
  JudgementService judgement_service_;
  CareService care_service_;
  PreventionService prevention_service_;
  TaskService task_service_;
  DeskService desk_service_;
  SearchService search_service_;
  ReporterTimelineService timeline_service_;
  AffectedTimelineService affected_service_;
};

// Full names of all their methods, as the contract has them.
std::vector<std::string> CaseworkMethods();

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CASEWORK_SERVICES_H_
