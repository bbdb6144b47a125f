// The typed edge of ServiceMain; all the work is in service_main.cc, once for every binary.
#ifndef MAMORI_COMMON_SERVER_SERVICE_MAIN_INL_H_
#define MAMORI_COMMON_SERVER_SERVICE_MAIN_INL_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/server/service_main.h"

namespace mamori::server {
namespace internal {

struct ServiceSpec {
  std::string service;
  std::vector<std::string> methods;
  google::protobuf::Message& config;
  std::function<const config::v1::Server&()> server;  // of `config`, once it is parsed
  std::function<absl::Status()> check;
  std::function<absl::StatusOr<std::unique_ptr<App>>(Runtime&)> make_app;
};

int RunService(int argc, char** argv, const ServiceSpec& spec);

}  // namespace internal

template <typename Config>
int ServiceMain(
    int argc, char** argv, const std::string& service, const std::vector<std::string>& methods,
    std::function<absl::StatusOr<std::unique_ptr<App>>(const Config&, Runtime&)> make_app,
    std::function<absl::Status(const Config&)> check) {
  Config config;
  return internal::RunService(
      argc, argv,
      internal::ServiceSpec{
          .service = service,
          .methods = methods,
          .config = config,
          .server = [&]() -> const config::v1::Server& { return config.server(); },
          .check = [&] { return check == nullptr ? absl::OkStatus() : check(config); },
          .make_app = [&](Runtime& runtime) { return make_app(config, runtime); }});
}

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_SERVICE_MAIN_INL_H_
