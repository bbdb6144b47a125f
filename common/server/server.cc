#include "common/server/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <cstdio>
#include <fstream>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/config/textproto.h"
#include "common/server/server_config.h"
#include "common/server/unparsable.h"
#include "common/status/macros.h"

namespace mamori::server {
namespace {

constexpr unsigned kTlsRefreshSeconds = 1;
constexpr int kMaxMessageBytes = 8 << 20;
// A token of 8 KiB and a statement with its certificates have room beside the rest.
constexpr int kMaxMetadataBytes = 32 << 10;
// A thread of the quota is always the poller, beside those that run handlers and a few that refuse
// what is too much.
constexpr int kPollerThreads = 1;
constexpr int kRefusingThreads = 8;
constexpr int kIdlePollers = 8;

constexpr char kReflectionPlugin[] = "proto_server_reflection";

// Linking the reflection library puts its plugin into every server of the process; this takes it
// out again.
class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    std::erase_if(*plugins, [](auto& plugin) { return plugin->name() == kReflectionPlugin; });
  }
};

class WithReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    WithoutReflection().UpdatePlugins(plugins);  // never twice
    plugins->push_back(std::make_unique<grpc::reflection::ProtoServerReflectionPlugin>());
  }
};

std::vector<std::string> ServiceNames(const std::vector<std::string>& methods) {
  std::set<std::string> names = {""};
  for (const std::string& method : methods) {
    names.insert(method.substr(1, method.rfind('/') - 1));
  }
  return {names.begin(), names.end()};
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> Credentials(const config::v1::Tls& tls) {
  // The provider would only log what is wrong with the files and then refuse every handshake.
  RETURN_IF_ERROR(config::ReadSecret(tls.key_file()).status());
  RETURN_IF_ERROR(config::ReadFile(tls.cert_file()).status());
  RETURN_IF_ERROR(config::ReadFile(tls.ca_file()).status());
  namespace gx = grpc::experimental;
  gx::TlsServerCredentialsOptions options(std::make_shared<gx::FileWatcherCertificateProvider>(
      tls.key_file(), tls.cert_file(), tls.ca_file(), kTlsRefreshSeconds));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return gx::TlsServerCredentials(options);
}

void AddLimits(const config::v1::Server& config, grpc::ServerBuilder& builder) {
  const int threads = MaxThreads(config);
  grpc::ResourceQuota quota("mamori");
  quota.SetMaxThreads(threads + kRefusingThreads + kPollerThreads);
  builder.SetResourceQuota(quota);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, std::min(threads, kIdlePollers));
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  // No windows that grow with what a connection could carry: of a stream that is read more slowly
  // than it comes, megabytes would wait in memory. What a reader asks for is let in whole.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10000);
}

// A taken port is an error, never shared with whoever took it.
void Listen(const std::string& address, std::shared_ptr<grpc::ServerCredentials> credentials,
            int* port, grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(address, std::move(credentials), port);
}

absl::Status CannotListen(const char* field, const std::string& address) {
  return absl::UnavailableError(
      absl::StrCat(field, ": cannot listen on ", address, ": is the port taken?"));
}

void SetHealth(grpc::Server& server, const std::vector<std::string>& names, bool serving) {
  for (const std::string& name : names) {
    server.GetHealthCheckService()->SetServingStatus(name, serving);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Options options,
                                                      telemetry::Telemetry& telemetry) {
  const config::v1::Server& config = options.config;
  ASSIGN_OR_RETURN(auto credentials, Credentials(config.tls()));
  grpc::EnableDefaultHealthCheckService(true);
  std::unique_ptr<Server> server(new Server());
  const std::vector<std::string> names = ServiceNames(options.methods);

  grpc::ServerBuilder builder;
  Listen(config.listen(), std::move(credentials), &server->port_, builder);
  AddLimits(config, builder);
  if (config.reflection()) {
    builder.SetOption(std::make_unique<WithReflection>());
  } else {
    builder.SetOption(std::make_unique<WithoutReflection>());
  }
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(std::make_unique<UnparsableRequests>(telemetry));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  for (grpc::Service* service : options.services) builder.RegisterService(service);
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr) return CannotListen("listen", config.listen());
  SetHealth(*server->server_, names, false);  // until readiness was asked

  if (!config.probe_listen().empty()) {
    grpc::ServerBuilder probe;
    Listen(config.probe_listen(), grpc::InsecureServerCredentials(), &server->probe_port_, probe);
    probe.SetOption(std::make_unique<WithoutReflection>());
    // Health alone gives a server no queue to poll, and it would not start; this answers
    // UNIMPLEMENTED.
    probe.RegisterCallbackGenericService(&server->probe_fallback_);
    server->probe_server_ = probe.BuildAndStart();
    if (server->probe_server_ == nullptr)
      return CannotListen("probe_listen", config.probe_listen());
    SetHealth(*server->probe_server_, {"", "ready"}, false);
    SetHealth(*server->probe_server_, {"live"}, true);
  }
  server->readiness_ = std::make_unique<Readiness>(
      std::move(options.check_ready),
      [raw = server.get(), names](bool ready) { raw->Publish(names, ready); },
      options.ready_interval, telemetry);
  return server;
}

Server::~Server() { Shutdown(absl::UnixEpoch()); }

void Server::Publish(const std::vector<std::string>& names, bool ready) {
  SetHealth(*server_, names, ready);
  if (probe_server_ != nullptr) SetHealth(*probe_server_, {"", "ready"}, ready);
}

void Server::CloseHealth() { readiness_->Close(); }

void Server::Shutdown(absl::Time deadline) {
  if (std::exchange(shut_down_, true)) return;
  readiness_.reset();
  // The probe server goes last: a process that drains is alive.
  if (server_ != nullptr) {
    server_->Shutdown(absl::ToChronoTime(deadline));
    server_->Wait();
  }
  if (probe_server_ != nullptr) {
    probe_server_->Shutdown(absl::ToChronoTime(absl::UnixEpoch()));
    probe_server_->Wait();
  }
}

absl::Status WritePortFile(const std::string& file, int port) {
  const std::string draft = file + ".tmp";
  std::ofstream out(draft, std::ios::trunc);
  out << port << '\n';
  out.close();
  if (!out || std::rename(draft.c_str(), file.c_str()) != 0) {
    return absl::UnavailableError(absl::StrCat("port_file: cannot write ", file));
  }
  return absl::OkStatus();
}

}  // namespace mamori::server
