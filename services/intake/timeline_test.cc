// Who may ask what becomes of a report: its reporter, by receipt or by token, and nobody else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/time/day.h"
#include "common/time/timestamp.h"
#include "services/intake/test_reporter_fixture.h"

namespace mamori::intake {
namespace {

using testing::HasReason;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr char kReporter[] = "test/reporter";

class TimelineTest : public ReporterTest {
 protected:
  TimelineTest()
      : timeline_stub_(v1::TimelineService::NewStub(
            client::CreateChannel(peer_, authority_.Issue("timeline", {kPortal})))) {}

  absl::StatusOr<triage::v1::Timeline> By(const std::string& receipt) {
    v1::GetAnonymousTimelineRequest request;
    request.set_receipt(receipt);
    triage::v1::Timeline timeline;
    const grpc::Status status =
        timeline_stub_->GetAnonymousTimeline(Context().get(), request, &timeline);
    if (!status.ok()) return status::FromGrpcStatus(status);
    return timeline;
  }
  absl::StatusOr<triage::v1::Timeline> As(const std::string& person, const std::string& report) {
    v1::GetReportTimelineRequest request;
    request.set_report(report);
    return timeline_service_.ByToken(CallOf(person), request);
  }
  std::string SubmitAs(const std::string& person, const std::string& for_person = "") {
    v1::SubmitIdentifiedReportRequest request;
    request.set_request_id("identified-0001");
    *request.mutable_report() = GoodSubmit().report();
    request.set_mode(mamori::v1::REPORTER_MODE_NAMED);
    request.set_for_person(for_person);
    server::CallContext call = CallOf(person);
    call.roles = {"manager"};
    const auto submitted = own_.Submit(call, request);
    EXPECT_THAT(submitted, IsOk());
    return submitted.ok() ? submitted->name() : "";
  }

  std::unique_ptr<v1::TimelineService::Stub> timeline_stub_;
};

TEST_F(TimelineTest, ByReceiptTriageIsAskedForNobodyAndToldTheDay) {
  const std::string receipt = NewReceipt();
  const std::string report = Submit(Anonymous(receipt))->name();
  const auto timeline = By(receipt);
  ASSERT_THAT(timeline, IsOk());
  EXPECT_EQ(timeline->entries(0).text_en(), "It was received.");
  ASSERT_THAT(Asked(), SizeIs(1));
  EXPECT_EQ(Asked()[0].tenant(), "acme");
  EXPECT_EQ(Asked()[0].report_id(), *id::FromName("reports", report));
  EXPECT_EQ(Asked()[0].person(), "");
  const absl::Time received = time::FromTimestamp(Asked()[0].receive_time());
  EXPECT_EQ(received, time::BeginOfDay(received));
}

TEST_F(TimelineTest, AnotherReceiptOrAnOldOneAsksNobody) {
  const std::string receipt = NewReceipt();
  ASSERT_THAT(Submit(Anonymous(receipt)), IsOk());
  EXPECT_THAT(By(NewReceipt()), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(Rotate(receipt, NewReceipt()), IsOk());
  EXPECT_THAT(By(receipt), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(By("no receipt"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Asked(), SizeIs(0));
}

TEST_F(TimelineTest, AReceiptIsAskedWithNoOftenerThanItsAllowance) {
  const std::string receipt = NewReceipt();
  ASSERT_THAT(Submit(Anonymous(receipt)), IsOk());
  absl::Status last;
  for (int i = 0; i < 60 && last.ok(); ++i) last = By(receipt).status();
  EXPECT_THAT(last, HasReason(mamori::v1::ERROR_REASON_FLOOD));
}

TEST_F(TimelineTest, ByTokenItIsTheReportersAloneAndNotTheDesks) {
  const std::string report = SubmitAs(kReporter);
  access_.Allow("test/desk-1");
  ASSERT_THAT(As(kReporter, report), IsOk());
  ASSERT_THAT(Asked(), SizeIs(1));
  EXPECT_EQ(Asked()[0].person(), kReporter);
  EXPECT_THAT(As("test/desk-1", report), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(As("test/other", report), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(As("test/other", report).status(),
            As("test/other", id::Name("reports", ids_.NewId())).status());
  EXPECT_THAT(As(kReporter, "reports/x"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Asked(), SizeIs(1));
}

TEST_F(TimelineTest, WhoReportedForSomebodyAndIsKeptOutIsToldNothing) {
  const std::string report = SubmitAs("test/manager", kReporter);
  ASSERT_THAT(As("test/manager", report), IsOk());
  access_.KeepOut("test/manager");
  EXPECT_EQ(As("test/manager", report).status(),
            As("test/other", id::Name("reports", ids_.NewId())).status());
  EXPECT_THAT(Asked(), SizeIs(1));
  EXPECT_THAT(As(kReporter, report), IsOk());
}

// Nor can it be told by the error what is wrong there.
TEST_F(TimelineTest, WhenTriageDoesNotAnswerItMayPass) {
  const std::string report = SubmitAs(kReporter);
  for (const grpc::StatusCode code : {grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::NOT_FOUND,
                                      grpc::StatusCode::PERMISSION_DENIED}) {
    triage_answers_ = grpc::Status(code, "secret");
    const auto timeline = As(kReporter, report);
    EXPECT_THAT(timeline, HasReason(mamori::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE));
    EXPECT_EQ(std::string(timeline.status().message()).find("secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace mamori::intake
