// The triage binary.
#include "common/server/service_main.h"
#include "mamori/config/v1/config.pb.h"
#include "services/triage/methods.h"
#include "services/triage/triage_app.h"

int main(int argc, char** argv) {
  return mamori::server::ServiceMain<mamori::config::v1::TriageConfig>(
      argc, argv, "triage", mamori::triage::Methods(), mamori::triage::MakeTriageApp,
      mamori::triage::CheckConfig);
}
