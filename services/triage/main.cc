// The triage binary.
#include <string>
#include <vector>

#include "common/server/service_main.h"
#include "mamori/config/v1/config.pb.h"
#include "services/triage/casework_services.h"
#include "services/triage/guarded_methods.h"
#include "services/triage/methods.h"
#include "services/triage/people_services.h"
#include "services/triage/triage_app.h"

int main(int argc, char** argv) {
  std::vector<std::string> methods = mamori::triage::Methods();
  for (std::string& method : mamori::triage::CaseworkMethods()) methods.push_back(method);
  for (std::string& method : mamori::triage::PeopleMethods()) methods.push_back(method);
  return mamori::server::ServiceMain<mamori::config::v1::TriageConfig>(
      argc, argv, "triage", mamori::triage::WithGuarded(std::move(methods)),
      mamori::triage::MakeTriageApp, mamori::triage::CheckConfig);
}
