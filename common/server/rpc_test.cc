#include "common/server/rpc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "common/authn/hash.h"
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
    for (const grpc::Status& status : {Get(*stub, {}), Echo(*stub, {})}) {
      EXPECT_THAT(status, StatusIs(row.code)) << row.name;
      EXPECT_THAT(status, HasReason(row.reason)) << row.name;
    }
  }
}

// With what was proved of the caller, and nothing of what was asked for.
TEST_F(RpcTest, ARefusedCallIsObserved) {
  const auto stub = server_->StubOf({kPortal});
  const Metadata ann = {{"authorization", "Bearer " + server_->Token()}};
  const auto answers = [&](absl::Status status) {
    server_->handlers.get = [=](const CallContext&) -> absl::StatusOr<v1::Report> {
      if (!status.ok()) return status;
      return v1::Report();
    };
  };
  server_->TakeRefusals();
  answers(absl::OkStatus());
  Get(*stub, ann);
  answers(absl::InvalidArgumentError("x"));
  Get(*stub, ann);
  answers(absl::UnavailableError("x"));
  Get(*stub, ann);
  answers(status::NotFound("report"));
  Get(*stub, {});  // an application's, for whoever reports
  EXPECT_THAT(server_->TakeRefusals(), SizeIs(0));
  Get(*stub, ann);
  answers(absl::PermissionDeniedError("x"));
  Get(*stub, ann);
  Get(*stub, {{"authorization", "Bearer nonsense"}});
  Echo(*server_->StubOf({}), {});
  const std::string portal = kPortal;
  EXPECT_THAT(server_->TakeRefusals(),
              ::testing::ElementsAre("GetReport NOT_FOUND " + portal + " acme/taro",
                                     "GetReport PERMISSION_DENIED " + portal + " acme/taro",
                                     "GetReport UNAUTHENTICATED " + portal + " ",
                                     "Echo UNAUTHENTICATED  "));
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
  const std::string token = server_->Token();
  ASSERT_THAT(stub->ListReports(Context({{"authorization", "Bearer " + token},
                                         {"mamori-request-id", "request_0001"},
                                         {"traceparent", trace}})
                                    .get(),
                                {}, &response),
              IsOk());
  server_->handlers.list.Sync();
  EXPECT_EQ(seen.method, kListReports);
  EXPECT_EQ(seen.caller, kPortal);
  EXPECT_EQ(seen.tenant, "acme");
  EXPECT_EQ(seen.person, "acme/taro");
  EXPECT_THAT(seen.roles, ::testing::ElementsAre("desk"));
  EXPECT_EQ(seen.department, "Sales");
  EXPECT_EQ(seen.acr, "high");
  EXPECT_TRUE(seen.strong);
  EXPECT_EQ(seen.token, token);
  EXPECT_EQ(seen.token_hash, authn::Sha256(token));
  EXPECT_LT(seen.auth_time, absl::Now());
  EXPECT_GT(seen.token_expiry, absl::Now());
  EXPECT_EQ(seen.purpose + seen.resource, "");
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
  parent.tenant = "acme";
  parent.person = "acme/taro";
  parent.token = server_->Token();
  parent.request_id = "request_0002";
  parent.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  const auto stub = server_->StubOf({kPortal});
  intake::v1::ListReportsResponse response;
  auto context = client::MakeContext(deadline, &parent);
  client::SetToken(parent.token, *context);
  ASSERT_THAT(stub->ListReports(context.get(), {}, &response), IsOk());
  server_->handlers.list.Sync();
  EXPECT_EQ(seen.person, parent.person);
  EXPECT_EQ(seen.request_id, parent.request_id);
  EXPECT_EQ(seen.traceparent, parent.traceparent);
  EXPECT_LE(absl::AbsDuration(seen.deadline - deadline), absl::Seconds(2));
  // The parent's person is not carried on by itself.
  EXPECT_THAT(stub->ListReports(client::MakeContext(deadline, &parent).get(), {}, &response),
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
    Metadata metadata;
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
    const auto context = Context({});
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
  Metadata metadata;
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
  Metadata metadata;
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
  const grpc::Status status = Echo(*stub, {});
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
  EXPECT_THAT(Get(*stub, {}), StatusIs(absl::StatusCode::kInvalidArgument));
}

// However long the handler took, it is not seen.
TEST_F(RpcTest, NotFoundLeavesAtTheNextQuantum) {
  const auto stub = server_->StubOf({kPortal});
  const auto took = [&](const absl::Status& status, absl::Duration work) {
    server_->handlers.get = [=](const CallContext&) -> absl::StatusOr<v1::Report> {
      absl::SleepFor(work);
      if (!status.ok()) return status;
      return v1::Report();
    };
    absl::Duration least = absl::InfiniteDuration();
    for (int i = 0; i < 5; ++i) {
      const absl::Time begin = absl::Now();
      EXPECT_THAT(Get(*stub, {}), StatusIs(status.code()));
      least = std::min(least, absl::Now() - begin);
    }
    return least;
  };
  EXPECT_THAT(Get(*stub, {}), IsOk());  // connected
  EXPECT_LT(took(absl::OkStatus(), absl::ZeroDuration()), kTestQuantum);
  EXPECT_LT(took(absl::PermissionDeniedError("x"), absl::ZeroDuration()), kTestQuantum);
  EXPECT_GE(took(absl::NotFoundError("x"), absl::ZeroDuration()), kTestQuantum);
  EXPECT_GE(took(absl::NotFoundError("x"), kTestQuantum / 2), kTestQuantum);
  EXPECT_GE(took(absl::NotFoundError("x"), kTestQuantum * 1.2), kTestQuantum * 2);
}

}  // namespace
}  // namespace mamori::server
