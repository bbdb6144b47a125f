#include "services/triage/casework_services.h"

#include "services/triage/methods_of.h"

namespace mamori::triage {

std::vector<std::string> CaseworkMethods() {
  return MethodsOf(
      {v1::GetFactFindingRequest::descriptor()->file(), v1::GetMeasureRequest::descriptor()->file(),
       v1::GetJudgementRequest::descriptor()->file(), v1::GetCareRequest::descriptor()->file(),
       v1::ListPreventionRequest::descriptor()->file(), v1::ListTasksRequest::descriptor()->file(),
       v1::ListOpenTasksRequest::descriptor()->file(), v1::SearchCasesRequest::descriptor()->file(),
       v1::ReadReporterTimelineRequest::descriptor()->file(),
       v1::GetAffectedTimelineRequest::descriptor()->file()});
}

}  // namespace mamori::triage
