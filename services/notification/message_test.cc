#include "services/notification/message.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/id/id.h"

namespace mamori::notification {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Notice SampleNotice() {
  Notice notice;
  notice.delivery_id = std::string(16, 'd');
  notice.tenant = "acme";
  notice.case_id = std::string(16, 'c');
  notice.event_type = "case.opened";
  notice.urgency = mamori::v1::URGENCY_PAGE;
  notice.create_time = absl::FromUnixSeconds(1'800'000'000);
  return notice;
}

std::string CaseText() { return id::ToText(std::string(16, 'c')); }

// The header field's value, unfolded and decoded.
std::string Decoded(const std::string& message, const std::string& field) {
  std::vector<std::string> parts = absl::StrSplit(message, absl::MaxSplits("\r\n\r\n", 1));
  const std::string head = absl::StrReplaceAll(parts[0], {{"\r\n ", " "}});
  for (const absl::string_view line : absl::StrSplit(head, "\r\n")) {
    if (!absl::StartsWith(line, field + ": ")) continue;
    std::string value;
    for (const absl::string_view word : absl::StrSplit(line.substr(field.size() + 2), ' ')) {
      std::string text;
      if (absl::StartsWith(word, "=?UTF-8?B?") &&
          absl::Base64Unescape(word.substr(10, word.size() - 12), &text)) {
        value += text;
      } else {
        value += std::string(word);
      }
    }
    return value;
  }
  return "";
}

TEST(LinkTo, PutsTheCaseIn) {
  EXPECT_EQ("https://desk.example/cases/" + CaseText(),
            LinkTo("https://desk.example/cases/{case}", std::string(16, 'c')));
  EXPECT_EQ("/" + CaseText() + "?c=" + CaseText(),
            LinkTo("/{case}?c={case}", std::string(16, 'c')));
  EXPECT_EQ("https://desk.example", LinkTo("https://desk.example", std::string(16, 'c')));
}

TEST(MailMessage, IsAWellFormedMessage) {
  const std::string message = MailMessage(SampleNotice(), "https://desk.example/x",
                                          "mamori@example.com", "desk@example.com", "mail.example");
  for (const absl::string_view line : absl::StrSplit(message, "\r\n")) {
    EXPECT_LE(line.size(), 76u) << line;
    EXPECT_EQ(absl::string_view::npos, line.find_first_of("\r\n"));
  }
  EXPECT_EQ("Fri,15Jan202708:00:00+0000", Decoded(message, "Date"));
  EXPECT_EQ("<mamori@example.com>", Decoded(message, "From"));
  EXPECT_EQ("<desk@example.com>", Decoded(message, "To"));
  EXPECT_EQ("<" + id::ToText(std::string(16, 'd')) + "@mail.example>",
            Decoded(message, "Message-ID"));
  EXPECT_EQ(MailSubject(SampleNotice()), Decoded(message, "Subject"));
  const std::vector<std::string> parts = absl::StrSplit(message, absl::MaxSplits("\r\n\r\n", 1));
  std::string body;
  ASSERT_TRUE(absl::Base64Unescape(absl::StrReplaceAll(parts[1], {{"\r\n", ""}}), &body));
  EXPECT_EQ(MailBody(SampleNotice(), "https://desk.example/x"), body);
}

TEST(MailMessage, IsTheSameAtEveryAttempt) {
  EXPECT_EQ(MailMessage(SampleNotice(), "l", "a@b", "c@d", "h"),
            MailMessage(SampleNotice(), "l", "a@b", "c@d", "h"));
}

TEST(MailBody, SaysWhatHowUrgentlyAndWhereInBothLanguages) {
  const std::string body = MailBody(SampleNotice(), "https://desk.example/x");
  for (const char* part : {"新しい案件", "至急", "New case", "AT ONCE", "https://desk.example/x"}) {
    EXPECT_THAT(body, HasSubstr(part));
  }
  EXPECT_THAT(body, HasSubstr("cases/" + CaseText()));
  EXPECT_THAT(body, Not(HasSubstr("acknowledged")));
}

TEST(MailBody, TellsThatItWasEscalated) {
  Notice notice = SampleNotice();
  notice.escalation_step = 1;
  EXPECT_THAT(MailBody(notice, "l"), HasSubstr("nobody acknowledged"));
  EXPECT_THAT(MailSubject(notice), HasSubstr("unacknowledged"));
}

TEST(MailSubject, KnowsEveryEventAndUrgency) {
  Notice notice = SampleNotice();
  std::vector<std::string> subjects;
  for (const char* type :
       {"case.opened", "case.report_joined", "case.state_changed", "case.assigned", "case.merged",
        "case.severity_changed", "case.emergency_act", "other"}) {
    notice.event_type = type;
    subjects.push_back(MailSubject(notice));
  }
  for (const auto urgency : {mamori::v1::URGENCY_NORMAL, mamori::v1::URGENCY_HIGH}) {
    notice.urgency = urgency;
    subjects.push_back(MailSubject(notice));
  }
  std::sort(subjects.begin(), subjects.end());
  EXPECT_EQ(subjects.end(), std::adjacent_find(subjects.begin(), subjects.end()));
}

TEST(CloudEvent, IsAStructuredEvent) {
  google::protobuf::Struct event;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  CloudEvent(SampleNotice(), "https://desk.example/\"x\\\n"), &event)
                  .ok());
  const auto& fields = event.fields();
  EXPECT_EQ("1.0", fields.at("specversion").string_value());
  EXPECT_EQ(id::ToText(std::string(16, 'd')), fields.at("id").string_value());
  EXPECT_EQ("/mamori/tenants/acme", fields.at("source").string_value());
  EXPECT_EQ("mamori.case.opened", fields.at("type").string_value());
  EXPECT_EQ("cases/" + CaseText(), fields.at("subject").string_value());
  EXPECT_EQ("2027-01-15T08:00:00.000000Z", fields.at("time").string_value());
  EXPECT_EQ("application/json", fields.at("datacontenttype").string_value());
  const auto& data = fields.at("data").struct_value().fields();
  EXPECT_EQ("cases/" + CaseText(), data.at("case").string_value());
  EXPECT_EQ("page", data.at("urgency").string_value());
  EXPECT_EQ(0, data.at("escalation_step").number_value());
  EXPECT_EQ("https://desk.example/\"x\\\n", data.at("link").string_value());
}

// Whoever adds a field has to think about whether a receiver may know it.
TEST(CloudEvent, CarriesNothingElse) {
  google::protobuf::Struct event;
  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(CloudEvent(SampleNotice(), "l"), &event).ok());
  EXPECT_EQ(8, event.fields_size());
  EXPECT_EQ(4, event.fields().at("data").struct_value().fields_size());
}

}  // namespace
}  // namespace mamori::notification
