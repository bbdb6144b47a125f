#include "common/server/rpc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "common/client/channel.h"
#include "common/server/test_server.h"
#include "common/testing/matchers.h"

namespace mamori::server {
namespace {

using ::mamori::testing::HasReason;
using ::mamori::testing::IsOk;
using ::mamori::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

using Metadata = std::vector<std::pair<std::string, std::string>>;

// One server for all rows: what a row needs is its certificate and its metadata.
class RpcTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new TestServer(); }
  static void TearDownTestSuite() { delete server_; }
  void SetUp() override { server_->handlers.Reset(); }

  static std::unique_ptr<grpc::ClientContext> Context(const Metadata& metadata) {
    auto context = std::make_unique<grpc::ClientContext>();
    for (const auto& [key, value] : metadata) context->AddMetadata(key, value);
    return context;
  }
  static grpc::Status Get(intake::v1::IntakeService::Stub& stub, const Metadata& metadata) {
    v1::Report report;
    server_->handlers.get.Sync();
    const grpc::Status status =
        stub.GetReport(Context(metadata).get(), intake::v1::GetReportRequest(), &report);
    server_->handlers.get.Sync();
    return status;
  }
  static grpc::Status Echo(intake::v1::IntakeService::Stub& stub, const Metadata& metadata) {
    intake::v1::EchoResponse response;
    return stub.Echo(Context(metadata).get(), intake::v1::EchoRequest(), &response);
  }

  static TestServer* server_;
};
TestServer* RpcTest::server_ = nullptr;

const Metadata& Tenant() {
  static const auto* const kTenant = new Metadata{{"mamori-tenant", "tenant-1"}};
  return *kTenant;
}

TEST_F(RpcTest, OnlyACertificateWithOneUriNameIsACaller) {
  const struct {
    const char* name;
    std::vector<std::string> uris;
    absl::StatusCode code;
    v1::ErrorReason reason;
  } rows[] = {
      {"known", {kPortal}, absl::StatusCode::kOk, v1::ERROR_REASON_UNSPECIFIED},
      {"without a row",
       {kLoad},
       absl::StatusCode::kPermissionDenied,
       v1::ERROR_REASON_CALLER_NOT_ALLOWED},
      {"no URI name", {}, absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_UNKNOWN_CALLER},
      {"several URI names",
       {kPortal, kLoad},
       absl::StatusCode::kUnauthenticated,
       v1::ERROR_REASON_UNKNOWN_CALLER},
  };
  for (const auto& row : rows) {
    const auto stub = server_->StubOf(row.uris);
    for (const grpc::Status& status : {Get(*stub, Tenant()), Echo(*stub, Tenant())}) {
      EXPECT_THAT(status, StatusIs(row.code)) << row.name;
      EXPECT_THAT(status, HasReason(row.reason)) << row.name;
    }
  }
}

TEST_F(RpcTest, AssertedContextIsCheckedAgainstNeedAndTrust) {
  const auto portal = server_->StubOf({kPortal});
  const auto triage = server_->StubOf({kTriage});
  enum Method { kGet, kList, kContacts };
  const auto call = [](intake::v1::IntakeService::Stub& stub, Method method,
                       const Metadata& metadata) {
    const auto context = Context(metadata);
    if (method == kGet) return Get(stub, metadata);
    intake::v1::ListReportsResponse reports;
    if (method == kList) return stub.ListReports(context.get(), {}, &reports);
    intake::v1::ListContactsResponse contacts;
    return stub.ListContacts(context.get(), {}, &contacts);
  };
  const auto ok = absl::StatusCode::kOk;
  const auto unauthenticated = absl::StatusCode::kUnauthenticated;
  const auto denied = absl::StatusCode::kPermissionDenied;
  const Metadata person = {{"mamori-tenant", "tenant-1"}, {"mamori-person", "desk-1"}};
  const struct {
    const char* name;
    intake::v1::IntakeService::Stub& stub;
    Method method;
    Metadata metadata;
    absl::StatusCode code;
  } rows[] = {
      {"tenant asserted", *portal, kGet, Tenant(), ok},
      {"no tenant", *portal, kGet, {}, unauthenticated},
      {"empty tenant", *portal, kGet, {{"mamori-tenant", ""}}, unauthenticated},
      {"tenant in upper case", *portal, kGet, {{"mamori-tenant", "Tenant"}}, unauthenticated},
      {"tenant too long",
       *portal,
       kGet,
       {{"mamori-tenant", std::string(65, 'a')}},
       unauthenticated},
      {"longest tenant", *portal, kGet, {{"mamori-tenant", std::string(64, 'a')}}, ok},
      {"two tenants",
       *portal,
       kGet,
       {{"mamori-tenant", "a"}, {"mamori-tenant", "b"}},
       unauthenticated},
      {"person where none is needed", *portal, kGet, person, ok},
      {"person", *portal, kList, person, ok},
      {"no person", *portal, kList, Tenant(), unauthenticated},
      {"person without tenant", *portal, kList, {{"mamori-person", "desk-1"}}, unauthenticated},
      {"person with a space",
       *portal,
       kList,
       {{"mamori-tenant", "tenant-1"}, {"mamori-person", "desk 1"}},
       unauthenticated},
      {"person too long",
       *portal,
       kList,
       {{"mamori-tenant", "tenant-1"}, {"mamori-person", std::string(129, 'p')}},
       unauthenticated},
      {"asserted without trust", *triage, kGet, Tenant(), denied},
      {"person asserted without trust", *triage, kGet, person, denied},
      {"neither trusted nor asserted", *triage, kGet, {}, unauthenticated},
      {"a service's own call", *triage, kContacts, {}, ok},
      {"a service's own call, asserting", *triage, kContacts, Tenant(), denied},
      {"an application's call without need", *portal, kContacts, {}, ok},
  };
  for (const auto& row : rows) {
    const grpc::Status status = call(row.stub, row.method, row.metadata);
    EXPECT_THAT(status, StatusIs(row.code)) << row.name;
    const auto reason = row.code == ok                ? v1::ERROR_REASON_UNSPECIFIED
                        : row.code == unauthenticated ? v1::ERROR_REASON_CALLER_CONTEXT_MISSING
                                                      : v1::ERROR_REASON_CALLER_NOT_ALLOWED;
    EXPECT_THAT(status, HasReason(reason)) << row.name;
  }
}

TEST_F(RpcTest, TheHandlerKnowsItsCall) {
  CallContext seen;
  server_->handlers.list = [&](const CallContext& call) {
    seen = call;
    return intake::v1::ListReportsResponse();
  };
  const auto stub = server_->StubOf({kPortal});
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  intake::v1::ListReportsResponse response;
  ASSERT_THAT(stub->ListReports(Context({{"mamori-tenant", "tenant-1"},
                                         {"mamori-person", "desk-1"},
                                         {"mamori-request-id", "request_0001"},
                                         {"traceparent", trace}})
                                    .get(),
                                {}, &response),
              IsOk());
  server_->handlers.list.Sync();
  EXPECT_EQ(seen.method, kListReports);
  EXPECT_EQ(seen.caller, kPortal);
  EXPECT_EQ(seen.tenant, "tenant-1");
  EXPECT_EQ(seen.person, "desk-1");
  EXPECT_EQ(seen.request_id, "request_0001");
  EXPECT_EQ(seen.traceparent, trace);
  EXPECT_THAT(server_->telemetry.Calls(),
              ::testing::Contains(absl::StrCat(kListReports, " OK ", kPortal, " request_0001")));
}

TEST_F(RpcTest, AnOwnCallCarriesItsParentsContextOn) {
  CallContext seen;
  server_->handlers.list = [&](const CallContext& call) {
    seen = call;
    return intake::v1::ListReportsResponse();
  };
  CallContext parent;
  parent.tenant = "tenant-1";
  parent.person = "desk-1";
  parent.request_id = "request_0002";
  parent.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  intake::v1::ListReportsResponse response;
  ASSERT_THAT(server_->StubOf({kPortal})->ListReports(client::MakeContext(deadline, &parent).get(),
                                                      {}, &response),
              IsOk());
  server_->handlers.list.Sync();
  EXPECT_EQ(seen.tenant, parent.tenant);
  EXPECT_EQ(seen.person, parent.person);
  EXPECT_EQ(seen.request_id, parent.request_id);
  EXPECT_EQ(seen.traceparent, parent.traceparent);
  EXPECT_LE(absl::AbsDuration(seen.deadline - deadline), absl::Seconds(2));
  // Without a person this method is refused: nothing else was made up.
  EXPECT_THAT(server_->StubOf({kPortal})->ListReports(
                  client::MakeTenantContext(deadline, "tenant-1").get(), {}, &response),
              HasReason(v1::ERROR_REASON_CALLER_CONTEXT_MISSING));
}

TEST_F(RpcTest, MetadataThatIsNotWellFormedIsReplacedOrLeftOut) {
  CallContext seen;
  server_->handlers.get = [&](const CallContext& call) {
    seen = call;
    return v1::Report();
  };
  const auto stub = server_->StubOf({kPortal});
  for (const char* id : {"short", "with space in it", "semicolon;drop"}) {
    Metadata metadata = Tenant();
    metadata.emplace_back("mamori-request-id", id);
    metadata.emplace_back("traceparent", "00-00000000000000000000000000000000-00f067aa0ba902b7-01");
    ASSERT_THAT(Get(*stub, metadata), IsOk());
    EXPECT_NE(seen.request_id, id);
    EXPECT_TRUE(IsRequestId(seen.request_id)) << seen.request_id;
    EXPECT_EQ(seen.traceparent, "");
  }
}

TEST_F(RpcTest, ADeadlineIsAlwaysThereAndNeverTooFar) {
  absl::Duration left;
  server_->handlers.get = [&](const CallContext& call) {
    left = call.deadline - absl::Now();
    return v1::Report();
  };
  const auto stub = server_->StubOf({kPortal});
  const struct {
    const char* name;
    absl::Duration sent;  // zero for none
    absl::Duration want;
  } rows[] = {
      {"none", absl::ZeroDuration(), absl::Seconds(10)},
      {"the client's", absl::Seconds(60), absl::Seconds(60)},
      {"longer than allowed", absl::Hours(10), absl::Minutes(10)},
  };
  for (const auto& row : rows) {
    const auto context = Context(Tenant());
    if (row.sent > absl::ZeroDuration()) {
      context->set_deadline(absl::ToChronoTime(absl::Now() + row.sent));
    }
    v1::Report report;
    server_->handlers.get.Sync();
    ASSERT_THAT(stub->GetReport(context.get(), {}, &report), IsOk()) << row.name;
    server_->handlers.get.Sync();
    // The time of the handshake is not taken off what the client sends.
    EXPECT_LE(left, row.want + absl::Seconds(2)) << row.name;
    EXPECT_GT(left, row.want - absl::Seconds(5)) << row.name;
  }
}

TEST_F(RpcTest, AnExceptionIsInternalWithAFixedText) {
  server_->handlers.get = [](const CallContext&) -> absl::StatusOr<v1::Report> {
    throw std::runtime_error("hanako");
  };
  server_->handlers.echo = [](const CallContext&) -> absl::StatusOr<intake::v1::EchoResponse> {
    throw 42;
  };
  const auto stub = server_->StubOf({kPortal});
  Metadata metadata = Tenant();
  metadata.emplace_back("mamori-request-id", "request-exception");
  for (const grpc::Status& status : {Get(*stub, metadata), Echo(*stub, metadata)}) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal,
                                 "internal error, see request id request-exception"));
    EXPECT_THAT(status, HasReason(v1::ERROR_REASON_INTERNAL));
    EXPECT_THAT(status.error_details(), Not(HasSubstr("hanako")));
  }
}

TEST_F(RpcTest, AnInternalMessageStaysInTheLog) {
  server_->handlers.get = [](const CallContext&) -> absl::StatusOr<v1::Report> {
    return absl::InternalError("table report is missing");
  };
  const auto stub = server_->StubOf({kPortal});
  Metadata metadata = Tenant();
  metadata.emplace_back("mamori-request-id", "request-internal");
  EXPECT_THAT(Get(*stub, metadata),
              StatusIs(absl::StatusCode::kInternal, Not(HasSubstr("table report"))));
  int found = 0;
  for (const auto& line : server_->telemetry.Lines("call_failed")) {
    if (line.fields.at("request_id") != "request-internal") continue;
    ++found;
    EXPECT_EQ(line.fields.at("message"), "table report is missing");
    EXPECT_EQ(line.level, telemetry::Level::kError);
  }
  EXPECT_EQ(found, 1);
}

TEST_F(RpcTest, AStatusAndItsDetailsReachTheCaller) {
  server_->handlers.echo = [](const CallContext&) -> absl::StatusOr<intake::v1::EchoResponse> {
    return status::Overloaded(absl::Seconds(2));
  };
  const auto stub = server_->StubOf({kPortal});
  const grpc::Status status = Echo(*stub, Tenant());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(status, HasReason(v1::ERROR_REASON_OVERLOADED));
  EXPECT_THAT(status.error_details(), HasSubstr("google.rpc.RetryInfo"));
}

TEST_F(RpcTest, TheLargestSetOfViolationsArrives) {
  server_->handlers.get = [](const CallContext&) -> absl::StatusOr<v1::Report> {
    status::Violations violations;
    for (int i = 0; i < 30; ++i) violations.Add(std::string(200, 'p'), std::string(200, 'd'));
    return violations.Status();
  };
  const auto stub = server_->StubOf({kPortal});
  EXPECT_THAT(Get(*stub, Tenant()), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace mamori::server
