// Runs the test binary of main_test_service.cc as a process of its own: exit codes, signals, files.
#include "common/server/service_main.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/client/channel.h"
#include "common/config/textproto.h"
#include "common/testing/certificates.h"
#include "common/testing/matchers.h"
#include "mamori/intake/v1/intake_service.grpc.pb.h"

namespace mamori::server {
namespace {

using ::testing::HasSubstr;

constexpr char kTable[] = R"(
methods { method: "/mamori.intake.v1.IntakeService/GetReport"
          callers { id: "spiffe://mamori.internal/app/portal" person: PERSON_RULE_ALLOWED } }
applications { id: "spiffe://mamori.internal/app/portal" tenants: "tenant-1" }
)";

class ServiceMainTest : public ::testing::Test {
 protected:
  ServiceMainTest() : tls_(authority_.Issue("server", {})), folder_(authority_.folder()) {
    Write("authorization.textproto", kTable);
    config_ = Write("config.textproto", absl::StrReplaceAll(R"(server {
  listen: "127.0.0.1:0"
  port_file: "DIR/port"
  probe_listen: "127.0.0.1:0"
  tls { cert_file: "DIR/server.pem" key_file: "DIR/server.key" ca_file: "DIR/ca.pem" }
  authorization_file: "DIR/authorization.textproto"
  grace { seconds: 5 }
}
database { user: "mamori_intake" }
)",
                                                            {{"DIR", folder_}}));
  }
  ~ServiceMainTest() override {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      Wait();
    }
  }

  std::string Write(const std::string& name, const std::string& content) {
    const std::string file = folder_ + "/" + name;
    std::ofstream(file) << content;
    return file;
  }
  void ChangeConfig(const std::string& from, const std::string& to) {
    const std::string text = config::ReadFile(config_).value();
    ASSERT_THAT(text, HasSubstr(from));
    Write("config.textproto", absl::StrReplaceAll(text, {{from, to}}));
  }

  void Start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), MAMORI_TEST_SERVICE);
    StartProgram(std::move(arguments));
  }
  // In the test's folder, allowed to write a core file there.
  void StartWithCores() {
    StartProgram({"/bin/sh", "-c",
                  absl::StrCat("ulimit -c unlimited && cd ", folder_, " && exec ",
                               MAMORI_TEST_SERVICE, " --config ", config_)});
  }
  void StartProgram(std::vector<std::string> arguments) {
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    const std::string out = folder_ + "/out";
    posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    ASSERT_EQ(posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
  }
  // The exit code; 128 + signal when a signal ended it.
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  int Run(std::vector<std::string> arguments) {
    Start(std::move(arguments));
    return Wait();
  }
  std::string Output() { return config::ReadFile(folder_ + "/out").value(); }
  int AwaitPort() {
    for (int i = 0; i < 1000; ++i) {
      if (const auto text = config::ReadFile(folder_ + "/port"); text.ok()) return std::stoi(*text);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return 0;
  }

  testing::CertificateAuthority authority_;
  config::v1::Tls tls_;
  const std::string folder_;
  std::string config_;
  pid_t pid_ = -1;
};

TEST_F(ServiceMainTest, FlagsThatAreWrongAreExplained) {
  EXPECT_EQ(Run({}), 2);
  EXPECT_THAT(Output(), HasSubstr("--config is missing"));
  EXPECT_EQ(Run({"--config", config_, "--verbose"}), 2);
  EXPECT_THAT(Output(), HasSubstr("unknown argument --verbose"));
  EXPECT_EQ(Run({"--help"}), 0);
  EXPECT_THAT(Output(), HasSubstr("usage: intake --config FILE"));
}

TEST_F(ServiceMainTest, CheckStartsNothing) {
  EXPECT_EQ(Run({"--config=" + config_, "--check"}), 0);
  EXPECT_THAT(Output(), HasSubstr("the configuration is right"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/port"));
}

TEST_F(ServiceMainTest, AWrongConfigurationIsExitCode2WithFileAndLine) {
  const struct {
    const char* name;
    const char* from;
    const char* to;
    std::string want;
  } rows[] = {
      {"unknown field", "port_file", "portfile", "config.textproto:3:11: "},
      {"listen", "\"127.0.0.1:0\"\n  port_file", "\"localhost\"\n  port_file",
       "config.textproto:2: server.listen: want host:port"},
      {"level", "grace { seconds: 5 }", "log_level: \"loud\"",
       "config.textproto:7: server.log_level: want debug, info, warn or error"},
      {"missing part", "cert_file: \"DIR/server.pem\" ", "",
       "config.textproto:5: server.tls.cert_file: required"},
      {"negative", "seconds: 5", "seconds: -5", "config.textproto:7: server.grace: negative"},
      {"check of the service", "\"mamori_intake\"", "\"\"", "database.user: required"},
  };
  const std::string right = config::ReadFile(config_).value();
  for (const auto& row : rows) {
    Write("config.textproto", right);
    ChangeConfig(absl::StrReplaceAll(row.from, {{"DIR", folder_}}), row.to);
    EXPECT_EQ(Run({"--config", config_}), 2) << row.name;
    EXPECT_THAT(Output(), HasSubstr(row.want)) << row.name;
  }
}

TEST_F(ServiceMainTest, AWrongTableIsExitCode2WithFileAndLine) {
  Write("authorization.textproto",
        "methods { method: \"/mamori.intake.v1.IntakeService/GetReport\" }\n"
        "methods { method: \"/mamori.intake.v1.IntakeService/Nothing\" }\n");
  EXPECT_EQ(Run({"--config", config_, "--check"}), 2);
  EXPECT_THAT(Output(), HasSubstr("authorization.textproto:2: methods[1].method: no such method"));
}

TEST_F(ServiceMainTest, WhatElseKeepsItFromStartingIsExitCode1) {
  ChangeConfig("user: \"mamori_intake\"", "user: \"mamori_intake\" schema: \"broken\"");
  EXPECT_EQ(Run({"--config", config_}), 1);
  EXPECT_THAT(Output(), HasSubstr("it cannot be made"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/port"));
}

TEST_F(ServiceMainTest, ASchemaThatIsTooOldIsRefusedBeforeAnythingIsServed) {
  ChangeConfig("user: \"mamori_intake\"", "user: \"mamori_intake\" schema: \"too-old\"");
  EXPECT_EQ(Run({"--config", config_}), 1);
  EXPECT_THAT(Output(), HasSubstr("intake: schema version 1, want 2"));
  EXPECT_THAT(Output(), ::testing::Not(HasSubstr("workers_started")));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/port"));
}

TEST_F(ServiceMainTest, ADatabaseThatIsAwayIsWaitedForAndItsSchemaThenRefused) {
  ChangeConfig("user: \"mamori_intake\"", "user: \"mamori_intake\" schema: \"away-then-old\"");
  EXPECT_EQ(Run({"--config", config_}), 1);
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/port"));  // it was there meanwhile, not ready
  EXPECT_THAT(Output(), HasSubstr("\"message\":\"away\""));
  EXPECT_THAT(Output(), HasSubstr("app_closed"));
  EXPECT_THAT(Output(), HasSubstr("intake: schema version 1, want 2"));
}

TEST_F(ServiceMainTest, SigtermUnderLoadFailsNoCallBeyondUnavailable) {
  Start({"--config", config_});
  const int port = AwaitPort();
  ASSERT_GT(port, 0) << Output();
  config::v1::Peer peer;
  peer.set_target(absl::StrCat("localhost:", port));
  const auto channel = client::CreateChannel(
      peer, authority_.Issue("portal", {"spiffe://mamori.internal/app/portal"}));
  std::atomic<bool> stop{false};
  std::atomic<int> served{0};
  std::mutex mu;
  std::set<int> codes;
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      const auto stub = intake::v1::IntakeService::NewStub(channel);
      while (!stop) {
        const auto context = client::MakeContext(absl::Now() + absl::Seconds(10));
        v1::Report report;
        const int code = stub->GetReport(context.get(), {}, &report).error_code();
        served += code == grpc::OK;
        std::lock_guard lock(mu);
        codes.insert(code);
      }
    });
  }
  while (served < 200) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  kill(pid_, SIGTERM);
  EXPECT_EQ(Wait(), 0) << Output();
  stop = true;
  for (std::thread& client : clients) client.join();
  EXPECT_THAT(codes, ::testing::IsSubsetOf({int{grpc::OK}, int{grpc::UNAVAILABLE}}));
  // The order of coming up and going down.
  std::vector<size_t> places;
  for (const char* event : {"workers_started", "serving", "stopping", "workers_stopped",
                            "last_call_ended", "calls_finished", "app_closed", "stopped\""}) {
    places.push_back(Output().find(absl::StrCat("\"event\":\"", event)));
    EXPECT_NE(places.back(), std::string::npos) << event;
  }
  EXPECT_TRUE(std::is_sorted(places.begin(), places.end())) << Output();
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// The kernel here writes cores as "core" into the working folder, or pipes them away.
TEST_F(ServiceMainTest, ACrashUnderLoadLeavesNoCoreUnlessTheConfigurationAllowsIt) {
  constexpr char kCanary[] = "canary-of-a-narrative-5b1f";
  const std::string right = config::ReadFile(config_).value();
  for (const int signal : {SIGSEGV, SIGABRT}) {
    for (const bool allowed : {false, true}) {
      Write("config.textproto", right);
      if (allowed) ChangeConfig("grace {", "allow_core_files: true grace {");
      std::filesystem::remove(folder_ + "/port");
      StartWithCores();
      const int port = AwaitPort();
      ASSERT_GT(port, 0) << Output();
      config::v1::Peer peer;
      peer.set_target(absl::StrCat("localhost:", port));
      const auto stub = intake::v1::IntakeService::NewStub(client::CreateChannel(
          peer, authority_.Issue("portal", {"spiffe://mamori.internal/app/portal"})));
      std::atomic<bool> stop{false};
      std::atomic<int> served{0};
      std::thread load([&] {
        intake::v1::GetReportRequest request;
        request.set_name(kCanary);
        while (!stop) {
          const auto context = client::MakeContext(absl::Now() + absl::Seconds(10));
          v1::Report report;
          served += stub->GetReport(context.get(), request, &report).error_code() == grpc::OK;
        }
      });
      while (served < 20) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      kill(pid_, signal);
      EXPECT_EQ(Wait(), 128 + signal) << Output();
      stop = true;
      load.join();
      const auto core = config::ReadFile(folder_ + "/core");
      EXPECT_EQ(core.ok(), allowed) << "signal " << signal;
      if (core.ok()) {
        EXPECT_THAT(*core, HasSubstr(kCanary)) << "the search finds nothing";
        std::filesystem::remove(folder_ + "/core");
      }
    }
  }
}
#endif

TEST_F(ServiceMainTest, SigintStopsAsWell) {
  Start({"--config", config_});
  ASSERT_GT(AwaitPort(), 0);
  kill(pid_, SIGINT);
  EXPECT_EQ(Wait(), 0);
}

}  // namespace
}  // namespace mamori::server
