#include "common/telemetry/telemetry.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <grpc/support/log.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/telemetry/json.h"

namespace mamori::telemetry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// What an independent JSON parser makes of a line.
google::protobuf::Struct Parse(const std::string& line) {
  google::protobuf::Struct parsed;
  const auto status = google::protobuf::util::JsonStringToMessage(line, &parsed);
  EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << line;
  return parsed;
}

std::string Field(const google::protobuf::Struct& line, const std::string& name) {
  const auto it = line.fields().find(name);
  return it == line.fields().end() ? "(none)" : it->second.string_value();
}

std::unique_ptr<Telemetry> Make(const TelemetryOptions& options) {
  absl::Status status;
  auto telemetry = CreateTelemetry(options, status);
  EXPECT_TRUE(status.ok()) << status;
  return telemetry;
}

// A loopback socket, listening on a port of the kernel's choice.
class Listener {
 public:
  Listener() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(socket_, 1), 0);
    socklen_t size = sizeof(address);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(socket_); }
  int port() const { return port_; }

 private:
  int socket_;
  int port_;
};

int FreePort() { return Listener().port(); }

std::string Scrape(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  const std::string request = "GET /metrics HTTP/1.0\r\n\r\n";
  EXPECT_EQ(write(fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t got; (got = read(fd, buffer, sizeof(buffer))) > 0;) answer.append(buffer, got);
  close(fd);
  return answer;
}

TEST(JsonTest, AnyBytesMakeAValidString) {
  const struct {
    const char* name;
    std::string text;
    std::string want;
  } rows[] = {
      {"plain", "report", "report"},
      {"quotes", R"(a "b" \ c)", R"(a "b" \ c)"},
      {"line breaks", "a\nb\r\tc", "a\nb\r\tc"},
      {"controls", std::string("a\x01\x1f\x7f\0z", 6), std::string("a\x01\x1f\x7f\0z", 6)},
      {"Japanese", "東京 ハラスメント", "東京 ハラスメント"},
      {"emoji", "\U0001F600", "\U0001F600"},
      {"lonely continuation", "a\x80z", "a\uFFFDz"},
      {"cut off", "a\xe6\x9d", "a\uFFFD\uFFFD"},
      {"overlong", "\xc0\xaf", "\uFFFD\uFFFD"},
      {"surrogate", "\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},
      {"above Unicode", "\xf4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"script", "</script>", "</script>"},
  };
  for (const auto& row : rows) {
    std::string line = "{\"x\":";
    AppendJsonString(line, row.text);
    line += "}";
    EXPECT_EQ(Field(Parse(line), "x"), row.want) << row.name;
    EXPECT_THAT(line, Not(HasSubstr("\n"))) << row.name;
  }
}

TEST(JsonTest, LongTextIsCutBetweenCharacters) {
  std::string line = "{\"x\":", text;
  for (int i = 0; i < 10; ++i) text += "あ";
  AppendJsonString(line, text, 10);
  line += "}";
  EXPECT_EQ(Field(Parse(line), "x"), "あああ...");
}

TEST(TelemetryTest, ALineIsOneJsonObject) {
  ::testing::internal::CaptureStderr();
  {
    const auto telemetry = Make({.service = "intake"});
    telemetry->Log(Level::kWarn, "not_ready", {{"message", "a \"b\"\n%v {} \xff"}, {"k", ""}});
    telemetry->Log(Level::kDebug, "not_shown");
  }
  const std::string out = ::testing::internal::GetCapturedStderr();
  const auto line = Parse(out);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1);
  EXPECT_EQ(Field(line, "level"), "warn");
  EXPECT_EQ(Field(line, "service"), "intake");
  EXPECT_EQ(Field(line, "event"), "not_ready");
  EXPECT_EQ(Field(line, "message"), "a \"b\"\n%v {} \uFFFD");
  EXPECT_THAT(Field(line, "time"),
              ::testing::MatchesRegex("....-..-..T..:..:..\\.[0-9][0-9][0-9]Z"));
}

TEST(TelemetryTest, GrpcsOwnLogBecomesLines) {
  ::testing::internal::CaptureStderr();
  {
    const auto telemetry = Make({.service = "intake"});
    gpr_log(GPR_ERROR, "cannot \"%s\"", "bind");
    gpr_log(GPR_INFO, "too quiet");
  }
  gpr_log(GPR_ERROR, "after the end");
  const auto line = Parse(::testing::internal::GetCapturedStderr());
  EXPECT_EQ(Field(line, "event"), "grpc");
  EXPECT_EQ(Field(line, "message"), "cannot \"bind\"");
  EXPECT_THAT(Field(line, "source"), ::testing::StartsWith("telemetry_test.cc:"));
}

TEST(TelemetryTest, OnlyServerFaultsOfCallsAreShownByDefault) {
  ::testing::internal::CaptureStderr();
  {
    const auto telemetry = Make({.service = "intake"});
    telemetry->RecordCall("/a/B", "OK", absl::Milliseconds(1), "spiffe://x", "request-1");
    telemetry->RecordCall("/a/B", "NOT_FOUND", absl::Milliseconds(1), "spiffe://x", "request-2");
    telemetry->RecordCall("/a/B", "INTERNAL", absl::Milliseconds(1.5), "spiffe://x", "request-3");
  }
  const auto line = Parse(::testing::internal::GetCapturedStderr());
  EXPECT_EQ(Field(line, "request_id"), "request-3");
  EXPECT_EQ(line.fields().at("took_ms").number_value(), 1.5);
}

TEST(TelemetryTest, MetricsAppearOnTheExposer) {
  const int port = FreePort();
  const auto telemetry =
      Make({.service = "intake", .metrics_listen = absl::StrCat("127.0.0.1:", port)});
  for (int i = 0; i < 3; ++i) {
    telemetry->RecordCall("/a/B", "OK", absl::Milliseconds(3), "spiffe://x", "request-1");
  }
  telemetry->Count("mamori_things_total", {{"kind", "x\"y"}}, 2);
  telemetry->Count("mamori_things_total", {{"kind", "x\"y"}});
  telemetry->Gauge("mamori_depth", 7);
  telemetry->Observe("mamori_step_seconds", absl::Milliseconds(20), {{"step", "claim"}});
  // None of these can be a metric; nothing may come of them.
  telemetry->Gauge("mamori_things_total", 1);
  telemetry->Count("no metric");
  telemetry->Count("mamori_labels_total", {{"no label", "x"}});

  const std::string page = Scrape(port);
  EXPECT_THAT(page, HasSubstr("mamori_rpc_seconds_count{code=\"OK\",method=\"/a/B\"} 3"));
  EXPECT_THAT(page,
              HasSubstr("mamori_rpc_seconds_bucket{code=\"OK\",method=\"/a/B\",le=\"0.005\"} 3"));
  EXPECT_THAT(page, HasSubstr("mamori_things_total{kind=\"x\\\"y\"} 3"));
  EXPECT_THAT(page, HasSubstr("mamori_depth 7"));
  EXPECT_THAT(page, HasSubstr("mamori_step_seconds_count{step=\"claim\"} 1"));
}

TEST(TelemetryTest, ATakenPortIsAnError) {
  const Listener taken;
  absl::Status status;
  EXPECT_EQ(CreateTelemetry(
                {.service = "intake", .metrics_listen = absl::StrCat("127.0.0.1:", taken.port())},
                status),
            nullptr);
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
}

TEST(TelemetryTest, ManyThreadsMayRecord) {
  const auto telemetry = Make({.service = "intake"});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&telemetry, t] {
      for (int i = 0; i < 2000; ++i) {
        telemetry->RecordCall(absl::StrCat("/a/", i % 7), "OK", absl::Microseconds(i), "", "");
        telemetry->Count("mamori_things_total", {{"thread", absl::StrCat(t)}});
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace mamori::telemetry
