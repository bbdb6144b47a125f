// Where the services are and in whose name they are called: flags, environment, profile file, in
// this order.
#ifndef MAMORI_SERVICES_MAMORICTL_SETTINGS_H_
#define MAMORI_SERVICES_MAMORICTL_SETTINGS_H_

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>

namespace mamori::ctl {

struct Settings {
  std::string profile;
  std::string intake;
  std::string triage;
  std::string notification;
  std::string server_name;
  std::string cert_file;
  std::string key_file;
  std::string ca_file;
  std::string token_file;
  std::string token;  // from the environment alone: other processes see a command line
  double timeout_seconds = 10;
  bool json = false;

  // The flags that the services cannot be called without and that are not set, as "--tenant, --ca";
  // empty when all are there.
  std::string Missing() const;
};

// Adds the global flags. `settings` outlives the parse.
void AddSettings(CLI::App& app, Settings& settings);
// After the parse: takes from the profile what neither flag nor environment gave. Throws CLI::Error
// for a file that cannot be read or a line that is no setting.
void ApplyProfile(CLI::App& app, const Settings& settings);

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_SETTINGS_H_
