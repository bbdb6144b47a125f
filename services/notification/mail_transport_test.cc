#include "services/notification/mail_transport.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/notification/test_transport_fixture.h"

namespace mamori::notification {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class MailTransportTest : public TransportFixture {};

TEST_F(MailTransportTest, MailIsAcceptedOverTlsWithLoginOnOneConnection) {
  mail_.max_connections = 1;
  auto transport = Started<MailTransport>(mail_);
  transport->Send({Mail(1, "ok"), Mail(2, "ok"), Mail(3, "ok")});
  for (uint64_t ticket : {1, 2, 3}) {
    EXPECT_EQ(recorder_.Wait(ticket).verdict, Verdict::kAccepted) << recorder_.Wait(ticket).error;
  }
  const std::vector<std::string> mails = receivers->News();
  ASSERT_THAT(mails, SizeIs(3));
  std::set<std::string> connections;
  for (const std::string& mail : mails) {
    EXPECT_THAT(mail, HasSubstr("\"tls\": true"));
    EXPECT_THAT(mail, HasSubstr("\"user\": \"mamori\""));
    EXPECT_THAT(mail,
                HasSubstr("\"to\": [\"ok@acme.example\"], \"sender\": \"mamori@acme.example\""));
    EXPECT_THAT(mail, HasSubstr("Subject: x\\r\\n\\r\\nbody\\r\\n\""));
    const size_t at = mail.find("\"connection\"");
    connections.insert(mail.substr(at, mail.find(',', at) - at));
  }
  EXPECT_THAT(connections, SizeIs(1));
}

TEST_F(MailTransportTest, WhatAMailServerSaysIsUnderstood) {
  const struct {
    const char* name;
    Verdict verdict;
    const char* error;
  } rows[] = {
      {"later", Verdict::kTemporary, "smtp.451"},
      {"unknown", Verdict::kPermanent, "smtp.550"},
      {"refused", Verdict::kPermanent, "smtp.554"},
      {"drop", Verdict::kUnknown, "smtp.connection.lost"},
      {"ok", Verdict::kAccepted, ""},
  };
  // One after another on one line: none spoils the next.
  mail_.max_connections = 1;
  auto transport = Started<MailTransport>(mail_);
  uint64_t ticket = 0;
  for (const auto& row : rows) {
    transport->Send({Mail(++ticket, row.name)});
    const Outcome outcome = recorder_.Wait(ticket);
    EXPECT_EQ(outcome.verdict, row.verdict) << row.name;
    EXPECT_EQ(outcome.error, row.error) << row.name;
  }
}

TEST_F(MailTransportTest, AMailServerThatGoesMuteHoldsUpNobodyElse) {
  auto mail = Started<MailTransport>(mail_);
  auto hooks = std::make_unique<WebhookTransport>(webhook_, clock_);
  hooks->Start(recorder_);
  mail->Send({Mail(1, "mute")});
  usleep(300'000);  // it is in DATA now
  const absl::Duration begin = clock_.Monotonic();
  mail->Send({Mail(2, "ok"), Mail(3, "ok")});
  hooks->Send({Hook(4, "ok")});
  for (uint64_t ticket : {2, 3, 4}) {
    EXPECT_EQ(recorder_.Wait(ticket).verdict, Verdict::kAccepted);
  }
  EXPECT_LT(clock_.Monotonic() - begin, absl::Milliseconds(650));
  // The mute one may have taken the mail.
  EXPECT_EQ(recorder_.Wait(1).verdict, Verdict::kUnknown);
  EXPECT_EQ(recorder_.Wait(1).error, "smtp.timeout");
  EXPECT_GE(recorder_.Took(1), kTimeout);
  EXPECT_LT(recorder_.Took(1), kTimeout + absl::Seconds(1));
  mail->Send({Mail(5, "ok"), Mail(6, "ok")});
  EXPECT_EQ(recorder_.Wait(5).verdict, Verdict::kAccepted) << recorder_.Wait(5).error;
  EXPECT_EQ(recorder_.Wait(6).verdict, Verdict::kAccepted) << recorder_.Wait(6).error;
}

TEST_F(MailTransportTest, ALoginThatIsRefusedKillsNoMail) {
  mail_.password = "wrong";
  const Outcome outcome = SendMail("ok");
  EXPECT_EQ(outcome.verdict, Verdict::kTemporary) << outcome.error;
  EXPECT_TRUE(outcome.endpoint_failed);
  EXPECT_THAT(receivers->News(), IsEmpty());
}

TEST_F(MailTransportTest, AMailServerThatCannotBeTrustedGetsNothing) {
  testing::CertificateAuthority other;
  mail_.ca_file = other.Issue("other", {}).ca_file();
  const Outcome outcome = SendMail("ok");
  EXPECT_EQ(outcome.verdict, Verdict::kTemporary);
  EXPECT_EQ(outcome.error, "smtp.tls.failed");
  EXPECT_THAT(receivers->News(), IsEmpty());
}

// A port that is connected to and never says a word.
class SilentServer {
 public:
  SilentServer() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(in);
    auto* address = reinterpret_cast<sockaddr*>(&in);
    EXPECT_EQ(bind(socket_, address, size), 0);
    EXPECT_EQ(listen(socket_, 5), 0);
    EXPECT_EQ(getsockname(socket_, address, &size), 0);
    port = ntohs(in.sin_port);
  }
  ~SilentServer() { Close(); }
  void Close() {
    if (socket_ >= 0) close(std::exchange(socket_, -1));
  }
  int port = 0;

 private:
  int socket_;
};

TEST_F(MailTransportTest, AServerThatNeverSpeaksOrIsNotThere) {
  SilentServer silent;
  mail_.url = absl::StrCat("smtp://127.0.0.1:", silent.port);
  Outcome outcome = SendMail("ok");
  EXPECT_EQ(outcome.verdict, Verdict::kTemporary);
  EXPECT_EQ(outcome.error, "smtp.timeout");
  EXPECT_LT(recorder_.Took(1), kTimeout + absl::Seconds(1));
  silent.Close();
  auto transport = Started<MailTransport>(mail_);
  transport->Send({Mail(2, "ok")});
  outcome = recorder_.Wait(2);
  EXPECT_EQ(outcome.verdict, Verdict::kTemporary);
  EXPECT_EQ(outcome.error, "smtp.connect.failed");
}

}  // namespace
}  // namespace mamori::notification
