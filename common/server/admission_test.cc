// Who gets in, over real TLS: certificate, table and token together.
#include "common/server/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/authn/certificate.h"
#include "common/authn/hash.h"
#include "common/client/on_behalf.h"
#include "common/config/textproto.h"
#include "common/server/test_server.h"
#include "common/testing/matchers.h"

namespace mamori::server {
namespace {

using ::mamori::testing::HasReason;
using ::mamori::testing::IsOk;
using ::mamori::testing::StatusIs;

using Pairs = std::vector<std::pair<std::string, std::string>>;
using IntakeStub = intake::v1::IntakeService::Stub;
enum Method { kGetIt, kBatchIt, kListIt, kContactsIt, kEchoIt };

class AdmissionTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new TestServer(); }
  static void TearDownTestSuite() { delete server_; }

  static grpc::Status Call(IntakeStub& stub, Method method, grpc::ClientContext& context,
                           const std::string& tenant = "", const std::string& name = "") {
    if (method == kGetIt) {
      v1::Report report;
      return stub.GetReport(&context, {}, &report);
    }
    if (method == kBatchIt) {
      intake::v1::BatchGetReportsRequest request;
      request.set_tenant(tenant);
      if (!name.empty()) request.add_names(name);
      intake::v1::BatchGetReportsResponse response;
      return stub.BatchGetReports(&context, request, &response);
    }
    if (method == kListIt) {
      intake::v1::ListReportsResponse response;
      return stub.ListReports(&context, {}, &response);
    }
    if (method == kContactsIt) {
      intake::v1::ListContactsResponse response;
      return stub.ListContacts(&context, {}, &response);
    }
    intake::v1::EchoResponse response;
    return stub.Echo(&context, {}, &response);
  }
  static grpc::Status Call(IntakeStub& stub, Method method, const Pairs& metadata,
                           const std::string& tenant = "") {
    grpc::ClientContext context;
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    return Call(stub, method, context, tenant);
  }
  static Pairs Bearer(const std::string& token) { return {{"authorization", "Bearer " + token}}; }

  static TestServer* server_;
};
TestServer* AdmissionTest::server_ = nullptr;

TEST_F(AdmissionTest, AnApplicationAndItsPerson) {
  const auto portal = server_->StubOf({kPortal}), desk = server_->StubOf({kDesk}),
             kiosk = server_->StubOf({kKiosk});
  const std::string token = server_->Token(), other = server_->Token(R"({"tenant":"other"})"),
                    expired = server_->Token(R"({"iat":1000,"exp":1300,"nbf":null})"),
                    bound = server_->Token(
                        R"({"cnf":{"x5t#S256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}})");
  const auto ok = v1::ERROR_REASON_UNSPECIFIED;
  const auto missing = v1::ERROR_REASON_CALLER_CONTEXT_MISSING;
  const auto invalid = v1::ERROR_REASON_TOKEN_INVALID;
  const auto asserted = v1::ERROR_REASON_ASSERTED_CONTEXT;
  const auto not_allowed = v1::ERROR_REASON_CALLER_NOT_ALLOWED;
  const struct {
    const char* name;
    IntakeStub& stub;
    Method method;
    Pairs metadata;
    v1::ErrorReason reason;
  } rows[] = {
      {"the one tenant, nobody", *portal, kGetIt, {}, ok},
      {"a person", *portal, kGetIt, Bearer(token), ok},
      {"scheme in small letters", *portal, kGetIt, {{"authorization", "bearer " + token}}, ok},
      {"person needed", *portal, kBatchIt, {}, missing},
      {"person needed and there", *portal, kBatchIt, Bearer(token), ok},
      {"the method acts for a person", *portal, kListIt, {}, missing},
      {"several tenants, nobody", *desk, kListIt, {}, missing},
      {"several tenants, a person", *desk, kGetIt, Bearer(other), ok},
      {"another tenant's person", *portal, kGetIt, Bearer(other), not_allowed},
      {"person refused", *kiosk, kEchoIt, Bearer(token), not_allowed},
      {"person refused and not there", *kiosk, kEchoIt, {}, ok},
      {"no row for the application", *kiosk, kGetIt, Bearer(token), not_allowed},
      {"a method of services", *portal, kContactsIt, Bearer(token), not_allowed},
      {"tenant asserted", *portal, kGetIt, {{"mamori-tenant", "acme"}}, asserted},
      {"person asserted", *portal, kGetIt, {{"mamori-person", "taro"}}, asserted},
      {"asserted beside a token",
       *portal,
       kGetIt,
       {{"authorization", "Bearer " + token}, {"mamori-tenant", "acme"}},
       asserted},
      {"expired", *portal, kGetIt, Bearer(expired), v1::ERROR_REASON_TOKEN_EXPIRED},
      {"rubbish", *portal, kGetIt, Bearer("rubbish"), invalid},
      {"empty", *portal, kGetIt, {{"authorization", "Bearer "}}, invalid},
      {"another scheme", *portal, kGetIt, {{"authorization", "Basic " + token}}, invalid},
      {"no scheme", *portal, kGetIt, {{"authorization", token}}, invalid},
      {"two tokens",
       *portal,
       kGetIt,
       {{"authorization", "Bearer " + token}, {"authorization", "Bearer " + other}},
       invalid},
      {"huge", *portal, kGetIt, Bearer(std::string(9000, 'a')), invalid},
      {"bound to another certificate", *portal, kGetIt, Bearer(bound), invalid},
      {"passed on by an application", *portal, kGetIt, {{"mamori-on-behalf", token}}, not_allowed},
      {"a statement by an application",
       *portal,
       kGetIt,
       {{"authorization", "Bearer " + token}, {"mamori-statement-bin", "x"}},
       not_allowed},
  };
  for (const auto& row : rows) {
    const grpc::Status status = Call(row.stub, row.method, row.metadata);
    EXPECT_THAT(status, HasReason(row.reason)) << row.name;
    const auto code = row.reason == ok            ? absl::StatusCode::kOk
                      : row.reason == not_allowed ? absl::StatusCode::kPermissionDenied
                                                  : absl::StatusCode::kUnauthenticated;
    EXPECT_THAT(status, StatusIs(code)) << row.name;
  }
}

TEST_F(AdmissionTest, ABoundTokenOpensOnlyOverItsCertificate) {
  const config::v1::Tls mine = server_->authority.Issue("bound", {kPortal});
  const config::v1::Tls theirs = server_->authority.Issue("thief", {kPortal});
  const std::string hash = authn::CertificateHash(config::ReadFile(mine.cert_file()).value());
  const std::string token =
      server_->Token(absl::StrCat(R"({"cnf":{"x5t#S256":")", authn::ToBase64Url(hash), "\"}}"));
  const auto with = [&](const config::v1::Tls& tls) {
    return Call(*intake::v1::IntakeService::NewStub(server_->Channel(tls)), kGetIt, Bearer(token));
  };
  EXPECT_THAT(with(mine), IsOk());
  EXPECT_THAT(with(theirs), HasReason(v1::ERROR_REASON_TOKEN_INVALID));
}

TEST_F(AdmissionTest, AServiceForItself) {
  const auto triage = server_->StubOf({kTriage}), notification = server_->StubOf({kNotification});
  const std::string token = server_->Token();
  const auto ok = v1::ERROR_REASON_UNSPECIFIED;
  const auto not_allowed = v1::ERROR_REASON_CALLER_NOT_ALLOWED;
  const struct {
    const char* name;
    IntakeStub& stub;
    Method method;
    Pairs metadata;
    std::string tenant;
    v1::ErrorReason reason;
  } rows[] = {
      {"its purpose, a tenant named", *triage, kBatchIt, {}, "acme", ok},
      {"its purpose, no tenant", *triage, kBatchIt, {}, "", v1::ERROR_REASON_INVALID_FIELDS},
      {"its purpose, no such tenant", *triage, kBatchIt, {}, "*", v1::ERROR_REASON_INVALID_FIELDS},
      {"its purpose, tenant in the metadata",
       *triage,
       kBatchIt,
       {{"mamori-tenant", "acme"}},
       "acme",
       v1::ERROR_REASON_ASSERTED_CONTEXT},
      {"a method that is not for services", *triage, kGetIt, {}, "", not_allowed},
      {"no row", *triage, kListIt, {}, "", not_allowed},
      {"a person's token as its own", *triage, kBatchIt, Bearer(token), "", not_allowed},
      {"many tenants", *notification, kContactsIt, {}, "", ok},
      {"many tenants, for a person",
       *notification,
       kContactsIt,
       {{"mamori-on-behalf", token}},
       "",
       not_allowed},
      {"no purpose of its own",
       *notification,
       kBatchIt,
       {},
       "acme",
       v1::ERROR_REASON_CALLER_CONTEXT_MISSING},
      {"a token without a statement",
       *triage,
       kBatchIt,
       {{"mamori-on-behalf", token}},
       "",
       v1::ERROR_REASON_TOKEN_INVALID},
      {"a statement without a token",
       *triage,
       kBatchIt,
       {{"mamori-statement-bin", "x"}},
       "acme",
       v1::ERROR_REASON_TOKEN_INVALID},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(Call(row.stub, row.method, row.metadata, row.tenant), HasReason(row.reason))
        << row.name;
  }
}

TEST_F(AdmissionTest, AServiceOnBehalfOfAPerson) {
  const time::SystemClock clock;
  const config::v1::Tls tls = server_->authority.Issue("onbehalf", {kTriage});
  const auto triage = intake::v1::IntakeService::NewStub(server_->Channel(tls));
  const client::OnBehalf on_behalf(tls, clock);
  // What triage knows of the call that it serves: the token is bound to that application.
  CallContext call;
  call.token =
      server_->Token(R"({"cnf":{"x5t#S256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}})");
  call.token_hash = authn::Sha256(call.token);
  CallContext seen;
  server_->handlers.batch = [&](const CallContext& inner) {
    seen = inner;
    return intake::v1::BatchGetReportsResponse();
  };
  {
    grpc::ClientContext context;
    ASSERT_THAT(on_behalf.Pass(call, kBatchGetReports, {"reports/a"}, context), IsOk());
    EXPECT_THAT(Call(*triage, kBatchIt, context, "", "reports/a"), IsOk());
    server_->handlers.batch.Sync();
    EXPECT_EQ(seen.person, "acme/taro");
    EXPECT_EQ(seen.tenant, "acme");
    EXPECT_EQ(seen.resource, "reports/a");
    EXPECT_EQ(seen.purpose, "");
  }
  const auto refused = [&](const char* name, const char* method, const char* signed_name,
                           const CallContext& with, const std::string& tenant) {
    grpc::ClientContext context;
    ASSERT_THAT(on_behalf.Pass(with, method, {signed_name}, context), IsOk()) << name;
    EXPECT_THAT(Call(*triage, kBatchIt, context, tenant, "reports/a"), ::testing::Not(IsOk()))
        << name;
  };
  refused("another resource", kBatchGetReports, "reports/b", call, "");
  refused("another method", kGetReport, "reports/a", call, "");
  refused("another tenant", kBatchGetReports, "reports/a", call, "other");
  CallContext mixed = call;
  mixed.token_hash = authn::Sha256("another token");
  refused("another token", kBatchGetReports, "reports/a", mixed, "");
  server_->handlers.batch = nullptr;
  grpc::ClientContext context;
  EXPECT_THAT(on_behalf.Pass(CallContext(), kBatchGetReports, {"reports/a"}, context),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace mamori::server
