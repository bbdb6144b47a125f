// The intake binary.
#include "common/server/service_main.h"
#include "mamori/config/v1/config.pb.h"
#include "services/intake/intake_app.h"
#include "services/intake/methods.h"

int main(int argc, char** argv) {
  return mamori::server::ServiceMain<mamori::config::v1::IntakeConfig>(
      argc, argv, "intake", mamori::intake::Methods(), mamori::intake::MakeIntakeApp,
      mamori::intake::CheckConfig);
}
