#include "common/inspection/config.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/config/options.h"
#include "common/status/macros.h"

namespace mamori::inspection {
namespace {

using config::Or;

absl::Status Wrong(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("inspector.", std::string(what)));
}

bool Absolute(const std::string& path) { return path.starts_with('/'); }

const char* YesNo(bool yes) { return yes ? "yes" : "no"; }

void LogLayers(const Layers& layers, telemetry::Telemetry& telemetry) {
  const bool all = layers.own_user && layers.own_network && layers.own_mounts &&
                   layers.landlock > 0 && layers.private_memory;
  telemetry.Log(all ? telemetry::Level::kInfo : telemetry::Level::kWarn, "inspector",
                {{"own_user", YesNo(layers.own_user)},
                 {"own_network", YesNo(layers.own_network)},
                 {"own_mounts", YesNo(layers.own_mounts)},
                 {"private_memory", YesNo(layers.private_memory)},
                 {"landlock", absl::StrCat(layers.landlock)}});
}

}  // namespace

absl::Status CheckConfig(const config::v1::Inspector& config) {
  const ProcessInspector::Options options = OptionsOf(config);
  if (!Absolute(config.binary())) return Wrong("binary: want an absolute path");
  if (!Absolute(options.worker.work_dir)) return Wrong("work_dir: want an absolute path");
  if (options.at_once < 1 || options.at_once > 64) return Wrong("at_once: want 1 to 64");
  if (config.max_clean_bytes() < 0) return Wrong("max_clean_bytes: negative");
  if (config.max_derivative_bytes() < 0) return Wrong("max_derivative_bytes: negative");
  if (options.worker.memory_bytes < 256 << 20 || config.max_memory_bytes() < 0) {
    return Wrong("max_memory_bytes: want at least 256 MiB");
  }
  if (options.worker.cpu_seconds < 1) return Wrong("cpu_seconds: negative");
  if (options.worker.time_limit <= absl::ZeroDuration()) return Wrong("time_limit: want above 0");
  if (!options.clamd) return absl::OkStatus();
  if (!Absolute(options.clamd->socket)) return Wrong("clamd_socket: want an absolute path");
  if (options.clamd->max_signature_age <= absl::ZeroDuration()) {
    return Wrong("max_signature_age: want above 0");
  }
  if (options.clamd->time_limit <= absl::ZeroDuration() ||
      options.clamd->time_limit >= options.worker.time_limit) {
    return Wrong("scan_time_limit: want above 0 and below time_limit");
  }
  return absl::OkStatus();
}

ProcessInspector::Options OptionsOf(const config::v1::Inspector& config) {
  ProcessInspector::Options options;
  WorkerOptions& worker = options.worker;
  worker.binary = config.binary();
  if (!config.work_dir().empty()) worker.work_dir = config.work_dir();
  worker.uid = Or(config.run_as_uid(), worker.uid);
  worker.gid = Or(config.run_as_gid(), worker.gid);
  worker.max_clean_bytes = Or<uint64_t>(config.max_clean_bytes(), worker.max_clean_bytes);
  worker.max_derivative_bytes =
      Or<uint64_t>(config.max_derivative_bytes(), worker.max_derivative_bytes);
  worker.memory_bytes = Or<uint64_t>(config.max_memory_bytes(), worker.memory_bytes);
  worker.cpu_seconds = Or(config.cpu_seconds(), worker.cpu_seconds);
  worker.time_limit = Or(config.has_time_limit(), config.time_limit(), worker.time_limit);
  options.at_once = Or(config.at_once(), options.at_once);
  if (config.clamd_socket().empty()) return options;
  ClamdOptions clamd{.socket = config.clamd_socket()};
  clamd.max_signature_age =
      Or(config.has_max_signature_age(), config.max_signature_age(), clamd.max_signature_age);
  clamd.time_limit = Or(config.has_scan_time_limit(), config.scan_time_limit(), clamd.time_limit);
  options.clamd = clamd;
  return options;
}

absl::StatusOr<std::unique_ptr<Inspector>> MakeInspector(const config::v1::Inspector& config,
                                                         const time::Clock& clock,
                                                         telemetry::Telemetry& telemetry) {
  RETURN_IF_ERROR(CheckConfig(config));
  auto inspector = std::make_unique<ProcessInspector>(OptionsOf(config), clock);
  const absl::StatusOr<Layers> layers = inspector->TryWorker();
  if (layers.ok()) {
    LogLayers(*layers, telemetry);
  } else {
    telemetry.Log(telemetry::Level::kWarn, "inspector",
                  {{"message", std::string(layers.status().message())}});
  }
  return inspector;
}

}  // namespace mamori::inspection
