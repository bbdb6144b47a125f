// What every service binary's main does: flags, configuration, logging, signals, server, orderly
// stop.
#ifndef MAMORI_COMMON_SERVER_SERVICE_MAIN_H_
#define MAMORI_COMMON_SERVER_SERVICE_MAIN_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/key_arena.h"
#include "common/id/id.h"
#include "common/server/rpc.h"
#include "common/telemetry/telemetry.h"
#include "common/time/clock.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::server {

// What main lends to the application; outlives it.
struct Runtime {
  const time::Clock& clock;
  time::Sleeper& sleeper;
  id::IdSource& ids;
  telemetry::Telemetry& telemetry;
  Rpc& rpc;
  crypto::KeyArena& keys;  // for the keys that the configuration names; not after `make_app`
};

// One service binary's inside. Constructed before the server listens, destroyed after it has
// stopped.
class App {
 public:
  virtual ~App() = default;
  virtual std::vector<grpc::Service*> services() = 0;
  // What has to hold once before anything is served: the schema is at least the minimum. Asked
  // before the server listens, then each second until it is OK, and never again.
  // FAILED_PRECONDITION: waiting does not help, so the process says why and ends with exit code 1.
  // Anything else (the database is away): not ready yet.
  virtual absl::Status Prepare() { return absl::OkStatus(); }
  // Asked every second after that, from one thread: OK = SERVING. Database reachable. Liveness
  // never asks it.
  virtual absl::Status CheckReady() = 0;
  virtual void StartWorkers() = 0;
  // Ends relays, dispatchers and streams; returns when they have stopped. Called before
  // Shutdown(deadline).
  virtual void StopWorkers() = 0;
  // After Shutdown: no call is left, and what the last ones left in memory is written.
  virtual void FinishCalls() {}
};

// Stop order on SIGTERM or SIGINT (platform-facts 14): health NOT_SERVING, lame duck, new calls
// refused with UNAVAILABLE, StopWorkers, connections closed once the calls under way have ended,
// Shutdown(grace), Wait, FinishCalls, ~App (closes the pool). Exit code 0 then; 2 for a wrong
// configuration (file, line and field are printed; also when `make_app` answers INVALID_ARGUMENT or
// NOT_FOUND), 1 for anything else that keeps it from starting.
//
// `Config` is one of the messages of mamori/config/v1/config.proto with a field `server`. Flags:
// --config FILE, --check (parse everything, start nothing). `check` is for the latter: it looks at
// what else the configuration names, such as the policy file, and touches no other system.
// `make_app` refuses all that `check` refuses.
template <typename Config>
int ServiceMain(
    int argc, char** argv, const std::string& service, const std::vector<std::string>& methods,
    std::function<absl::StatusOr<std::unique_ptr<App>>(const Config&, Runtime&)> make_app,
    std::function<absl::Status(const Config&)> check = nullptr);

}  // namespace mamori::server

#include "common/server/service_main_inl.h"

#endif  // MAMORI_COMMON_SERVER_SERVICE_MAIN_H_
