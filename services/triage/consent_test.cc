// That a consultation becomes a case only with its reporter's consent, on a real database.
#include <gmock/gmock.h>

#include <string>
#include <utility>

#include "services/triage/test_people_fixture.h"

namespace mamori::triage {
namespace {

using testing::HasReason;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

TEST_F(PeopleTest, AConsultationBecomesACaseOnlyWithConsent) {
  for (const auto mode : {mamori::v1::REPORTER_MODE_NAMED, mamori::v1::REPORTER_MODE_CONFIDENTIAL,
                          mamori::v1::REPORTER_MODE_ANONYMOUS}) {
    const auto received = Receive("x", mamori::v1::REPORT_KIND_CONSULTATION);
    const id::Id report = received.subject_id();
    source_.reports[{"t", report}].set_reporter_mode(mode);
    ASSERT_THAT(Apply({received})[0], IsOk());
    const std::string name = Get(id::Name("reports", report)).name();
    const auto open = [&] {
      auto request = Verb<v1::OpenConsultationRequest>(name);
      request.set_consent("said so");
      return cases_.OpenConsultation(Call("OpenConsultation"), request).status();
    };
    const auto decide = [&](int64_t sequence, int64_t version, bool given) {
      auto event = MakeEvent("intake", "t", report, sequence);
      event.mutable_consent_decided()->set_version(version);
      event.mutable_consent_decided()->set_given(given);
      return Apply({event})[0];
    };
    const auto missing = HasReason(mamori::v1::ERROR_REASON_CONSENT_MISSING);
    EXPECT_THAT(open(), missing) << "never asked";
    ASSERT_THAT(decide(2, 1, true), IsOk());
    ASSERT_THAT(decide(3, 2, false), IsOk());
    EXPECT_THAT(open(), missing) << "taken back";
    EXPECT_EQ(Get(name).state(), mamori::v1::CASE_STATE_CONSULTING);
    const auto told = Outbox(name);
    ASSERT_THAT(told, SizeIs(3));
    EXPECT_EQ(told[1].case_consent_decided().report_id(), report);
    EXPECT_EQ(told[1].case_consent_decided().state(), mamori::v1::CASE_STATE_CONSULTING);
    ASSERT_THAT(decide(4, 3, true), IsOk());
    // As the database's root: the record says it, and its tag that triage did.
    const id::Id case_id = *id::FromName("cases", name);
    database_.Execute("UPDATE case_access SET record = '' WHERE case_id = ?",
                      db::Params().Add(case_id));
    EXPECT_THAT(open(), StatusIs(absl::StatusCode::kNotFound));
    EXPECT_GE(telemetry_.Take("tag"), 1);
    database_.Execute(
        "UPDATE case_access a JOIN case_access_past p ON p.case_id = a.case_id AND p.version = 1"
        " SET a.record = p.record, a.tag = p.tag, a.version = p.version WHERE a.case_id = ?",
        db::Params().Add(case_id));
    EXPECT_THAT(open(), StatusIs(absl::StatusCode::kNotFound)) << "an older one put back";
  }
}

TEST_F(PeopleTest, ConsentGivenOpensAndAWithdrawnReportGivesNone) {
  for (const bool withdrawn : {false, true}) {
    const auto received = Receive("x", mamori::v1::REPORT_KIND_CONSULTATION);
    const id::Id report = received.subject_id();
    source_.reports[{"t", report}].set_reporter_mode(mamori::v1::REPORTER_MODE_NAMED);
    auto given = MakeEvent("intake", "t", report, 2);
    given.mutable_consent_decided()->set_version(1);
    given.mutable_consent_decided()->set_given(true);
    // In one batch with the report that it is about.
    const auto applied = Apply({received, given});
    ASSERT_THAT(applied[0], IsOk());
    ASSERT_THAT(applied[1], IsOk());
    if (withdrawn) {
      auto event = MakeEvent("intake", "t", report, 3);
      event.mutable_report_withdrawn();
      ASSERT_THAT(Apply({event})[0], IsOk());
    }
    const std::string name = Get(id::Name("reports", report)).name();
    auto request = Verb<v1::OpenConsultationRequest>(name);
    request.set_consent("said so");
    const auto opened = cases_.OpenConsultation(Call("OpenConsultation"), request);
    if (withdrawn) {
      EXPECT_THAT(opened, HasReason(mamori::v1::ERROR_REASON_CONSENT_MISSING));
    } else {
      ASSERT_THAT(opened, IsOk());
      EXPECT_EQ(opened->state(), mamori::v1::CASE_STATE_RECEIVED);
      // Taken back later: what became of it stays.
      auto late = MakeEvent("intake", "t", report, 3);
      late.mutable_consent_decided()->set_version(2);
      ASSERT_THAT(Apply({late})[0], IsOk());
      EXPECT_EQ(Get(name).state(), mamori::v1::CASE_STATE_RECEIVED);
    }
  }
}

TEST_F(PeopleTest, EveryReporterOfAConsultationConsents) {
  const auto first = Receive("x", mamori::v1::REPORT_KIND_CONSULTATION);
  source_.reports[{"t", first.subject_id()}].set_reporter_mode(mamori::v1::REPORTER_MODE_NAMED);
  ASSERT_THAT(Apply({first})[0], IsOk());
  const std::string name = Get(id::Name("reports", first.subject_id())).name();
  const auto second = Receive("y", mamori::v1::REPORT_KIND_CONSULTATION, name);
  source_.reports[{"t", second.subject_id()}].set_reporter_mode(mamori::v1::REPORTER_MODE_NAMED);
  ASSERT_THAT(Apply({second})[0], IsOk());
  ASSERT_EQ(Get(name).reports_size(), 2);
  for (const auto& [event, opens] : {std::pair(first, false), std::pair(second, true)}) {
    auto given = MakeEvent("intake", "t", event.subject_id(), 2);
    given.mutable_consent_decided()->set_version(1);
    given.mutable_consent_decided()->set_given(true);
    ASSERT_THAT(Apply({given})[0], IsOk());
    auto request = Verb<v1::OpenConsultationRequest>(name);
    request.set_consent("said so");
    EXPECT_EQ(cases_.OpenConsultation(Call("OpenConsultation"), request).ok(), opens);
  }
}

}  // namespace
}  // namespace mamori::triage
