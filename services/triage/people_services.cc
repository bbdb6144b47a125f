#include "services/triage/people_services.h"

#include "services/triage/methods_of.h"

namespace mamori::triage {

std::vector<std::string> PeopleMethods() {
  return MethodsOf({v1::Hearing::descriptor()->file(), v1::DisclosureRequest::descriptor()->file(),
                    v1::LeakIncident::descriptor()->file(),
                    v1::DesignatedHandler::descriptor()->file(),
                    v1::SubjectRequest::descriptor()->file(), v1::Breach::descriptor()->file()});
}

}  // namespace mamori::triage
