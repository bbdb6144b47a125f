#include "common/server/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <latch>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/client/channel.h"
#include "common/config/textproto.h"
#include "common/server/test_server.h"
#include "common/testing/matchers.h"

namespace mamori::server {
namespace {

using ::mamori::testing::IsOk;
using ::mamori::testing::IsOkAndHolds;
using ::mamori::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr int kServing = 1;
constexpr int kNotServing = 2;

grpc::Status Get(intake::v1::IntakeService::Stub& stub) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  v1::Report report;
  return stub.GetReport(&context, {}, &report);
}

grpc::Status GetOver(const std::shared_ptr<grpc::Channel>& channel) {
  return Get(*intake::v1::IntakeService::NewStub(channel));
}

// "list_services" and its answer as bytes.
absl::StatusOr<std::string> ListServices(const std::shared_ptr<grpc::Channel>& channel) {
  return CallBytes(channel, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                   "\x3a\x01*");
}

TEST(ServerTest, OnlyCertificatesOfTheAuthorityConnect) {
  TestServer server;
  EXPECT_THAT(GetOver(server.ChannelOf({kPortal})), IsOk());

  testing::CertificateAuthority stranger;
  config::v1::Tls forged = stranger.Issue("portal", {kPortal});
  forged.set_ca_file(server.tls.ca_file());  // it trusts our server, but we do not trust it
  EXPECT_THAT(GetOver(server.Channel(forged)), StatusIs(absl::StatusCode::kUnavailable));

  grpc::SslCredentialsOptions anonymous;
  anonymous.pem_root_certs = config::ReadFile(server.tls.ca_file()).value();
  grpc::ChannelArguments args;
  args.SetSslTargetNameOverride("localhost");
  EXPECT_THAT(GetOver(grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", server.server->port()),
                                                grpc::SslCredentials(anonymous), args)),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST(ServerTest, AClientRefusesAServerByAnotherName) {
  TestServer server;
  config::v1::Peer peer;
  peer.set_target(absl::StrCat("127.0.0.1:", server.server->port()));
  peer.set_server_name("triage.internal");
  EXPECT_THAT(GetOver(client::CreateChannel(peer, server.authority.Issue("portal", {kPortal}))),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST(ServerTest, HealthFollowsReadinessAndLivenessDoesNot) {
  TestServer server;
  const auto channel = server.ChannelOf({kLoad});  // no row is needed for health
  const auto probe = server.ProbeChannel();
  const std::string service = "mamori.intake.v1.IntakeService";
  for (const int want : {kServing, kNotServing, kServing}) {
    server.ready = want == kServing;
    EXPECT_TRUE(AwaitHealth(channel, "", want));
    EXPECT_THAT(CheckHealth(channel, service), IsOkAndHolds(want));
    EXPECT_THAT(CheckHealth(probe, ""), IsOkAndHolds(want));
    EXPECT_THAT(CheckHealth(probe, "ready"), IsOkAndHolds(want));
    EXPECT_THAT(CheckHealth(probe, "live"), IsOkAndHolds(kServing));
  }
  EXPECT_THAT(CheckHealth(channel, "mamori.notification.v1.NotificationService"),
              StatusIs(absl::StatusCode::kNotFound));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // several checks, no change
  EXPECT_THAT(server.telemetry.Lines("ready"), SizeIs(2));
  ASSERT_THAT(server.telemetry.Lines("not_ready"), SizeIs(1));
  EXPECT_EQ(server.telemetry.Lines("not_ready")[0].fields.at("message"), "the database is away");

  server.server->CloseHealth();
  EXPECT_THAT(CheckHealth(channel, ""), IsOkAndHolds(kNotServing));
  EXPECT_THAT(CheckHealth(probe, "ready"), IsOkAndHolds(kNotServing));
  EXPECT_THAT(CheckHealth(probe, "live"), IsOkAndHolds(kServing));
  EXPECT_THAT(GetOver(channel), StatusIs(absl::StatusCode::kPermissionDenied));  // still answers
}

// Bytes that are no message, and text that is not UTF-8. A raw callback method parses for itself:
// intake's SubmitReport says INVALID_ARGUMENT too.
TEST(ServerTest, BytesThatAreNoRequestAreTheCallersFault) {
  TestServer server;
  const auto channel = server.ChannelOf({kPortal});
  const std::string prefix = "/mamori.intake.v1.IntakeService/";
  const std::string malformed = "\xff\xff\xff";
  const std::string not_utf8 = "\x0a\x02\xff\xff";  // as the first field, a text
  const std::pair<const char*, std::string> rows[] = {{"GetReport", malformed},
                                                      {"ListReports", malformed},
                                                      {"ListContacts", malformed},
                                                      {"GetReport", not_utf8}};
  for (const auto& [method, bytes] : rows) {
    const auto answer = CallBytes(channel, prefix + method, bytes);
    EXPECT_THAT(answer, StatusIs(absl::StatusCode::kInvalidArgument)) << method;
    EXPECT_THAT(answer, testing::HasReason(v1::ERROR_REASON_INVALID_FIELDS)) << method;
  }
  EXPECT_THAT(CallBytes(channel, prefix + "Echo", malformed),
              StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_THAT(server.telemetry.Calls(),
              ::testing::Contains(::testing::StartsWith(prefix + "GetReport INVALID_ARGUMENT")));
  // What can be parsed is still the handler's, with its own refusals.
  EXPECT_THAT(CallBytes(channel, prefix + "ListReports", ""),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST(ServerTest, TheProbeServerServesNothingElse) {
  TestServer server;
  EXPECT_THAT(GetOver(server.ProbeChannel()), StatusIs(absl::StatusCode::kUnimplemented));
}

TEST(ServerTest, BeyondTheThreadQuotaCallsAreRefusedAndHealthLives) {
  constexpr int kThreads = 3;
  TestServer server([](config::v1::Server& config) { config.set_max_threads(kThreads); });
  std::latch all_in(kThreads);
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  server.handlers.get = [&](const CallContext&) {
    all_in.count_down();
    released.wait();
    return v1::Report();
  };
  const auto stub = server.StubOf({kPortal});
  const auto probe = server.ProbeChannel();
  std::vector<std::future<grpc::Status>> held;
  for (int i = 0; i < kThreads; ++i) {
    held.push_back(std::async(std::launch::async, [&] { return Get(*stub); }));
  }
  all_in.wait();
  for (int i = 0; i < 5; ++i) {
    const grpc::Status refused = Get(*stub);
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
    EXPECT_THAT(refused, testing::HasReason(v1::ERROR_REASON_OVERLOADED));
    EXPECT_THAT(refused.error_details(), ::testing::HasSubstr("google.rpc.RetryInfo"));
  }
  EXPECT_TRUE(AwaitHealth(probe, "ready", kServing));
  EXPECT_THAT(CheckHealth(probe, "live"), IsOkAndHolds(kServing));
  EXPECT_TRUE(AwaitHealth(server.ChannelOf({kPortal}), "", kServing));
  {
    // A callback method needs none of those threads.
    grpc::ClientContext context;
    intake::v1::EchoResponse response;
    EXPECT_THAT(stub->Echo(&context, {}, &response), IsOk());
  }
  release.set_value();
  for (auto& call : held) EXPECT_THAT(call.get(), IsOk());
  server.handlers.get = nullptr;
  EXPECT_THAT(Get(*stub), IsOk());
}

// Whoever asks for much that takes long keeps nobody else out.
TEST(ServerTest, OnePersonHoldsHalfOfTheThreadsAtMost) {
  TestServer server([](config::v1::Server& config) { config.set_max_threads(4); });
  std::latch both_in(2);
  std::atomic<int> calls = 0;
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  server.handlers.get = [&](const CallContext&) {
    if (calls++ < 2) {
      both_in.count_down();
      released.wait();
    }
    return v1::Report();
  };
  const auto stub = server.StubOf({kPortal});
  const auto get = [&](const std::string& token) {
    const auto context = client::MakeContext(absl::Now() + absl::Seconds(20));
    context->AddMetadata("authorization", "Bearer " + token);
    v1::Report report;
    return stub->GetReport(context.get(), {}, &report);
  };
  const std::string ann = server.Token();
  const std::string bob = server.Token(R"({"sub":"bob"})");
  std::vector<std::future<grpc::Status>> held;
  for (int i = 0; i < 2; ++i) held.push_back(std::async(std::launch::async, get, ann));
  both_in.wait();
  for (int i = 0; i < 3; ++i) {
    const grpc::Status refused = get(ann);
    EXPECT_THAT(refused, testing::HasReason(v1::ERROR_REASON_OVERLOADED));
    EXPECT_THAT(refused.error_details(), ::testing::HasSubstr("google.rpc.RetryInfo"));
    EXPECT_THAT(get(bob), IsOk());
  }
  release.set_value();
  for (auto& call : held) EXPECT_THAT(call.get(), IsOk());
  EXPECT_THAT(get(ann), IsOk());
}

TEST(ServerTest, CertificatesAreReloadedWithoutARestart) {
  TestServer server;
  const config::v1::Tls old_client = server.authority.Issue("portal", {kPortal});
  EXPECT_THAT(GetOver(server.Channel(old_client)), IsOk());

  testing::CertificateAuthority next;
  const config::v1::Tls new_client = next.Issue("portal", {kPortal});
  // A client that is already there follows when its own files change, too.
  const auto standing = server.Channel(old_client);
  ASSERT_THAT(GetOver(standing), IsOk());
  testing::ReplaceTlsFiles(next.Issue("server", {}), server.tls);

  absl::Status status = absl::UnknownError("not called");
  for (int i = 0; i < 100 && !status.ok(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    status = testing::StatusOf(GetOver(server.Channel(new_client)));
  }
  EXPECT_THAT(status, IsOk());
  EXPECT_THAT(GetOver(standing), IsOk());  // what was connected stays so
}

TEST(ServerTest, ReflectionIsThereOnlyWhenConfigured) {
  TestServer without;
  EXPECT_THAT(ListServices(without.ChannelOf({kPortal})),
              StatusIs(absl::StatusCode::kUnimplemented));
  TestServer with([](config::v1::Server& config) { config.set_reflection(true); });
  EXPECT_THAT(ListServices(with.ChannelOf({kPortal})),
              IsOkAndHolds(HasSubstr("mamori.intake.v1.IntakeService")));
  EXPECT_THAT(ListServices(with.ProbeChannel()), StatusIs(absl::StatusCode::kUnimplemented));
}

TEST(ServerTest, ATakenPortIsAClearError) {
  TestServer first;
  for (const bool probe : {false, true}) {
    Server::Options options;
    options.config.set_listen("127.0.0.1:0");
    *options.config.mutable_tls() = first.tls;
    const std::string taken = absl::StrCat("127.0.0.1:", first.server->port());
    if (probe) {
      options.config.set_probe_listen(taken);
    } else {
      options.config.set_listen(taken);
    }
    options.check_ready = [] { return absl::OkStatus(); };
    // The server under test needs a service; the first one's cannot be had, health alone will not
    // start.
    intake::v1::IntakeService::Service service;
    options.services = {&service};
    EXPECT_THAT(Server::Start(std::move(options), first.telemetry),
                StatusIs(absl::StatusCode::kUnavailable, HasSubstr(taken)));
  }
}

TEST(ServerTest, TlsFilesThatCannotBeUsedKeepItFromStarting) {
  testing::CertificateAuthority authority;
  const config::v1::Tls right = authority.Issue("server", {});
  const auto start = [](const config::v1::Tls& tls) {
    Server::Options options;
    options.config.set_listen("127.0.0.1:0");
    *options.config.mutable_tls() = tls;
    telemetry::NullTelemetry telemetry;
    return Server::Start(std::move(options), telemetry).status();
  };
  config::v1::Tls tls = right;
  tls.set_cert_file("/nowhere/cert.pem");
  EXPECT_THAT(start(tls), StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nowhere/cert.pem")));
  tls = right;
  tls.set_ca_file("/nowhere/ca.pem");
  EXPECT_THAT(start(tls), StatusIs(absl::StatusCode::kNotFound));
  chmod(right.key_file().c_str(), 0644);
  EXPECT_THAT(start(right), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(ServerTest, ShutdownWaitsForRunningCalls) {
  TestServer server;
  std::latch in(1);
  std::atomic<bool> ended{false};
  server.handlers.get = [&](const CallContext&) {
    in.count_down();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    ended = true;
    return v1::Report();
  };
  const auto stub = server.StubOf({kPortal});
  auto call = std::async(std::launch::async, [&] { return Get(*stub); });
  in.wait();
  server.server->Shutdown(absl::Now() + absl::Seconds(10));
  EXPECT_TRUE(ended);
  EXPECT_THAT(call.get(), IsOk());
  EXPECT_THAT(Get(*stub), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(PortFileTest, IsWrittenWholeOrNotAtAll) {
  const std::string file = ::testing::TempDir() + "mamori-port";
  ASSERT_THAT(WritePortFile(file, 8443), IsOk());
  EXPECT_THAT(config::ReadFile(file), IsOkAndHolds(std::string("8443\n")));
  ASSERT_THAT(WritePortFile(file, 1), IsOk());
  EXPECT_THAT(config::ReadFile(file), IsOkAndHolds(std::string("1\n")));
  EXPECT_FALSE(std::filesystem::exists(file + ".tmp"));
  std::filesystem::remove(file);
  EXPECT_THAT(WritePortFile("/nowhere/port", 1), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace mamori::server
