// The process's gRPC servers: the mTLS server for callers, and the plain-text one for probes.
#ifndef MAMORI_COMMON_SERVER_SERVER_H_
#define MAMORI_COMMON_SERVER_SERVER_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/server/readiness.h"
#include "common/telemetry/telemetry.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::server {

// Callers need a certificate of the configured authority; health and reflection are open to every
// such caller, all else is the authorization table's matter (rpc.h). Certificates are read again
// when their files change.
//
// Health: the TLS server answers for "" and for each service; the probe server for "live" (always
// SERVING), "ready" and
// "" (as readiness). Neither depends on the threads of handlers.
class Server {
 public:
  struct Options {
    config::v1::Server config;             // as CheckServerConfig accepts it
    std::vector<std::string> methods;      // full names; each of their services has a health status
    std::vector<grpc::Service*> services;  // outlive the server
    std::function<absl::Status()> check_ready;
    absl::Duration ready_interval = absl::Seconds(1);
  };
  // Listens. NOT_FOUND, FAILED_PRECONDITION or INVALID_ARGUMENT for TLS files that cannot be used,
  // UNAVAILABLE when an address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<Server>> Start(Options options,
                                                       telemetry::Telemetry& telemetry);
  // Shuts down at once when nobody did before.
  ~Server();

  int port() const { return port_; }
  int probe_port() const { return probe_port_; }  // 0 without a probe server

  // Readiness says NOT_SERVING from now on; calls are still served.
  void CloseHealth();
  // Refuses new calls, cancels those that still run at `deadline`, and returns when every handler
  // has ended.
  void Shutdown(absl::Time deadline);

 private:
  Server() = default;
  void Publish(const std::vector<std::string>& names, bool ready);

  int port_ = 0;
  int probe_port_ = 0;
  bool shut_down_ = false;
  grpc::CallbackGenericService probe_fallback_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<grpc::Server> probe_server_;
  std::unique_ptr<Readiness> readiness_;
};

// Writes the port so that a reader sees the whole number or no file.
absl::Status WritePortFile(const std::string& file, int port);

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_SERVER_H_
