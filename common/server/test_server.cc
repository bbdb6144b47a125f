#include "common/server/test_server.h"

#include <google/protobuf/text_format.h>
#include <grpcpp/generic/generic_stub.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/client/channel.h"
#include "common/server/server_config.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::server {
namespace {

constexpr char kTable[] = R"(
  methods { method: "/mamori.intake.v1.IntakeService/Echo"
            callers { id: "spiffe://mamori.internal/app/portal" person: PERSON_RULE_ALLOWED }
            callers { id: "spiffe://mamori.internal/app/kiosk" person: PERSON_RULE_REFUSED } }
  methods { method: "/mamori.intake.v1.IntakeService/GetReport"
            callers { id: "spiffe://mamori.internal/app/portal" person: PERSON_RULE_ALLOWED }
            callers { id: "spiffe://mamori.internal/app/desk" person: PERSON_RULE_REQUIRED }
            callers { id: "spiffe://mamori.internal/service/triage" purpose: "assess" } }
  methods { method: "/mamori.intake.v1.IntakeService/BatchGetReports"
            callers { id: "spiffe://mamori.internal/app/portal" person: PERSON_RULE_REQUIRED }
            callers { id: "spiffe://mamori.internal/service/notification" on_behalf: true }
            callers { id: "spiffe://mamori.internal/service/triage" purpose: "assess" on_behalf: true } }
  methods { method: "/mamori.intake.v1.IntakeService/ListReports"
            callers { id: "spiffe://mamori.internal/app/portal" person: PERSON_RULE_ALLOWED }
            callers { id: "spiffe://mamori.internal/app/desk" person: PERSON_RULE_ALLOWED } }
  methods { method: "/mamori.intake.v1.IntakeService/ListContacts"
            callers { id: "spiffe://mamori.internal/app/portal" person: PERSON_RULE_ALLOWED }
            callers { id: "spiffe://mamori.internal/service/notification" purpose: "relay" on_behalf: true } }
  methods { method: "/mamori.triage.v1.TriageService/WatchCases"
            callers { id: "spiffe://mamori.internal/app/portal" person: PERSON_RULE_ALLOWED } }
  methods { method: "/mamori.intake.v1.EvidenceService/UploadEvidence"
            callers { id: "spiffe://mamori.internal/app/portal" person: PERSON_RULE_ALLOWED } }
  applications { id: "spiffe://mamori.internal/app/portal" tenants: "acme" }
  applications { id: "spiffe://mamori.internal/app/desk" tenants: "acme" tenants: "other" }
  applications { id: "spiffe://mamori.internal/app/kiosk" tenants: "acme" }
)";

const std::vector<std::string>& Methods() {
  static const auto* const kMethods =
      new std::vector<std::string>{kEcho,         kGetReport,  kBatchGetReports, kListReports,
                                   kListContacts, kWatchCases, kUploadEvidence};
  return *kMethods;
}

Authorizer MakeAuthorizer() {
  config::v1::Authorization table;
  google::protobuf::TextFormat::ParseFromString(kTable, &table);
  return Authorizer::Create(table, Methods()).value();
}

}  // namespace

void RecordingTelemetry::Log(telemetry::Level level, std::string_view event,
                             const telemetry::Labels& fields) {
  std::lock_guard lock(mu_);
  lines_.push_back({level, std::string(event), fields});
}

void RecordingTelemetry::RecordCall(std::string_view method, std::string_view code, absl::Duration,
                                    std::string_view caller, std::string_view request_id) {
  std::lock_guard lock(mu_);
  std::string call(method);
  for (const std::string_view part : {code, caller, request_id}) call.append(" ").append(part);
  calls_.push_back(std::move(call));
}

std::vector<RecordingTelemetry::Line> RecordingTelemetry::Lines(std::string_view event) {
  std::lock_guard lock(mu_);
  std::vector<Line> lines;
  for (const Line& line : lines_) {
    if (line.event == event) lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> RecordingTelemetry::Calls() {
  std::lock_guard lock(mu_);
  return calls_;
}

grpc::ServerUnaryReactor* TestIntake::Echo(grpc::CallbackServerContext* context,
                                           const intake::v1::EchoRequest* request,
                                           intake::v1::EchoResponse* response) {
  return rpc_.UnaryAsync(context, kEcho, Needs::kTenant, response,
                         [&](const CallContext& call, auto done) {
                           intake::v1::EchoResponse echo;
                           echo.set_payload(request->payload());
                           done(handlers_.echo.Call(call, std::move(echo)));
                         });
}

grpc::Status TestIntake::GetReport(grpc::ServerContext* context,
                                   const intake::v1::GetReportRequest* request,
                                   v1::Report* response) {
  return rpc_.Unary(context, kGetReport, Needs::kTenant, response, [&](const CallContext& call) {
    v1::Report report;
    report.set_name(request->name());
    return handlers_.get.Call(call, std::move(report));
  });
}

grpc::Status TestIntake::BatchGetReports(grpc::ServerContext* context,
                                         const intake::v1::BatchGetReportsRequest* request,
                                         intake::v1::BatchGetReportsResponse* response) {
  return rpc_.Unary(
      context, kBatchGetReports, Needs::kTenantOrService, response,
      [&](const CallContext& call) -> absl::StatusOr<intake::v1::BatchGetReportsResponse> {
        RETURN_IF_ERROR(TenantOf(call, request->tenant()).status());
        RETURN_IF_ERROR(RequireResource(call, {request->names().begin(), request->names().end()}));
        return handlers_.batch.Call(call, {});
      });
}

grpc::Status TestIntake::ListReports(grpc::ServerContext* context,
                                     const intake::v1::ListReportsRequest*,
                                     intake::v1::ListReportsResponse* response) {
  return rpc_.Unary(context, kListReports, Needs::kTenantAndPerson, response,
                    [&](const CallContext& call) { return handlers_.list.Call(call, {}); });
}

grpc::Status TestIntake::ListContacts(grpc::ServerContext* context,
                                      const intake::v1::ListContactsRequest*,
                                      intake::v1::ListContactsResponse* response) {
  return rpc_.Unary(context, kListContacts, Needs::kNothing, response,
                    [&](const CallContext& call) { return handlers_.contacts.Call(call, {}); });
}

grpc::Status TestTriage::WatchCases(grpc::ServerContext* context,
                                    const triage::v1::WatchCasesRequest*,
                                    grpc::ServerWriter<triage::v1::WatchCasesResponse>* writer) {
  return rpc_.ServerStream(
      context, kWatchCases, Needs::kTenant, writer,
      [&](const CallContext&, const auto& cancelled, const auto& write) -> absl::Status {
        if (hidden) return absl::NotFoundError("x");
        triage::v1::WatchCasesResponse message;
        message.set_resume_token(std::string(size, 'x'));
        while (write(message) && size > 0) {
        }
        while (!cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        ++ended;
        return absl::CancelledError("the client is gone");
      },
      [&](const CallContext&) {
        return member ? absl::OkStatus() : absl::PermissionDeniedError("no longer a member");
      });
}

grpc::Status TestEvidence::UploadEvidence(
    grpc::ServerContext* context, grpc::ServerReader<intake::v1::UploadEvidenceRequest>* reader,
    intake::v1::Upload* response) {
  return rpc_.ClientStream(
      context, kUploadEvidence, Needs::kTenant, reader, response,
      [&](const CallContext&, const auto& read) -> absl::StatusOr<intake::v1::Upload> {
        const int now = ++at_once_;
        int most = most_at_once;
        while (most < now && !most_at_once.compare_exchange_weak(most, now)) {
        }
        intake::v1::UploadEvidenceRequest request;
        while (read(&request)) {
        }
        --at_once_;
        return absl::NotFoundError("x");
      });
}

config::v1::Server TestServer::Configured(const config::v1::Tls& tls,
                                          const std::function<void(config::v1::Server&)>& adjust) {
  config::v1::Server config;
  config.set_listen("127.0.0.1:0");
  config.set_probe_listen("127.0.0.1:0");
  *config.mutable_tls() = tls;
  if (adjust != nullptr) adjust(config);
  return config;
}

TestServer::TestServer(std::function<void(config::v1::Server&)> adjust)
    : tls(authority.Issue("server", {"spiffe://mamori.internal/service/intake"})),
      config_(Configured(tls, adjust)),
      people_(authn::TestPeople("unused"), clock_, ids_, telemetry,
              {[this] { return authn::JwkSet({key_.Jwk()}); }}),
      authorizer_(MakeAuthorizer()),
      rpc_(authorizer_, clock_, ids_, telemetry,
           {.people = &people_,
            .client_ca_file = tls.ca_file(),
            .hidden_quantum = kTestQuantum,
            .sleeper = &sleeper_,
            .max_blocking = MaxThreads(config_)}),
      intake_(rpc_, handlers),
      triage_(rpc_),
      evidence_(rpc_) {
  people_.Start();
  rpc_.ObserveRefusals([this](const CallContext& call, std::string_view code) {
    std::lock_guard lock(refusals_mu_);
    refusals_.push_back(
        absl::StrCat(ActionOf(call), " ", std::string(code), " ", call.caller, " ", call.person));
  });
  Server::Options options;
  options.config = config_;
  options.methods = Methods();
  options.services = {&intake_, &triage_, &evidence_};
  options.check_ready = [this] {
    return ready ? absl::OkStatus() : absl::UnavailableError("the database is away");
  };
  options.ready_interval = absl::Milliseconds(20);
  auto started = Server::Start(std::move(options), telemetry);
  if (!started.ok()) {
    std::fprintf(stderr, "test server: %s\n", started.status().ToString().c_str());
    std::abort();
  }
  server = *std::move(started);
}

std::string TestServer::Token(std::string_view claim_changes) {
  return authn::MakeToken(key_, clock_.Now(), R"({"alg":"ES256"})", claim_changes);
}

std::shared_ptr<grpc::Channel> TestServer::Channel(const config::v1::Tls& client_tls) {
  config::v1::Peer peer;
  peer.set_target(absl::StrCat("127.0.0.1:", server->port()));
  peer.set_server_name("localhost");
  return client::CreateChannel(peer, client_tls);
}

std::shared_ptr<grpc::Channel> TestServer::ChannelOf(const std::vector<std::string>& uris) {
  return Channel(authority.Issue(absl::StrCat("client", ++issued_), uris));
}

std::unique_ptr<intake::v1::IntakeService::Stub> TestServer::StubOf(
    const std::vector<std::string>& uris) {
  return intake::v1::IntakeService::NewStub(ChannelOf(uris));
}

std::shared_ptr<grpc::Channel> TestServer::ProbeChannel() {
  return grpc::CreateChannel(absl::StrCat("127.0.0.1:", server->probe_port()),
                             grpc::InsecureChannelCredentials());
}

absl::StatusOr<std::string> CallBytes(const std::shared_ptr<grpc::Channel>& channel,
                                      const std::string& method, const std::string& bytes) {
  grpc::Slice slice(bytes);
  grpc::ByteBuffer request(&slice, 1), response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(&context, method, request, &queue);
  grpc::Status status;
  call->StartCall();
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (!status.ok()) return status::FromGrpcStatus(status);
  grpc::Slice answer;
  if (!response.DumpToSingleSlice(&answer).ok()) return absl::InternalError("no answer");
  return std::string(reinterpret_cast<const char*>(answer.begin()), answer.size());
}

absl::StatusOr<int> CheckHealth(const std::shared_ptr<grpc::Channel>& channel,
                                const std::string& service) {
  // Two fields of one byte each: written and read by hand, as the health proto is no part of ours.
  std::string bytes;
  if (!service.empty()) {
    bytes = absl::StrCat("\x0a", std::string(1, static_cast<char>(service.size())), service);
  }
  const auto answer = CallBytes(channel, "/grpc.health.v1.Health/Check", bytes);
  if (!answer.ok()) return answer.status();
  return answer->size() == 2 ? static_cast<int>((*answer)[1]) : 0;
}

bool AwaitHealth(const std::shared_ptr<grpc::Channel>& channel, const std::string& service,
                 int want) {
  for (int i = 0; i < 500; ++i) {
    const auto got = CheckHealth(channel, service);
    if (got.ok() && *got == want) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

}  // namespace mamori::server
