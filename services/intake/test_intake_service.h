// The service over real TLS, on the store in memory, with an issuer of tokens: for the tests beside
// it.
#ifndef MAMORI_SERVICES_INTAKE_TEST_INTAKE_SERVICE_H_
#define MAMORI_SERVICES_INTAKE_TEST_INTAKE_SERVICE_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/authn/people.h"
#include "common/authn/test_tokens.h"
#include "common/client/channel.h"
#include "common/client/fake_access_checker.h"
#include "common/idempotency/test_page_tokens.h"
#include "common/server/server.h"
#include "common/testing/certificates.h"
#include "common/testing/matchers.h"
#include "services/intake/fake_intake_store.h"
#include "services/intake/intake_service.h"
#include "services/intake/methods.h"
#include "services/intake/test_content.h"
#include "services/intake/test_requests.h"

namespace mamori::intake {

inline constexpr char kPortal[] = "spiffe://mamori.internal/app/portal";        // of tenant "acme"
inline constexpr char kElsewhere[] = "spiffe://mamori.internal/app/elsewhere";  // of tenant "other"

inline server::Authorizer AllowBoth() {
  config::v1::Authorization table;
  for (const auto& [id, tenant] : {std::pair(kPortal, "acme"), std::pair(kElsewhere, "other")}) {
    config::v1::Application& application = *table.add_applications();
    application.set_id(id);
    application.add_tenants(tenant);
  }
  for (const std::string& method : Methods()) {
    config::v1::MethodRow& row = *table.add_methods();
    row.set_method(method);
    for (const char* id : {kPortal, kElsewhere}) {
      config::v1::AllowedCaller& caller = *row.add_callers();
      caller.set_id(id);
      caller.set_person(config::v1::PERSON_RULE_ALLOWED);
    }
  }
  return server::Authorizer::Create(table, Methods()).value();
}

class IntakeServiceTest : public ::testing::Test {
 protected:
  IntakeServiceTest() {
    server::Server::Options options;
    options.config.set_listen("127.0.0.1:0");
    *options.config.mutable_tls() =
        authority_.Issue("server", {"spiffe://mamori.internal/service/intake"});
    options.methods = Methods();
    options.services = {&service_};
    options.check_ready = [] { return absl::OkStatus(); };
    server_ = server::Server::Start(std::move(options), telemetry_).value();
    config::v1::Peer peer;
    peer.set_target(absl::StrCat("localhost:", server_->port()));
    channel_ = client::CreateChannel(peer, authority_.Issue("portal", {kPortal}));
    stub_ = v1::IntakeService::NewStub(channel_);
    other_ = v1::IntakeService::NewStub(
        client::CreateChannel(peer, authority_.Issue("elsewhere", {kElsewhere})));
    people_.Start();
    writer_.Start();
  }
  ~IntakeServiceTest() override { writer_.Stop(); }

  // Of "taro", who works on the desk and reads first; with `tenant` empty of nobody.
  std::unique_ptr<grpc::ClientContext> Context(
      const std::string& tenant = "acme", const std::string& roles = R"("desk", "first_reader")") {
    auto context = client::MakeContext(clock_.Now() + absl::Seconds(20));
    if (tenant.empty()) return context;
    const std::string claims =
        absl::StrCat(R"({"roles": [)", roles, R"(], "tenant": ")", tenant, R"("})");
    client::SetToken(authn::MakeToken(key_, clock_.Now(), R"({"alg":"ES256"})", claims), *context);
    return context;
  }
  v1::IntakeService::Stub& StubOf(const std::string& tenant) {
    return tenant == "other" ? *other_ : *stub_;
  }
  absl::StatusOr<std::string> Submit(const v1::SubmitReportRequest& request,
                                     const std::string& tenant = "acme") {
    v1::SubmitReportResponse response;
    const grpc::Status status = StubOf(tenant).SubmitReport(Context("").get(), request, &response);
    if (!status.ok()) return status::FromGrpcStatus(status);
    return response.name();
  }
  absl::StatusOr<mamori::v1::Report> GetReport(const std::string& name,
                                               const std::string& tenant = "acme") {
    v1::GetReportRequest request;
    request.set_name(name);
    mamori::v1::Report report;
    const grpc::Status status = StubOf(tenant).GetReport(Context(tenant).get(), request, &report);
    if (!status.ok()) return status::FromGrpcStatus(status);
    return report;
  }

  FakeIntakeStore store_;
  time::SystemClock clock_;
  id::RandomIdSource ids_;
  telemetry::NullTelemetry telemetry_;
  server::Authorizer authorizer_ = AllowBoth();
  const authn::TestKey key_ = authn::TestKey::Ec("k");
  authn::People people_{authn::TestPeople("unused"), clock_, ids_, telemetry_, {[this] {
                          return authn::JwkSet({key_.Jwk()});
                        }}};
  server::Rpc rpc_{authorizer_, clock_, ids_, telemetry_, {.people = &people_}};
  // What triage says of a report.
  client::FakeAccessChecker checker_{[](const auto&) { return client::Access::kNoCase; }};
  const ReportAccess access_{checker_, store_, TestSeal().sealer()};
  const idempotency::PageTokens tokens_ = idempotency::TestPageTokens(clock_);
  GroupCommit writer_{{store_, TestSeal(), clock_, telemetry_, [] {}}, {}};
  BacklogGate gate_{{}};
  Submitter submitter_{writer_, TestSeal(), gate_, clock_, ids_};
  Reports reports_{store_, access_, TestSeal().sealer(), tokens_, clock_, ids_, nullptr};
  Contacts contacts_{store_, access_, TestSeal().sealer(), tokens_, clock_, ids_, [] {}};
  IntakeService service_{rpc_, submitter_, reports_, contacts_};
  testing::CertificateAuthority authority_;
  std::unique_ptr<server::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::IntakeService::Stub> stub_;
  std::unique_ptr<v1::IntakeService::Stub> other_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_TEST_INTAKE_SERVICE_H_
