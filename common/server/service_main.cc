#include "common/server/service_main.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/authn/people.h"
#include "common/config/textproto.h"
#include "common/crypto/process.h"
#include "common/crypto/wiped_heap.h"
#include "common/server/allocator.h"
#include "common/server/connections.h"
#include "common/server/server.h"
#include "common/server/server_config.h"
#include "common/status/macros.h"

namespace mamori::server::internal {
namespace {

constexpr int kExitDone = 0;
constexpr int kExitFailed = 1;
constexpr int kExitConfig = 2;

constexpr absl::Duration kIdlePoll = absl::Milliseconds(5);
// For the answers of the last calls to reach their sockets.
constexpr absl::Duration kFlush = absl::Milliseconds(50);

struct Flags {
  std::string config;
  bool check = false;
  bool help = false;
};

absl::StatusOr<Flags> ParseFlags(int argc, char** argv) {
  Flags flags;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--check") {
      flags.check = true;
    } else if (arg == "--help") {
      flags.help = true;
    } else if (arg == "--config" && i + 1 < argc) {
      flags.config = argv[++i];
    } else if (arg.starts_with("--config=")) {
      flags.config = arg.substr(sizeof("--config=") - 1);
    } else {
      return absl::InvalidArgumentError(absl::StrCat("unknown argument ", argv[i]));
    }
  }
  if (flags.config.empty() && !flags.help) return absl::InvalidArgumentError("--config is missing");
  return flags;
}

void PrintUsage(const std::string& service) {
  std::printf(
      "usage: %s --config FILE [--check]\n"
      "  --config FILE  configuration, a textproto (proto/mamori/config/v1/config.proto)\n"
      "  --check        say whether the configuration is right and start nothing\n",
      service.c_str());
}

// Before the telemetry is there, people read standard error.
void Print(const std::string& service, const absl::Status& status) {
  std::fprintf(stderr, "%s: %s\n", service.c_str(), std::string(status.message()).c_str());
}

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// Threads inherit the mask, so this comes before the first of them: the signals then wait for
// WaitForStop.
void BlockStopSignals() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone is an error code where it is written to
}

// The main thread has nothing else to do: it is the one that waits for signals.
int WaitForStop() {
  const sigset_t signals = StopSignals();
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  return signal;
}

absl::Status ReadConfig(const ServiceSpec& spec, const std::string& file) {
  config::Locations locations(file);
  RETURN_IF_ERROR(config::ReadTextProto(file, &spec.config, &locations));
  return CheckServerConfig(spec.config, spec.server(), locations);
}

absl::Status PrepareApp(App& app) {
  try {
    return app.Prepare();
  } catch (const std::exception&) {
    return absl::InternalError("exception while the service was prepared");
  }
}

absl::StatusOr<std::unique_ptr<App>> MakeApp(const ServiceSpec& spec, Runtime& runtime) {
  try {
    return spec.make_app(runtime);
  } catch (const std::exception&) {
    return absl::InternalError("exception while the service was made");
  }
}

// Who may call, and who is believed to be whom.
struct Access {
  Authorizer authorizer;
  config::v1::People people;
};

absl::StatusOr<Access> ReadAccess(const ServiceSpec& spec) {
  ASSIGN_OR_RETURN(Authorizer authorizer,
                   ReadAuthorizer(spec.server().authorization_file(), spec.methods));
  ASSIGN_OR_RETURN(config::v1::People people, ReadPeople(spec.server().people_file()));
  return Access{std::move(authorizer), std::move(people)};
}

// Everything that runs while the service does, in the order in which it comes up.
class Process {
 public:
  Process(const ServiceSpec& spec, const Access& access, crypto::KeyArena keys,
          telemetry::Telemetry& telemetry)
      : spec_(spec),
        config_(spec.server()),
        telemetry_(telemetry),
        keys_(std::move(keys)),
        people_(access.people, clock_, ids_, telemetry),
        rpc_(access.authorizer, clock_, ids_, telemetry, OptionsWith(people_)),
        runtime_{clock_, sleeper_, ids_, telemetry, rpc_, keys_} {}

  absl::Status Start() {
    ASSIGN_OR_RETURN(app_, MakeApp(spec_, runtime_));
    const absl::Status prepared = PrepareApp(*app_);
    if (absl::IsFailedPrecondition(prepared)) return prepared;
    prepared_ = prepared.ok();
    people_.Start();
    ASSIGN_OR_RETURN(server_, Server::Start({.config = config_,
                                             .methods = spec_.methods,
                                             .services = app_->services(),
                                             .check_ready = [this] { return CheckReady(); }},
                                            telemetry_));
    app_->StartWorkers();
    // Starting takes more than running does: every pattern of the policy is compiled and tried.
    GiveMemoryBack();
    telemetry_.Log(telemetry::Level::kInfo, "serving",
                   {{"port", absl::StrCat(server_->port())},
                    {"probe_port", absl::StrCat(server_->probe_port())}});
    if (config_.port_file().empty()) return absl::OkStatus();
    const absl::Status written = WritePortFile(config_.port_file(), server_->port());
    if (!written.ok()) Stop(absl::ZeroDuration());
    return written;
  }

  // After Stop: why the process ends by itself; OK when it was told to.
  const absl::Status& refused() const { return refused_; }

  void Stop(absl::Duration lame_duck) {
    server_->CloseHealth();
    sleeper_.Sleep(lame_duck);
    const absl::Time deadline = clock_.Now() + Grace(config_);
    rpc_.StartDraining();
    app_->StopWorkers();
    if (AwaitIdle(deadline)) {
      sleeper_.Sleep(kFlush);
      CloseConnections(server_->port());
    }
    server_->Shutdown(deadline);
    server_.reset();
    app_->FinishCalls();
    app_.reset();
    people_.Stop();
  }

 private:
  Rpc::Options OptionsWith(authn::People& people) {
    Rpc::Options options = RpcOptions(config_);
    options.people = &people;
    options.sleeper = &sleeper_;
    return options;
  }
  // By the thread of readiness alone, which ends in Stop.
  absl::Status CheckReady() {
    if (prepared_) return app_->CheckReady();
    const absl::Status prepared = PrepareApp(*app_);
    prepared_ = prepared.ok();
    if (prepared_) return app_->CheckReady();
    if (absl::IsFailedPrecondition(prepared) && refused_.ok()) {
      refused_ = prepared;
      kill(getpid(), SIGTERM);  // for WaitForStop
    }
    return prepared;
  }

  // Whether the calls that had begun ended in time.
  bool AwaitIdle(absl::Time deadline) {
    while (rpc_.in_flight() > 0 && clock_.Now() < deadline) sleeper_.Sleep(kIdlePoll);
    return rpc_.in_flight() == 0;
  }

  const ServiceSpec& spec_;
  const config::v1::Server& config_;
  telemetry::Telemetry& telemetry_;
  crypto::KeyArena keys_;
  time::SystemClock clock_;
  time::SystemSleeper sleeper_;
  id::RandomIdSource ids_;
  authn::People people_;
  Rpc rpc_;
  Runtime runtime_;
  std::unique_ptr<App> app_;
  bool prepared_ = false;
  absl::Status refused_;
  std::unique_ptr<Server> server_;  // last: the services it serves are the app's
};

int NotStarted(const ServiceSpec& spec, telemetry::Telemetry& telemetry,
               const absl::Status& status) {
  Print(spec.service, status);
  telemetry.Log(telemetry::Level::kError, "not_started",
                {{"code", absl::StatusCodeToString(status.code())},
                 {"message", std::string(status.message())}});
  return absl::IsInvalidArgument(status) || absl::IsNotFound(status) ? kExitConfig : kExitFailed;
}

int Serve(const ServiceSpec& spec, const Access& access, telemetry::Telemetry& telemetry) {
  absl::StatusOr<crypto::KeyArena> keys = crypto::KeyArena::Create();
  if (!keys.ok()) return NotStarted(spec, telemetry, keys.status());
  Process process(spec, access, *std::move(keys), telemetry);
  if (const absl::Status status = process.Start(); !status.ok()) {
    return NotStarted(spec, telemetry, status);
  }
  const int signal = WaitForStop();
  telemetry.Log(telemetry::Level::kInfo, "stopping", {{"signal", absl::StrCat(signal)}});
  process.Stop(LameDuck(spec.server()));
  if (!process.refused().ok()) return NotStarted(spec, telemetry, process.refused());
  telemetry.Log(telemetry::Level::kInfo, "stopped");
  return kExitDone;
}

}  // namespace

int RunService(int argc, char** argv, const ServiceSpec& spec) {
  BlockStopSignals();
  crypto::WipeWhatIsFreed();
  // Debian's Abseil looks for lock cycles at every lock of gRPC's: a tenth of a small call's time.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const auto flags = ParseFlags(argc, argv);
  if (!flags.ok() || flags->help) {
    if (!flags.ok()) Print(spec.service, flags.status());
    PrintUsage(spec.service);
    return flags.ok() ? kExitDone : kExitConfig;
  }
  absl::Status status = ReadConfig(spec, flags->config);
  if (status.ok() && !spec.server().allow_core_files()) status = crypto::ForbidCoreFiles();
  // `make_app` checks as well: what takes long, such as a policy, is not read twice on a start.
  if (status.ok() && flags->check) status = spec.check();
  absl::StatusOr<Access> access = absl::UnknownError("not read");
  if (status.ok()) {
    access = ReadAccess(spec);
    status = access.status();
  }
  if (!status.ok()) {
    Print(spec.service, status);
    return kExitConfig;
  }
  if (flags->check) {
    std::printf("%s: the configuration is right\n", flags->config.c_str());
    return kExitDone;
  }
  const auto telemetry =
      telemetry::CreateTelemetry({.service = spec.service,
                                  .metrics_listen = spec.server().metrics_listen(),
                                  .level = *ParseLevel(spec.server().log_level())},
                                 status);
  if (telemetry == nullptr) {
    Print(spec.service, status);
    return kExitFailed;
  }
  return Serve(spec, *access, *telemetry);
}

}  // namespace mamori::server::internal
