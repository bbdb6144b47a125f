#include "services/triage/casework_services.h"

#include "absl/strings/str_cat.h"

namespace mamori::triage {

std::vector<std::string> CaseworkMethods() {
  std::vector<std::string> methods;
  for (const auto* file :
       {v1::GetFactFindingRequest::descriptor()->file(),
        v1::GetMeasureRequest::descriptor()->file(), v1::GetJudgementRequest::descriptor()->file(),
        v1::GetCareRequest::descriptor()->file(), v1::ListPreventionRequest::descriptor()->file(),
        v1::ListTasksRequest::descriptor()->file(), v1::ListOpenTasksRequest::descriptor()->file(),
        v1::ReadReporterTimelineRequest::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        methods.push_back(absl::StrCat("/", file->service(s)->full_name(), "/",
                                       file->service(s)->method(m)->name()));
      }
    }
  }
  return methods;
}

}  // namespace mamori::triage
