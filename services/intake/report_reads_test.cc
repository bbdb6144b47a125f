// Who read reports, as the audit has it.
#include "services/intake/report_reads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/audit/reads.h"
#include "common/authn/statement.h"
#include "common/time/timestamp.h"
#include "services/intake/contacts.h"
#include "services/intake/reports.h"
#include "services/intake/test_reporter_fixture.h"

namespace mamori::intake {
namespace {

using absl::StatusCode;
using testing::HasReason;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr char kDesk[] = "test/desk-1";

v1::ListReportReadsRequest OfTheLastHour(const std::string& report, absl::Time now) {
  v1::ListReportReadsRequest request;
  request.add_reports(report);
  *request.mutable_from_time() = time::ToTimestamp(now - absl::Hours(1));
  *request.mutable_to_time() = time::ToTimestamp(now + absl::Hours(1));
  return request;
}

TEST_F(ReporterTest, WhoReadReportsIsToldToWhoLooksAfterAccess) {
  // Told by day: of some moment of it, which the window is asked for.
  const std::string report = Submit(Anonymous(NewReceipt()))->name();
  access_.Allow(kDesk);
  audit::Reads reads(database_.transactor(), journal_, clock_);
  Reports recorded{store_, report_access_, TestSeal().sealer(), tokens_, clock_,
                   ids_,   &reads,         &reporter_gate_};
  v1::GetReportRequest get;
  get.set_name(report);
  for (int i = 0; i < 2; ++i) ASSERT_THAT(recorded.Get(CallOf(kDesk), get), IsOk());
  ASSERT_THAT(reads.RunOnce(), IsOk());
  ReportReads asked(database_.transactor(), journal_);
  const v1::ListReportReadsRequest request = OfTheLastHour(report, clock_.Now());
  server::CallContext call = CallOf("test/admin");
  call.roles = {"admin"};
  call.resource = authn::ResourceOf({report});
  const auto found = asked.List(call, request);
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(found->readings(), SizeIs(1));
  EXPECT_EQ(found->readings(0).person(), kDesk);
  EXPECT_EQ(found->readings(0).count(), 2);
  EXPECT_EQ(found->unbelieved_rows(), 0);
  server::CallContext desk = call;
  desk.roles = {"desk"};
  EXPECT_THAT(asked.List(desk, request), HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  server::CallContext unsigned_call = call;
  unsigned_call.resource = authn::ResourceOf({"reports/another"});
  EXPECT_THAT(asked.List(unsigned_call, request), StatusIs(StatusCode::kUnauthenticated));
  // Outside the window, of another tenant.
  auto before = request;
  *before.mutable_from_time() = time::ToTimestamp(clock_.Now() - absl::Hours(300));
  *before.mutable_to_time() = time::ToTimestamp(clock_.Now() - absl::Hours(200));
  EXPECT_THAT(asked.List(call, before)->readings(), SizeIs(0));
  server::CallContext stranger = call;
  stranger.tenant = "other";
  EXPECT_THAT(asked.List(stranger, request)->readings(), SizeIs(0));
  // A row that somebody changed is counted, not believed.
  database_.Run("UPDATE audit_group SET entries = CONCAT(entries, 'x')");
  const auto changed = asked.List(call, request);
  ASSERT_THAT(changed, IsOk());
  EXPECT_THAT(changed->readings(), SizeIs(0));
  EXPECT_GE(changed->unbelieved_rows(), 1);
}

// A list of contacts is their content: nothing else shows it.
TEST_F(ReporterTest, WhoListsTheContactsOfAReportIsTold) {
  const std::string report = Submit(Anonymous(NewReceipt()))->name();
  access_.Allow(kDesk);
  audit::Reads reads(database_.transactor(), journal_, clock_);
  Contacts contacts(
      store_, report_access_, TestSeal().sealer(), tokens_, clock_, ids_, [] {}, &reads);
  auto of_none = GoodContact("");
  of_none.set_request_id("contact-0002");
  ASSERT_THAT(contacts.Record(CallOf(kDesk), GoodContact(report)), IsOk());
  ASSERT_THAT(contacts.Record(CallOf(kDesk), of_none), IsOk());
  server::CallContext desk = CallOf(kDesk);
  desk.roles = {"desk"};
  const auto listed = contacts.List(desk, {});
  ASSERT_THAT(listed, IsOk());
  EXPECT_THAT(listed->contacts(), SizeIs(2));
  ASSERT_THAT(reads.RunOnce(), IsOk());
  ReportReads asked(database_.transactor(), journal_);
  const v1::ListReportReadsRequest request = OfTheLastHour(report, clock_.Now());
  server::CallContext admin = CallOf("test/admin");
  admin.roles = {"admin"};
  admin.resource = authn::ResourceOf({report});
  const auto found = asked.List(admin, request);
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(found->readings(), SizeIs(1));
  EXPECT_EQ(found->readings(0).person(), kDesk);
}

}  // namespace
}  // namespace mamori::intake
