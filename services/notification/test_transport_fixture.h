// A real mail server and a real HTTPS receiver (testdata/receivers.py), and who listens to the
// transports: for the tests beside it.
#ifndef MAMORI_SERVICES_NOTIFICATION_TEST_TRANSPORT_FIXTURE_H_
#define MAMORI_SERVICES_NOTIFICATION_TEST_TRANSPORT_FIXTURE_H_

#include <gmock/gmock.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/testing/certificates.h"
#include "common/testing/test_database.h"
#include "common/time/clock.h"
#include "services/notification/channel_transport.h"
#include "services/notification/mail_transport.h"
#include "services/notification/webhook_transport.h"

namespace mamori::notification {

inline constexpr absl::Duration kTimeout = absl::Seconds(1);

// The servers of all tests: started once, gone with the program.
class Receivers {
 public:
  Receivers() : tls_(authority_.Issue("receiver", {})) {
    const std::string& folder = authority_.folder();
    ports_ = folder + "/ports";
    log_ = folder + "/log";
    std::ofstream(log_).flush();
    const std::string script =
        testing::SourceRoot() + "/services/notification/testdata/receivers.py";
    input_ = popen(absl::StrCat("exec /usr/bin/python3 '", script, "' '", tls_.cert_file(), "' '",
                                tls_.key_file(), "' '", ports_, "' '", log_, "' 2>/dev/null")
                       .c_str(),
                   "w");
    for (int i = 0; i < 300 && !std::filesystem::exists(ports_); ++i) usleep(50'000);
    std::ifstream(ports_) >> mail_port_ >> https_port_;
    EXPECT_NE(https_port_, 0) << "the receivers did not start";
  }
  ~Receivers() { pclose(input_); }

  // What was taken in since the last call: one JSON line each.
  std::vector<std::string> News() {
    std::ifstream file(log_);
    std::stringstream text;
    text << file.rdbuf();
    std::vector<std::string> lines = absl::StrSplit(text.str(), '\n', absl::SkipEmpty());
    lines.erase(lines.begin(), lines.begin() + static_cast<long>(seen_));
    seen_ += lines.size();
    return lines;
  }

  const std::string& ca_file() const { return tls_.ca_file(); }
  int mail_port() const { return mail_port_; }
  int https_port() const { return https_port_; }

 private:
  testing::CertificateAuthority authority_;
  config::v1::Tls tls_;
  std::string ports_;
  std::string log_;
  FILE* input_ = nullptr;
  size_t seen_ = 0;
  int mail_port_ = 0;
  int https_port_ = 0;
};

inline std::unique_ptr<Receivers> receivers;  // NOLINT: of the environment below

class ReceiversEnvironment : public ::testing::Environment {
  void SetUp() override { receivers = std::make_unique<Receivers>(); }
  void TearDown() override { receivers.reset(); }
};
inline const auto* const kEnvironment =
    ::testing::AddGlobalTestEnvironment(new ReceiversEnvironment);  // NOLINT: gtest owns it

// Remembers how each attempt ended, and when.
class Recorder final : public TransportListener {
 public:
  bool Begins(uint64_t ticket) override {
    std::lock_guard lock(mu_);
    return refused.count(ticket) == 0;
  }
  void Ended(uint64_t ticket, const Outcome& outcome) override {
    std::lock_guard lock(mu_);
    EXPECT_TRUE(ended_.emplace(ticket, std::pair(outcome, clock_.Monotonic() - begin_)).second);
    cv_.notify_all();
  }
  Outcome Wait(uint64_t ticket) {
    std::unique_lock lock(mu_);
    const bool there =
        cv_.wait_for(lock, std::chrono::seconds(20), [&] { return ended_.count(ticket) > 0; });
    EXPECT_TRUE(there) << "no outcome of " << ticket;
    return there ? ended_.at(ticket).first : Outcome();
  }
  absl::Duration Took(uint64_t ticket) {
    Wait(ticket);
    std::lock_guard lock(mu_);
    return ended_.at(ticket).second;
  }
  size_t ended() {
    std::lock_guard lock(mu_);
    return ended_.size();
  }

  std::set<uint64_t> refused;

 private:
  time::SystemClock clock_;
  const absl::Duration begin_ = clock_.Monotonic();
  std::mutex mu_;
  std::condition_variable cv_;
  std::map<uint64_t, std::pair<Outcome, absl::Duration>> ended_;
};

inline Attempt Mail(uint64_t ticket, const std::string& name) {
  Attempt attempt;
  attempt.ticket = ticket;
  attempt.channel = mamori::v1::DELIVERY_CHANNEL_MAIL;
  attempt.receiver = name + "@acme.example";
  attempt.body = "Message-ID: <d1@mamori.example>\r\nSubject: x\r\n\r\nbody\r\n";
  attempt.begin_by = absl::Seconds(ticket);
  return attempt;
}

inline Attempt Hook(uint64_t ticket, const std::string& path,
                    const std::string& host = "127.0.0.1") {
  Attempt attempt;
  attempt.ticket = ticket;
  attempt.channel = mamori::v1::DELIVERY_CHANNEL_WEBHOOK;
  attempt.receiver = "webhookEndpoints/" + path;
  attempt.url = absl::StrCat("https://", host, ":", receivers->https_port(), "/", path);
  attempt.body = "{\"specversion\":\"1.0\"}";
  attempt.headers = {"d1", "1731705121", "v1,c2lnbmF0dXJl"};
  attempt.begin_by = absl::Seconds(ticket);
  return attempt;
}

class TransportFixture : public ::testing::Test {
 protected:
  TransportFixture() {
    receivers->News();
    mail_.url = absl::StrCat("smtp://localhost:", receivers->mail_port());
    mail_.user = "mamori";
    mail_.password = "secret";
    mail_.ca_file = receivers->ca_file();
    mail_.from = "mamori@acme.example";
    mail_.timeout = kTimeout;
    mail_.max_connections = 2;
    webhook_.addresses = *AddressPolicy::Create({"127.0.0.1/32"});
    webhook_.extra_ca_file = receivers->ca_file();
    webhook_.timeout = kTimeout;
    webhook_.max_connections = 8;
  }

  // With the options as they stand then.
  template <typename T, typename Options>
  std::unique_ptr<T> Started(const Options& options) {
    auto transport = std::make_unique<T>(options, clock_);
    transport->Start(recorder_);
    return transport;
  }
  Outcome SendMail(const std::string& name) {
    auto transport = Started<MailTransport>(mail_);
    transport->Send({Mail(1, name)});
    return recorder_.Wait(1);
  }
  Outcome SendHook(const std::string& path, const std::string& host = "127.0.0.1") {
    auto transport = Started<WebhookTransport>(webhook_);
    transport->Send({Hook(1, path, host)});
    return recorder_.Wait(1);
  }

  time::SystemClock clock_;
  Recorder recorder_;
  MailOptions mail_;
  WebhookOptions webhook_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_TEST_TRANSPORT_FIXTURE_H_
