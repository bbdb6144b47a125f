#include "services/triage/validate.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

#include "common/id/id.h"

namespace mamori::triage {
namespace {

using ::testing::HasSubstr;

const std::string kCase = id::Name("cases", std::string(16, 'c'));
const std::string kOther = id::Name("cases", std::string(16, 'd'));

template <typename Request>
Request Parse(const std::string& text) {
  Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  return request;
}

template <typename Request>
void ExpectWrong(const std::string& text, const std::string& field) {
  const absl::Status status = Validate(Parse<Request>(text));
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << text;
  EXPECT_THAT(std::string(status.message()), HasSubstr(field)) << text;
}

std::string Verb(const std::string& rest = "") {
  return "request_id: '12345678' name: '" + kCase + "' " + rest;
}

TEST(Validate, TakesWhatIsRight) {
  EXPECT_TRUE(Validate(Parse<v1::ClaimCaseRequest>(Verb())).ok());
  EXPECT_TRUE(Validate(Parse<v1::AssignCaseRequest>(Verb("assignee: 'p'"))).ok());
  EXPECT_TRUE(
      Validate(Parse<v1::TriageCaseRequest>(Verb("severity: SEVERITY_LOW categories: 'A_1'")))
          .ok());
  EXPECT_TRUE(Validate(Parse<v1::CloseCaseRequest>(Verb("reason: 'r'"))).ok());
  EXPECT_TRUE(Validate(Parse<v1::AddNoteRequest>(Verb("note { text: 'n' }"))).ok());
  EXPECT_TRUE(Validate(Parse<v1::MergeCasesRequest>(Verb("into: '" + kOther + "'"))).ok());
  EXPECT_TRUE(Validate(Parse<v1::ListCasesRequest>("")).ok());
  EXPECT_TRUE(Validate(Parse<v1::GetCaseRequest>("name: '" +
                                                 id::Name("reports", std::string(16, 'r')) + "'"))
                  .ok());
}

TEST(Validate, NamesWhatIsWrong) {
  const std::string long_text(16385, 'x');
  ExpectWrong<v1::ClaimCaseRequest>("name: '" + kCase + "'", "request_id");
  ExpectWrong<v1::ClaimCaseRequest>("request_id: '12345678' name: 'cases/1'", "name");
  ExpectWrong<v1::AssignCaseRequest>(Verb(), "assignee");
  ExpectWrong<v1::AssignCaseRequest>(Verb("assignee: '" + std::string(201, 'p') + "'"), "assignee");
  ExpectWrong<v1::TriageCaseRequest>(Verb(), "severity");
  ExpectWrong<v1::TriageCaseRequest>(Verb("severity: SEVERITY_LOW categories: 'a'"),
                                     "categories[0]");
  ExpectWrong<v1::TriageCaseRequest>(Verb("severity: SEVERITY_LOW categories: ['A', 'A']"),
                                     "categories[1]");
  ExpectWrong<v1::CloseCaseRequest>(Verb(), "reason");
  ExpectWrong<v1::CloseCaseRequest>(Verb("reason: '" + long_text + "'"), "reason");
  ExpectWrong<v1::ReopenCaseRequest>(Verb(), "reason");
  ExpectWrong<v1::WithdrawCaseRequest>(Verb(), "reason");
  ExpectWrong<v1::OpenConsultationRequest>(Verb(), "consent");
  ExpectWrong<v1::AddNoteRequest>(Verb(), "note.text");
  ExpectWrong<v1::MergeCasesRequest>(Verb("into: '" + kCase + "'"), "into");
  EXPECT_TRUE(Validate(Parse<v1::AnalyzeReportRequest>("report { narrative: 'n' }")).ok());
  ExpectWrong<v1::AnalyzeReportRequest>("", "report.narrative");
  ExpectWrong<v1::AnalyzeReportRequest>(
      "report { narrative: '" + std::string((64 << 10) + 1, 'n') + "' }", "report.narrative");
  ExpectWrong<v1::GetCaseRequest>("name: 'deliveries/1'", "name");
  ExpectWrong<v1::ListCasesRequest>("page_size: -1", "page_size");
  ExpectWrong<v1::ListCasesRequest>("states: [CASE_STATE_RECEIVED, CASE_STATE_UNSPECIFIED]",
                                    "states[1]");
  ExpectWrong<v1::ListCasesRequest>("category: 'x'", "category");
  ExpectWrong<v1::ListCasesRequest>("company: 'X'", "company");
  ExpectWrong<v1::IngestEventsRequest>("", "events");
}

TEST(Validate, NamesAllThatIsWrongAtOnce) {
  const absl::Status status = Validate(Parse<v1::AssignCaseRequest>(""));
  EXPECT_THAT(std::string(status.message()), HasSubstr("(and 2 more)"));
}

TEST(ValidateEvent, KnowsWhoStatesWhat) {
  const std::string base =
      "event_id: 'eeeeeeeeeeeeeeee' tenant: 't' subject_id: 'ssssssssssssssss'"
      " subject_sequence: 1 ";
  const auto ok = [&](const std::string& text) {
    return ValidateEvent(Parse<mamori::v1::Event>(text)).ok();
  };
  EXPECT_TRUE(ok(base + "source: 'intake' report_received {}"));
  EXPECT_TRUE(ok(base + "source: 'intake' report_supplemented {}"));
  EXPECT_TRUE(ok(base + "source: 'notification' notification_acknowledged {"
                        " case_id: 'cccccccccccccccc' }"));
  EXPECT_FALSE(ok(base + "source: 'notification' report_received {}"));
  EXPECT_FALSE(ok(base + "source: 'intake' case_opened {}"));
  EXPECT_FALSE(ok(base + "source: 'intake'"));
  EXPECT_FALSE(ok(base + "source: 'notification' delivery_sent { delivery_id: 'short' }"));
  EXPECT_FALSE(ok("source: 'intake' report_received {}"));
}

}  // namespace
}  // namespace mamori::triage
