#include "services/triage/ingest.h"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

#include "services/triage/test_triage_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::StatusIs;

class IngestTest : public TriageFixture {};

TEST_F(IngestTest, EveryReportOpensOneCaseWithItsAssessment) {
  std::vector<mamori::v1::Event> events;
  for (int i = 0; i < 200; ++i) events.push_back(Receive("「殺してやる」と言われた。"));
  EXPECT_THAT(Apply(events), Each(IsOk()));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM case_record"), 200);
  const mamori::v1::Case one = Get(id::Name("reports", events[7].subject_id()));
  EXPECT_EQ(one.state(), mamori::v1::CASE_STATE_RECEIVED);
  EXPECT_EQ(one.severity(), mamori::v1::SEVERITY_HIGH);
  EXPECT_THAT(one.categories(), ElementsAre("INTIMIDATION_VIOLENCE"));
  EXPECT_THAT(one.reports(), ElementsAre(id::Name("reports", events[7].subject_id())));
  ASSERT_EQ(one.assessments_size(), 1);
  EXPECT_EQ(one.assessments(0).policy_digest(), one.policy_digest());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM policy_version WHERE digest = ?",
                             db::Params().Add(one.policy_digest())),
            1);
  const auto told = Outbox(one.name());
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].case_opened().report_id(), events[7].subject_id());
  EXPECT_EQ(told[0].case_opened().severity(), mamori::v1::SEVERITY_HIGH);
  EXPECT_EQ(told[0].tenant(), "t");
}

TEST_F(IngestTest, AnEventDeliveredAgainHasNoSecondEffect) {
  const mamori::v1::Event event = Receive("x");
  EXPECT_THAT(Apply({event, event}), Each(IsOk()));
  EXPECT_THAT(Apply({event}), Each(IsOk()));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM case_record"), 1);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM outbox"), 1);
}

TEST_F(IngestTest, TwoReplicasGivenTheSameBatchOpenEachCaseOnce) {
  std::vector<mamori::v1::Event> events;
  for (int i = 0; i < 50; ++i) events.push_back(Receive("x"));
  std::vector<absl::Status> other;
  std::thread second([&] { other = Apply(events); });
  std::vector<absl::Status> first = Apply(events);
  second.join();
  // Who lost a race is told to come again, and then it is settled.
  EXPECT_THAT(Apply(events), Each(IsOk()));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM case_record"), 50);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM outbox"), 50);
}

TEST_F(IngestTest, AGapWaitsForWhatIsMissing) {
  mamori::v1::Event first = Receive("x");
  mamori::v1::Event second = MakeEvent("intake", "t", first.subject_id(), 2);
  second.mutable_report_supplemented();
  EXPECT_THAT(Apply({second})[0], HasReason(mamori::v1::ERROR_REASON_EVENT_GAP));
  EXPECT_THAT(Apply({first, second}), Each(IsOk()));
}

TEST_F(IngestTest, OneBadEventFailsAlone) {
  std::vector<mamori::v1::Event> events;
  for (int i = 0; i < 20; ++i) events.push_back(Receive("x"));
  database_.Run(
      "CREATE TRIGGER poison BEFORE INSERT ON case_record FOR EACH ROW"
      " IF NEW.company = 'poison' THEN SIGNAL SQLSTATE '45000'; END IF");
  source_.reports[{"t", events[13].subject_id()}].set_company("poison");
  const auto statuses = Apply(events);
  for (size_t i = 0; i < statuses.size(); ++i) EXPECT_EQ(statuses[i].ok(), i != 13) << i;
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM case_record"), 19);
  database_.Run("DROP TRIGGER poison");
  EXPECT_THAT(Apply(events), Each(IsOk()));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM case_record"), 20);
}

TEST_F(IngestTest, WhatCannotBeReadOrBelievedIsToldApart) {
  mamori::v1::Event good = Receive("x");
  mamori::v1::Event unread = Receive("y");
  source_.reports.erase({"t", unread.subject_id()});
  mamori::v1::Event lying = MakeEvent("notification", "t", ids_.NewId(), 1);
  lying.mutable_notification_acknowledged()->set_case_id(ids_.NewId());
  const auto statuses = Apply({good, unread, lying});
  EXPECT_THAT(statuses[0], IsOk());
  EXPECT_THAT(statuses[1], StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(statuses[2], StatusIs(absl::StatusCode::kInvalidArgument));
  source_.next_error = absl::UnavailableError("intake is away");
  EXPECT_THAT(Apply({Receive("z")})[0], StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(IngestTest, AReportJoinsTheCaseItNamesUnlessThatIsFinishedOrForeign) {
  const mamori::v1::Case open = Open("x");
  const mamori::v1::Event joining = Receive(
      "「殺してやる」と言われた。", mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT, open.name());
  EXPECT_THAT(Apply({joining}), Each(IsOk()));
  const mamori::v1::Case joined = Get(open.name());
  EXPECT_EQ(joined.reports_size(), 2);
  EXPECT_EQ(joined.severity(), mamori::v1::SEVERITY_HIGH);
  EXPECT_NE(joined.etag(), open.etag());
  const auto told = Outbox(open.name());
  ASSERT_EQ(told.size(), 3u);
  EXPECT_TRUE(told[1].has_case_severity_changed());
  EXPECT_TRUE(told[2].has_report_joined());

  auto withdraw = Verb<v1::WithdrawCaseRequest>(open.name());
  withdraw.set_reason("wish");
  EXPECT_THAT(cases_.Withdraw(Call("Withdraw"), withdraw), IsOk());
  const auto kind = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT;
  const mamori::v1::Event late = Receive("x", kind, open.name());
  const mamori::v1::Event foreign = Receive("x", kind, open.name(), "other");
  EXPECT_THAT(Apply({late, foreign}), Each(IsOk()));
  EXPECT_NE(Get(id::Name("reports", late.subject_id())).name(), open.name());
  EXPECT_NE(Get(id::Name("reports", foreign.subject_id()), "other").name(), open.name());
  EXPECT_EQ(Get(open.name()).reports_size(), 2);
}

TEST_F(IngestTest, AReportThatNamesAMergedCaseJoinsTheOneThatSurvives) {
  const mamori::v1::Case first = Open("x");
  const mamori::v1::Case second = Open("y");
  const mamori::v1::Case last = Open("z");
  const auto merge = [&](const mamori::v1::Case& from, const mamori::v1::Case& into) {
    auto request = Verb<v1::MergeCasesRequest>(from.name());
    request.set_into(into.name());
    EXPECT_THAT(cases_.Merge(Call("Merge"), request), IsOk());
  };
  merge(first, second);
  merge(second, last);
  const auto kind = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT;
  const mamori::v1::Event joining = Receive("「殺してやる」と言われた。", kind, first.name());
  EXPECT_THAT(Apply({joining}), Each(IsOk()));
  const mamori::v1::Case joined = Get(last.name());
  EXPECT_EQ(joined.reports_size(), 4);
  EXPECT_EQ(joined.severity(), mamori::v1::SEVERITY_HIGH);
  EXPECT_TRUE(Outbox(last.name()).back().has_report_joined());
  EXPECT_EQ(Get(first.name()).reports_size(), 0);
  // It is assessed by the survivor's policy version, so that one has to be known here.
  database_.Execute(
      "UPDATE case_record SET policy_digest = ? WHERE case_id = ?",
      db::Params().Add(std::string(64, 'b')).Add(*id::FromName("cases", last.name())));
  EXPECT_THAT(Apply({Receive("x", kind, first.name())})[0],
              HasReason(mamori::v1::ERROR_REASON_POLICY_UNKNOWN));
}

TEST_F(IngestTest, AMergeMeanwhileIntoACaseOfAnotherPolicyVersionIsLookedAtAgain) {
  const mamori::v1::Case open = Open("x");
  const mamori::v1::Event joining =
      Receive("x", mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT, open.name());
  // Between the reading of the digests and the transaction.
  source_.after_read = [&] {
    database_.Run(
        "CREATE TRIGGER meanwhile BEFORE INSERT ON inbox FOR EACH ROW"
        " UPDATE case_record SET policy_digest = REPEAT('b', 64)");
  };
  EXPECT_THAT(Apply({joining})[0], StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(Get(open.name()).reports_size(), 1);
}

TEST_F(IngestTest, AConsultationStaysWithItsDesk) {
  const mamori::v1::Case consultation = Open("x", mamori::v1::REPORT_KIND_CONSULTATION);
  EXPECT_EQ(consultation.state(), mamori::v1::CASE_STATE_CONSULTING);
  EXPECT_THAT(cases_.Claim(Call("Claim"), Verb<v1::ClaimCaseRequest>(consultation.name())), IsOk());
  // Only that it was opened has left, for its own desk.
  EXPECT_EQ(Outbox(consultation.name()).size(), 1u);
  auto consent = Verb<v1::OpenConsultationRequest>(consultation.name());
  consent.set_consent("in writing");
  EXPECT_THAT(cases_.OpenConsultation(Call("Open"), consent), IsOk());
  EXPECT_EQ(Outbox(consultation.name()).size(), 2u);
}

TEST_F(IngestTest, ASupplementIsAssessedAndOnlyRaises) {
  const mamori::v1::Event event = Receive("x");
  ASSERT_THAT(Apply({event}), Each(IsOk()));
  const std::string report = id::Name("reports", event.subject_id());
  mamori::v1::Event more = MakeEvent("intake", "t", event.subject_id(), 2);
  more.mutable_report_supplemented()->set_supplement_id(ids_.NewId());
  source_.reports[{"t", event.subject_id()}].add_supplements()->set_text("今日、殴られました。");
  EXPECT_THAT(Apply({more}), Each(IsOk()));
  const mamori::v1::Case raised = Get(report);
  EXPECT_EQ(raised.severity(), mamori::v1::SEVERITY_CRITICAL);
  EXPECT_EQ(raised.assessments(0).severity(), mamori::v1::SEVERITY_CRITICAL);
  const auto told = Outbox(raised.name());
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1].case_severity_changed().to(), mamori::v1::SEVERITY_CRITICAL);

  source_.reports[{"t", event.subject_id()}].clear_supplements();
  mamori::v1::Event again = MakeEvent("intake", "t", event.subject_id(), 3);
  again.mutable_report_supplemented();
  EXPECT_THAT(Apply({again}), Each(IsOk()));
  EXPECT_EQ(Get(report).severity(), mamori::v1::SEVERITY_CRITICAL);
}

TEST_F(IngestTest, OutcomesOfNoticesAreKept) {
  const mamori::v1::Case open = Open("x");
  const id::Id case_id = *id::FromName("cases", open.name());
  mamori::v1::Event sent = MakeEvent("notification", "t", ids_.NewId(), 1);
  sent.mutable_delivery_sent()->set_case_id(case_id);
  sent.mutable_delivery_sent()->set_delivery_id(ids_.NewId());
  mamori::v1::Event seen = MakeEvent("notification", "t", sent.subject_id(), 2);
  seen.mutable_event_time()->set_seconds(1'800'000'001);
  seen.mutable_notification_acknowledged()->set_case_id(case_id);
  EXPECT_THAT(Apply({sent, seen}, "notification"), Each(IsOk()));
  EXPECT_THAT(Apply({sent, seen}, "notification"), Each(IsOk()));
  const mamori::v1::Case one = Get(open.name());
  ASSERT_EQ(one.deliveries_size(), 2);
  EXPECT_EQ(one.deliveries(0).outcome(), "ACKNOWLEDGED");
  EXPECT_EQ(one.deliveries(0).delivery(), id::Name("notifications", sent.subject_id()));
  EXPECT_EQ(one.deliveries(1).outcome(), "SENT");
  EXPECT_EQ(one.deliveries(1).delivery(),
            id::Name("deliveries", sent.delivery_sent().delivery_id()));
}

// A newer policy with another crosswalk: what comes to an old case is classified as before.
TEST_F(IngestTest, AnOldCaseKeepsItsCrosswalkAndANewOneHasTheNewer) {
  const mamori::v1::Event old = Receive("今日、殴られました。");
  ASSERT_THAT(Apply({old})[0], IsOk());
  const auto crosswalk_of = [&](const mamori::v1::Event& event) {
    return Get(id::Name("reports", event.subject_id())).assessments(0).crosswalk_version();
  };
  const std::string before = DefaultPolicy()->policy.crosswalk_version();
  EXPECT_EQ(crosswalk_of(old), before);
  auto newer = std::make_shared<policy::PolicyVersion>(*DefaultPolicy());
  newer->policy.set_crosswalk_version("2099-01");
  newer->bytes = newer->policy.SerializeAsString();
  newer->digest = std::string(64, 'c');
  Assessors assessors(catalog_, newer);
  Ingest after(
      {ingest_store_, gate_, source_, contacts_, assessors, memory_, clock_, ids_, {}, [] {}});
  const mamori::v1::Event fresh = Receive("今日、殴られました。");
  ASSERT_THAT(after.Apply({&fresh}, "intake", Deadline())[0], IsOk());
  EXPECT_EQ(crosswalk_of(fresh), "2099-01");
  source_.reports[{"t", old.subject_id()}].add_supplements()->set_text("今日も蹴られました。");
  mamori::v1::Event more = MakeEvent("intake", "t", old.subject_id(), 2);
  more.mutable_report_supplemented()->set_supplement_id(ids_.NewId());
  ASSERT_THAT(after.Apply({&more}, "intake", Deadline())[0], IsOk());
  EXPECT_EQ(crosswalk_of(old), before);
}

TEST_F(IngestTest, WorkOnACaseUsesTheVersionItWasOpenedUnder) {
  const mamori::v1::Case open = Open("x");
  // Another replica, with another file, which has never met this version by itself.
  policy::PolicyCatalog catalog(policies_);
  auto other = std::make_shared<policy::PolicyVersion>(
      **policy::LoadPolicyFile(testing::SourceRoot() + "/deploy/policy/default.textproto"));
  other->policy.set_title("another");
  other->policy.mutable_acts()->DeleteSubrange(0, 1);
  other->bytes = other->policy.SerializeAsString();
  other->digest = std::string(64, 'a');
  Assessors assessors(catalog, other);
  Cases cases({case_store_, work_store_, gate_, assessors, clock_, ids_, [] {}, tokens_});
  auto request = Verb<v1::TriageCaseRequest>(open.name());
  request.set_severity(mamori::v1::SEVERITY_LOW);
  request.add_categories("INTIMIDATION_VIOLENCE");
  EXPECT_THAT(cases.Triage(Call("Triage"), request), IsOk());
  database_.Execute("UPDATE case_record SET policy_digest = ?",
                    db::Params().Add(std::string(64, 'b')));
  EXPECT_THAT(cases.Triage(Call("Triage"), Verb<v1::TriageCaseRequest>(open.name())),
              StatusIs(absl::StatusCode::kInvalidArgument));
  request.set_request_id("request-other");
  EXPECT_THAT(cases.Triage(Call("Triage"), request),
              HasReason(mamori::v1::ERROR_REASON_POLICY_UNKNOWN));
}

}  // namespace
}  // namespace mamori::triage
