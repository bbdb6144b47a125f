// Erases a report as retention will: through intake's own code, beside running services.
//
//   erase_report --database 127.0.0.1:3306 --key_store 127.0.0.1:3307 --directory DIR --tls_ca FILE
//                --tenant acme --report reports/ID
//
// DIR is the test system's: SERVICE.password, keys-SERVICE.password, sealing.SERVICE.key and
// audit.SERVICE.key are there.
#include <cstdio>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "common/config/textproto.h"
#include "common/sealing/sealing.h"
#include "common/status/macros.h"
#include "services/intake/erasure.h"

ABSL_FLAG(std::string, database, "", "host:port");
ABSL_FLAG(std::string, key_store, "", "host:port");
ABSL_FLAG(std::string, directory, "", "with passwords and keys");
ABSL_FLAG(std::string, tls_ca, "", "PEM authority of both");
ABSL_FLAG(std::string, tenant, "acme", "tenant");
ABSL_FLAG(std::string, report, "", "its name");

namespace mamori {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(20);

absl::Status Main() {
  time::SystemClock clock;
  time::SystemSleeper sleeper;
  id::RandomIdSource ids;
  telemetry::NullTelemetry telemetry;
  const std::string directory = absl::GetFlag(FLAGS_directory);
  ASSIGN_OR_RETURN(crypto::KeyArena arena, crypto::KeyArena::Create());

  db::PoolOptions options;
  options.host = absl::GetFlag(FLAGS_database);
  options.user = options.schema = "mamori_intake";
  options.tls_ca_file = absl::GetFlag(FLAGS_tls_ca);
  ASSIGN_OR_RETURN(options.password, config::ReadSecret(directory + "/intake.password"));
  const auto pool = db::Pool::Create(options);
  db::Transactor transactor(*pool, clock, sleeper);

  config::v1::Sealing config;
  config.add_key_files(directory + "/sealing.intake.key");
  config.set_erasure_file(directory + "/erased.intake");
  config::v1::Database& store = *config.mutable_key_store();
  store.set_address(absl::GetFlag(FLAGS_key_store));
  store.set_user("mamori_keys_intake");
  store.set_schema("mamori_keys_intake");
  store.set_password_file(directory + "/keys-intake.password");
  store.set_tls_ca_file(absl::GetFlag(FLAGS_tls_ca));
  ASSIGN_OR_RETURN(sealing::Keys keys, sealing::ReadKeys(config, "intake", arena));
  sealing::Sealing sealing(config, std::move(keys), clock, sleeper, ids, telemetry);

  ASSIGN_OR_RETURN(crypto::KeyedHash audit_key,
                   crypto::KeyedHash::FromFile(directory + "/audit.intake.key"));
  const audit::Journal journal(std::move(audit_key), "intake", clock);
  intake::Erasure erasure(transactor, journal, sealing.eraser(), clock);
  ASSIGN_OR_RETURN(const id::Id report, id::FromName("reports", absl::GetFlag(FLAGS_report)));
  return erasure.EraseReport(absl::GetFlag(FLAGS_tenant), report, {"retention", ""},
                             clock.Now() + kTimeout);
}

}  // namespace
}  // namespace mamori

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = mamori::Main();
  if (!status.ok()) std::fprintf(stderr, "erase_report: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
