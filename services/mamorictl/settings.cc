#include "services/mamorictl/settings.h"

#include <cstdlib>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"

namespace mamori::ctl {

std::string Settings::Missing() const {
  const std::vector<std::pair<std::string, const std::string*>> needed = {
      {"--intake", &intake},  {"--triage", &triage}, {"--notification", &notification},
      {"--cert", &cert_file}, {"--key", &key_file},  {"--ca", &ca_file},
  };
  std::vector<std::string> missing;
  for (const auto& [flag, value] : needed) {
    if (value->empty()) missing.push_back(flag);
  }
  return absl::StrJoin(missing, ", ");
}

void AddSettings(CLI::App& app, Settings& settings) {
  const std::string group = "Connection (flag, else environment, else profile)";
  const auto text = [&](const char* flag, std::string& value, const char* help, const char* env) {
    app.add_option(flag, value, help)->envname(env)->group(group);
  };
  text("--profile", settings.profile, "File of lines like: timeout = 5", "MAMORI_PROFILE");
  text("--intake", settings.intake, "gRPC target, such as dns:///intake:8443", "MAMORI_INTAKE");
  text("--triage", settings.triage, "gRPC target", "MAMORI_TRIAGE");
  text("--notification", settings.notification, "gRPC target", "MAMORI_NOTIFICATION");
  text("--server-name", settings.server_name,
       "Name in the services' certificates when it is not the target's host", "MAMORI_SERVER_NAME");
  text("--cert", settings.cert_file, "PEM certificate of this application", "MAMORI_TLS_CERT");
  text("--key", settings.key_file, "PEM key of this application", "MAMORI_TLS_KEY");
  text("--ca", settings.ca_file, "PEM authority of the services", "MAMORI_TLS_CA");
  text("--token-file", settings.token_file,
       "File with the access token of the person who acts, read for each call (or the token itself "
       "in MAMORI_TOKEN)",
       "MAMORI_TOKEN_FILE");
  if (const char* token = std::getenv("MAMORI_TOKEN")) settings.token = token;
  app.add_option("--timeout", settings.timeout_seconds, "Seconds a call may take")
      ->envname("MAMORI_TIMEOUT")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 86400.0))
      ->group(group);
  static const std::map<std::string, bool> kFormats = {{"table", false}, {"json", true}};
  app.add_option("-o,--output", settings.json,
                 "table (for people) or json (proto3 JSON, for scripts)")
      ->envname("MAMORI_OUTPUT")
      ->transform(CLI::CheckedTransformer(kFormats))
      ->type_name("table|json")
      ->default_str("table")
      ->group(group);
}

void ApplyProfile(CLI::App& app, const Settings& settings) {
  if (settings.profile.empty()) return;
  for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_file(settings.profile)) {
    CLI::Option* option = app.get_option_no_throw("--" + item.fullname());
    if (option == nullptr || item.name == "profile")
      throw CLI::ConfigError::Extras(item.fullname());
    if (option->count() > 0) continue;
    for (const std::string& input : item.inputs) option->add_result(input);
    option->run_callback();
  }
}

}  // namespace mamori::ctl
