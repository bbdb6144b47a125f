// Who is known by name sends no more than one person does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/synchronization/notification.h"
#include "common/time/clock.h"
#include "services/intake/submitter.h"
#include "services/intake/test_reporter_fixture.h"

namespace mamori::intake {
namespace {

using testing::HasReason;
using testing::IsOk;

// As config.proto says of what is not configured.
TEST(FloodControlTest, APersonHasTwentyAtOnceAndTenAMinute) {
  time::FakeClock clock;
  FloodControl flood({}, clock);
  server::CallContext call;
  call.tenant = "acme";
  call.caller = "portal";
  call.person = "hana";
  for (int i = 0; i < 20; ++i) EXPECT_THAT(flood.AdmitNamed(call), IsOk()) << i;
  EXPECT_THAT(flood.AdmitNamed(call), HasReason(mamori::v1::ERROR_REASON_FLOOD));
  clock.Advance(absl::Seconds(7));
  EXPECT_THAT(flood.AdmitNamed(call), IsOk());
  EXPECT_THAT(flood.AdmitNamed(call), HasReason(mamori::v1::ERROR_REASON_FLOOD));
  // Another one's, and what systems hand in.
  call.person = "taro";
  EXPECT_THAT(flood.AdmitNamed(call), IsOk());
  call.person.clear();
  EXPECT_THAT(flood.AdmitNamed(call, 1000), IsOk());
}

TEST_F(ReporterTest, AFloodOfNamedReportsIsRefusedButNoDanger) {
  config::v1::FloodControl limits = FloodLimits();
  limits.mutable_person()->set_per_minute(1);
  limits.mutable_person()->set_burst(1);
  FloodControl flood(limits, clock_);
  const Submitter submitter(writer_, TestSeal(), gate_, clock_, ids_, &flood);
  const auto submit = [&](int number, bool danger) {
    auto request = GoodSubmit(absl::StrCat("request-000", number));
    request.mutable_report()->set_immediate_danger(danger);
    const grpc::Slice slice(request.SerializeAsString());
    absl::Notification done;
    absl::Status status;
    submitter.Submit(CallOf("test/eager"), grpc::ByteBuffer(&slice, 1),
                     [&](absl::StatusOr<std::string> answer) {
                       status = answer.status();
                       done.Notify();
                     });
    done.WaitForNotification();
    return status;
  };
  EXPECT_THAT(submit(1, false), IsOk());
  EXPECT_THAT(submit(2, false), HasReason(mamori::v1::ERROR_REASON_FLOOD));
  EXPECT_THAT(submit(3, true), IsOk());
  EXPECT_THAT(submit(4, true), IsOk());
}

// Who hands in many at once is one person too.
TEST_F(ReporterTest, AFloodOfBatchesIsRefused) {
  config::v1::FloodControl limits = FloodLimits();
  limits.mutable_person()->set_per_minute(1);
  limits.mutable_person()->set_burst(2);
  FloodControl flood(limits, clock_);
  const Submitter submitter(writer_, TestSeal(), gate_, clock_, ids_, &flood);
  int number = 1000;
  const auto submit = [&](const std::string& person, int count) {
    v1::BatchSubmitReportsRequest batch;
    for (int i = 0; i < count; ++i) {
      *batch.add_requests() = GoodSubmit(absl::StrCat("request-", ++number));
    }
    return submitter.SubmitBatch(CallOf(person), batch).status();
  };
  EXPECT_THAT(submit("test/eager", 51), IsOk());  // two
  EXPECT_THAT(submit("test/eager", 1), HasReason(mamori::v1::ERROR_REASON_FLOOD));
  EXPECT_THAT(submit("test/other", 50), IsOk());
  // A system that hands in what others wrote.
  EXPECT_THAT(submit("", 200), IsOk());
}

}  // namespace
}  // namespace mamori::intake
