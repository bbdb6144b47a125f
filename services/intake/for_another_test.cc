// Who reports for somebody else: who may, what it opens, and when that ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "services/intake/test_reporter_fixture.h"

namespace mamori::intake {
namespace {

using testing::HasReason;
using testing::IsOk;

constexpr char kReporter[] = "test/reporter";

class ForAnotherTest : public ReporterTest {
 protected:
  absl::StatusOr<v1::SubmitReportResponse> SubmitAs(const std::string& person,
                                                    mamori::v1::ReporterMode mode,
                                                    const std::string& for_person,
                                                    const std::string& role = "") {
    v1::SubmitIdentifiedReportRequest request;
    request.set_request_id("identified-0001");
    *request.mutable_report() = GoodSubmit().report();
    request.set_mode(mode);
    request.set_for_person(for_person);
    server::CallContext call = CallOf(person);
    if (!role.empty()) call.roles = {role};
    return own_.Submit(call, request);
  }
};

TEST_F(ForAnotherTest, WhoReportsForSomebodySpeaksButDoesNotDecide) {
  const auto submitted =
      SubmitAs("test/manager", mamori::v1::REPORTER_MODE_CONFIDENTIAL, kReporter, "manager");
  ASSERT_THAT(submitted, IsOk());
  const auto manager = parties_.Reporter(CallOf("test/manager"), submitted->name());
  const auto reporter = parties_.Reporter(CallOf(kReporter), submitted->name());
  ASSERT_THAT(manager, IsOk());
  ASSERT_THAT(reporter, IsOk());
  v1::Message words;
  words.set_text("For her.");
  words.set_language("en");
  EXPECT_THAT(dialogue_.Post(CallOf("test/manager"), *manager, "message-0001", words), IsOk());
  v1::Sharing nobody;
  nobody.set_scope(v1::SHARING_SCOPE_NOBODY);
  EXPECT_THAT(own_.Share(CallOf("test/manager"), *manager, nobody),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  EXPECT_THAT(own_.Share(CallOf(kReporter), *reporter, nobody), IsOk());
}

// Else anybody could make himself a reader of somebody's dialogue by reporting for them.
TEST_F(ForAnotherTest, ReportingForSomebodyTakesARoleAndReportingForOneselfNone) {
  const auto mode = mamori::v1::REPORTER_MODE_NAMED;
  for (const char* role : {"", "lawyer", "auditor", "admin"}) {
    EXPECT_THAT(SubmitAs("test/bob", mode, kReporter, role),
                HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED))
        << role;
  }
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM report"), 0);
  EXPECT_THAT(SubmitAs("test/bob", mode, "test/bob"), IsOk()) << "named as the one it is for";
  EXPECT_THAT(SubmitAs("test/manager", mode, kReporter, "manager"),
              HasReason(mamori::v1::ERROR_REASON_REQUEST_ID_REUSED));
}

// Deny wins: the report is another's, so the case's exclusions count for whoever brought it.
TEST_F(ForAnotherTest, WhoReportedForSomebodyIsOutAsSoonAsTheCaseKeepsThemOut) {
  constexpr char kBob[] = "test/bob";
  const std::string report =
      SubmitAs(kBob, mamori::v1::REPORTER_MODE_CONFIDENTIAL, kReporter, "desk")->name();
  const Party party = *parties_.ByToken(CallOf(kBob), report);
  EXPECT_EQ(party.side, v1::MESSAGE_SIDE_REPORTER);
  const auto refused = [&](const std::string& of) {
    return std::pair(parties_.ByToken(CallOf(kBob), of).status(),
                     parties_.Reporter(CallOf(kBob), of).status());
  };
  // He is found to be the one whom it tells of.
  access_.KeepOut(kBob);
  EXPECT_TRUE(absl::IsNotFound(refused(report).first));
  EXPECT_EQ(refused(report), refused(id::Name("reports", ids_.NewId())));
  // Whose report it is stays its reporter, also one whom triage would not let in.
  EXPECT_THAT(parties_.Reporter(CallOf(kReporter), report), IsOk());
  access_.KeepOut(kReporter);
  EXPECT_THAT(parties_.Reporter(CallOf(kReporter), report), IsOk());
}

TEST_F(ForAnotherTest, WhatIsNotKnownOfWhoReportedForSomebodyShowsNothing) {
  const std::string report =
      SubmitAs("test/manager", mamori::v1::REPORTER_MODE_NAMED, kReporter, "manager")->name();
  access_.Fail(absl::UnavailableError("triage is away"));
  EXPECT_TRUE(absl::IsUnavailable(parties_.ByToken(CallOf("test/manager"), report).status()));
  EXPECT_TRUE(absl::IsUnavailable(parties_.Reporter(CallOf("test/manager"), report).status()));
  EXPECT_THAT(parties_.Reporter(CallOf(kReporter), report), IsOk()) << "nobody is asked";
}

}  // namespace
}  // namespace mamori::intake
