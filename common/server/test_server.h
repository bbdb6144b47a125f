// A real server of the intake contract on loopback, with a certificate for every kind of caller.
#ifndef MAMORI_COMMON_SERVER_TEST_SERVER_H_
#define MAMORI_COMMON_SERVER_TEST_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/authn/people.h"
#include "common/authn/test_tokens.h"
#include "common/id/id.h"
#include "common/server/rpc.h"
#include "common/server/server.h"
#include "common/telemetry/telemetry.h"
#include "common/testing/certificates.h"
#include "common/time/clock.h"
#include "mamori/intake/v1/evidence_service.grpc.pb.h"
#include "mamori/intake/v1/intake_service.grpc.pb.h"
#include "mamori/triage/v1/triage_service.grpc.pb.h"

namespace mamori::server {

inline constexpr char kEcho[] = "/mamori.intake.v1.IntakeService/Echo";
inline constexpr char kGetReport[] = "/mamori.intake.v1.IntakeService/GetReport";
inline constexpr char kBatchGetReports[] = "/mamori.intake.v1.IntakeService/BatchGetReports";
inline constexpr char kWatchCases[] = "/mamori.triage.v1.TriageService/WatchCases";
inline constexpr char kUploadEvidence[] = "/mamori.intake.v1.EvidenceService/UploadEvidence";
inline constexpr char kListReports[] = "/mamori.intake.v1.IntakeService/ListReports";
inline constexpr char kListContacts[] = "/mamori.intake.v1.IntakeService/ListContacts";

// An application of tenant "acme", with or without people, another of "acme" and "other" that
// always needs one, and one that never brings one.
inline constexpr char kPortal[] = "spiffe://mamori.internal/app/portal";
inline constexpr char kDesk[] = "spiffe://mamori.internal/app/desk";
inline constexpr char kKiosk[] = "spiffe://mamori.internal/app/kiosk";
inline constexpr char kTriage[] = "spiffe://mamori.internal/service/triage";  // assess, on behalf
inline constexpr char kNotification[] = "spiffe://mamori.internal/service/notification";  // relay
inline constexpr char kLoad[] = "spiffe://mamori.internal/app/load";  // has no row

// Keeps what it is told.
class RecordingTelemetry final : public telemetry::Telemetry {
 public:
  struct Line {
    telemetry::Level level;
    std::string event;
    telemetry::Labels fields;
  };
  void Log(telemetry::Level level, std::string_view event,
           const telemetry::Labels& fields) override;
  void RecordCall(std::string_view method, std::string_view code, absl::Duration took,
                  std::string_view caller, std::string_view request_id) override;
  void Count(std::string_view, const telemetry::Labels&, double) override {}
  void Gauge(std::string_view, double, const telemetry::Labels&) override {}
  void Observe(std::string_view, absl::Duration, const telemetry::Labels&) override {}

  std::vector<Line> Lines(std::string_view event);
  std::vector<std::string> Calls();  // "METHOD CODE CALLER REQUEST_ID"

 private:
  std::mutex mu_;
  std::vector<Line> lines_;
  std::vector<std::string> calls_;
};

// What a method does in a test; without one it answers by itself. Set and called from different
// threads: gRPC orders them, but a thread sanitizer cannot see into gRPC, so a lock does it again.
template <typename Response>
class TestHandler {
 public:
  using Function = std::function<absl::StatusOr<Response>(const CallContext&)>;
  TestHandler& operator=(Function function) {
    std::lock_guard lock(mu_);
    function_ = std::move(function);
    return *this;
  }
  absl::StatusOr<Response> Call(const CallContext& call, Response otherwise) {
    Function function;
    {
      std::lock_guard lock(mu_);
      function = function_;
    }
    if (function == nullptr) return otherwise;
    absl::StatusOr<Response> result = function(call);
    Sync();
    return result;
  }
  // Before and after a call: the handler sees what the test wrote, and the reverse.
  void Sync() { std::lock_guard lock(mu_); }

 private:
  std::mutex mu_;
  Function function_;
};

struct TestHandlers {
  TestHandler<intake::v1::EchoResponse> echo;              // callback, kTenant
  TestHandler<v1::Report> get;                             // sync, kTenant
  TestHandler<intake::v1::BatchGetReportsResponse> batch;  // kTenantOrService
  TestHandler<intake::v1::ListReportsResponse> list;       // kTenantAndPerson
  TestHandler<intake::v1::ListContactsResponse> contacts;  // kNothing

  void Reset() {
    echo = nullptr;
    get = nullptr;
    batch = nullptr;
    list = nullptr;
    contacts = nullptr;
  }
};

class TestIntake final : public intake::v1::IntakeService::WithCallbackMethod_Echo<
                             intake::v1::IntakeService::Service> {
 public:
  TestIntake(Rpc& rpc, TestHandlers& handlers) : rpc_(rpc), handlers_(handlers) {}

  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context,
                                 const intake::v1::EchoRequest* request,
                                 intake::v1::EchoResponse* response) override;
  grpc::Status GetReport(grpc::ServerContext* context, const intake::v1::GetReportRequest* request,
                         v1::Report* response) override;
  grpc::Status BatchGetReports(grpc::ServerContext* context,
                               const intake::v1::BatchGetReportsRequest* request,
                               intake::v1::BatchGetReportsResponse* response) override;
  grpc::Status ListReports(grpc::ServerContext* context,
                           const intake::v1::ListReportsRequest* request,
                           intake::v1::ListReportsResponse* response) override;
  grpc::Status ListContacts(grpc::ServerContext* context,
                            const intake::v1::ListContactsRequest* request,
                            intake::v1::ListContactsResponse* response) override;

 private:
  Rpc& rpc_;
  TestHandlers& handlers_;
};

// A stream that lasts until someone ends it.
class TestTriage final : public triage::v1::TriageService::Service {
 public:
  explicit TestTriage(Rpc& rpc) : rpc_(rpc) {}
  grpc::Status WatchCases(grpc::ServerContext* context,
                          const triage::v1::WatchCasesRequest* request,
                          grpc::ServerWriter<triage::v1::WatchCasesResponse>* writer) override;

  std::atomic<bool> member{true};   // what the stream's check asks
  std::atomic<bool> hidden{false};  // then the stream is none
  std::atomic<int> size{0};         // of messages that it writes without an end; 0 writes one
  std::atomic<int> ended{0};

 private:
  Rpc& rpc_;
};

// A stream of the client, about what is hidden.
class TestEvidence final : public intake::v1::EvidenceService::Service {
 public:
  explicit TestEvidence(Rpc& rpc) : rpc_(rpc) {}
  grpc::Status UploadEvidence(grpc::ServerContext* context,
                              grpc::ServerReader<intake::v1::UploadEvidenceRequest>* reader,
                              intake::v1::Upload* response) override;

  std::atomic<int> most_at_once{0};

 private:
  Rpc& rpc_;
  std::atomic<int> at_once_{0};
};

// Of its answers NOT_FOUND.
inline constexpr absl::Duration kTestQuantum = absl::Milliseconds(40);

class TestServer {
 public:
  // `adjust` may change the configuration before the start.
  explicit TestServer(std::function<void(config::v1::Server&)> adjust = nullptr);
  // The server goes before the service it calls. The handlers' locks tell a thread sanitizer, too,
  // that every call has ended.
  ~TestServer() {
    server.reset();
    handlers.Reset();
  }

  std::shared_ptr<grpc::Channel> Channel(const config::v1::Tls& tls);
  // A channel with a new certificate for these URI names.
  std::shared_ptr<grpc::Channel> ChannelOf(const std::vector<std::string>& uris);
  std::unique_ptr<intake::v1::IntakeService::Stub> StubOf(const std::vector<std::string>& uris);
  std::shared_ptr<grpc::Channel> ProbeChannel();

  TestTriage& triage() { return triage_; }
  TestEvidence& evidence() { return evidence_; }
  // "METHOD CODE CALLER PERSON" of the calls that were refused since the last look.
  std::vector<std::string> TakeRefusals() {
    std::lock_guard lock(refusals_mu_);
    return std::exchange(refusals_, {});
  }
  // A token of authn::MakeToken, with changes to its claims. The issuer signs ES256.
  std::string Token(std::string_view claim_changes = "{}");

  testing::CertificateAuthority authority;
  config::v1::Tls tls;  // the server's
  RecordingTelemetry telemetry;
  TestHandlers handlers;
  std::atomic<bool> ready{true};
  std::unique_ptr<Server> server;

 private:
  static config::v1::Server Configured(const config::v1::Tls& tls,
                                       const std::function<void(config::v1::Server&)>& adjust);

  const config::v1::Server config_;
  time::SystemClock clock_;
  time::SystemSleeper sleeper_;
  id::SeededIdSource ids_{1};
  authn::TestKey key_ = authn::TestKey::Ec("key");
  authn::People people_;
  Authorizer authorizer_;
  Rpc rpc_;
  TestIntake intake_;
  TestTriage triage_;
  TestEvidence evidence_;
  int issued_ = 0;
  std::mutex refusals_mu_;
  std::vector<std::string> refusals_;
};

// A unary call of any method with its message as bytes, made and finished on this thread.
absl::StatusOr<std::string> CallBytes(const std::shared_ptr<grpc::Channel>& channel,
                                      const std::string& method, const std::string& bytes);
// grpc.health.v1.Health/Check for `service`: its ServingStatus (1 SERVING, 2 NOT_SERVING), or the
// call's error.
absl::StatusOr<int> CheckHealth(const std::shared_ptr<grpc::Channel>& channel,
                                const std::string& service);
// Asks until the answer is `want`, for 10 s at most.
bool AwaitHealth(const std::shared_ptr<grpc::Channel>& channel, const std::string& service,
                 int want);

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_TEST_SERVER_H_
