#include "services/mamorictl/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "mamori/v1/report.pb.h"
#include "services/mamorictl/exit_code.h"

namespace mamori::ctl {
namespace {

using mamori::v1::ReportKind;
using testing::HasSubstr;

TEST(Output, WidthCountsJapaneseTwice) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("守り"), 4);
  EXPECT_EQ(DisplayWidth("ｶﾅ"), 2);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1);
}

TEST(Output, ShortensWithoutCuttingACharacter) {
  EXPECT_EQ(Shorten("abcdef", 6), "abcdef");
  EXPECT_EQ(Shorten("abcdefg", 6), "abcde…");
  EXPECT_EQ(Shorten("守り守り", 6), "守り…");
  EXPECT_EQ(Shorten("a\nb", 6), "a b");
}

TEST(Output, TableAlignsByWidthAndShowsNoControlCharacters) {
  Table table({"A", "B"});
  table.AddRow({"守り", "x"});
  table.AddRow({"y", "\x1b[2J"});
  table.AddRow({"", ""});
  EXPECT_EQ(table.Text(), "A     B\n守り  x\ny      [2J\n-     -\n");
}

TEST(Output, EnumsLoseTheirPrefix) {
  EXPECT_EQ(EnumText(mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT), "CUSTOMER_HARASSMENT");
  EXPECT_EQ(EnumText(mamori::v1::REPORT_KIND_UNSPECIFIED), "");
  EXPECT_EQ(EnumText(static_cast<ReportKind>(99)), "99");
}

TEST(Output, EnumsAreParsed) {
  const auto* type = google::protobuf::GetEnumDescriptor<ReportKind>();
  struct {
    const char* text;
    int want;
  } rows[] = {{"CUSTOMER_HARASSMENT", 1},
              {"customer-harassment", 1},
              {"REPORT_KIND_CONSULTATION", 3},
              {"unspecified", -1},
              {"", -1},
              {"harassment", -1}};
  for (const auto& row : rows) EXPECT_EQ(ParseShortEnumName(type, row.text), row.want) << row.text;
}

TEST(Output, TimesAndDurations) {
  google::protobuf::Timestamp time;
  time.set_seconds(1'800'000'000);
  time.set_nanos(999'999'999);
  EXPECT_EQ(TimeText(true, time), "2027-01-15 08:00:00Z");
  EXPECT_EQ(TimeText(false, time), "");
  EXPECT_EQ(DurationText(absl::Milliseconds(412)), "0.412 s");
  EXPECT_EQ(DurationText(absl::Seconds(185)), "3 min 5 s");
  EXPECT_EQ(DurationText(absl::Minutes(150)), "2 h 30 min");
}

TEST(ExitCode, IsTenAndTheGrpcCode) {
  EXPECT_EQ(ExitCodeOf(grpc::Status::OK), 0);
  EXPECT_EQ(ExitCodeOf(grpc::Status(grpc::StatusCode::NOT_FOUND, "")), 15);
  EXPECT_EQ(ExitCodeOf(absl::FailedPreconditionError("")), 19);
}

TEST(ExitCode, ErrorsNameFieldsReasonAndWait) {
  google::rpc::Status details;
  details.set_code(3);
  google::rpc::BadRequest bad;
  auto* field = bad.add_field_violations();
  field->set_field("report.company");
  field->set_description("empty");
  details.add_details()->PackFrom(bad);
  google::rpc::ErrorInfo info;
  info.set_reason("ERROR_REASON_INVALID_FIELDS");
  details.add_details()->PackFrom(info);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(2);
  details.add_details()->PackFrom(retry);
  const grpc::Status status(grpc::StatusCode::INVALID_ARGUMENT, "1 field is wrong",
                            details.SerializeAsString());
  EXPECT_EQ(ErrorText(status),
            "INVALID_ARGUMENT: 1 field is wrong\n  report.company: empty\n"
            "  reason: ERROR_REASON_INVALID_FIELDS\n  come again in 2.000 s\n");
  EXPECT_THAT(ErrorJson(status), HasSubstr("\"reason\":\"ERROR_REASON_INVALID_FIELDS\""));
}

TEST(ExitCode, DetailsThatAreNoneAreLeftOut) {
  const grpc::Status status(grpc::StatusCode::UNAVAILABLE, "away", "\xff\xff not a message");
  EXPECT_EQ(ErrorText(status), "UNAVAILABLE: away\n");
  EXPECT_THAT(ErrorJson(status), HasSubstr("\"code\":14"));
}

}  // namespace
}  // namespace mamori::ctl
