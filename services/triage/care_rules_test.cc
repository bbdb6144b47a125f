#include "services/triage/care_rules.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "common/testing/matchers.h"
#include "services/triage/timeline_rules.h"
#include "services/triage/work_request_rules.h"

namespace mamori::triage {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;

constexpr char kCase[] = "cases/00000000000000000000000000";

template <typename Request>
Request Parse(const std::string& fields, const std::string& name = kCase) {
  Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      absl::StrCat("request_id: 'request-1' name: '", name, "' ", fields), &request))
      << fields;
  return request;
}

template <typename Request>
std::string Fault(const std::string& fields, const std::string& name = kCase) {
  return std::string(Validate(Parse<Request>(fields, name)).message());
}

v1::Care Of(const std::string& person, v1::CareKind kind, int next = 0) {
  v1::Care care;
  care.set_person(person);
  care.set_kind(kind);
  if (next != 0) care.mutable_next_contact_time()->set_seconds(next);
  return care;
}

std::string Gaps(const std::vector<v1::Care>& care, bool risk = true, int now = 1000) {
  std::string text;
  for (const v1::CareGap& gap : GapsOf(care, risk, absl::FromUnixSeconds(now))) {
    absl::StrAppend(&text, gap.person(), " ", v1::CareGapKind_Name(gap.kind()).substr(14), ";");
  }
  return text;
}

TEST(CareRulesTest, NobodyIsLeftAlone) {
  EXPECT_EQ(Gaps({}, false), " NOBODY_NAMED; RISK_NOT_ASSESSED;");
  EXPECT_EQ(Gaps({Of("a", v1::CARE_KIND_MEDICAL_REFERRAL)}), "a NO_CONTACT;a NO_COMPANION;");
  EXPECT_EQ(Gaps({Of("a", v1::CARE_KIND_CONTACT, 2000), Of("a", v1::CARE_KIND_COMPANION)}), "");
  // Each of them, also when another is looked after.
  EXPECT_EQ(Gaps({Of("a", v1::CARE_KIND_CONTACT, 2000), Of("a", v1::CARE_KIND_COMPANION),
                  Of("b", v1::CARE_KIND_WORK_CHANGE)}),
            "b NO_CONTACT;b NO_COMPANION;");
}

TEST(CareRulesTest, AContactIsOverdueFromItsMomentOn) {
  const std::vector<v1::Care> care = {Of("a", v1::CARE_KIND_COMPANION),
                                      Of("a", v1::CARE_KIND_CONTACT, 1000)};
  EXPECT_EQ(Gaps(care, true, 999), "");
  EXPECT_EQ(Gaps(care, true, 1000), "a CONTACT_OVERDUE;");
  // The next contact fixes a new date.
  EXPECT_EQ(Gaps({care[0], care[1], Of("a", v1::CARE_KIND_CONTACT, 3000)}, true, 2000), "");
}

TEST(CareRulesTest, WhoDeclinesIsLeftInPeaceUntilTheNextCare) {
  EXPECT_EQ(Gaps({Of("a", v1::CARE_KIND_DECLINED)}), "");
  EXPECT_EQ(Gaps({Of("a", v1::CARE_KIND_DECLINED), Of("a", v1::CARE_KIND_COUNSELLING_REFERRAL)}),
            "a NO_CONTACT;a NO_COMPANION;");
}

TEST(CareRulesTest, RequestsAreComplete) {
  const std::string contact =
      "care { kind: CARE_KIND_CONTACT person: 'p' text: 't' care_time { seconds: 5 } ";
  using Request = v1::RecordCareRequest;
  EXPECT_THAT(Validate(Parse<Request>(contact + "next_contact_time { seconds: 6 } }")), IsOk());
  EXPECT_THAT(Fault<Request>(contact + "}"), HasSubstr("care.next_contact_time"));
  EXPECT_THAT(Fault<Request>(contact + "next_contact_time { seconds: 5 } }"),
              HasSubstr("care.next_contact_time"));
  EXPECT_THAT(Fault<Request>(contact + "carer: 'p' next_contact_time { seconds: 6 } }"),
              HasSubstr("care.carer"));
  using Risk = v1::AssessDetrimentRiskRequest;
  EXPECT_THAT(Validate(Parse<Risk>("risk { level: RISK_LEVEL_LOW factors: 'f' }")), IsOk());
  for (const char* level : {"RISK_LEVEL_MEDIUM", "RISK_LEVEL_HIGH"}) {
    EXPECT_THAT(Fault<Risk>(absl::StrCat("risk { level: ", level, " factors: 'f' }")),
                HasSubstr("risk.safeguards"));
  }
  EXPECT_THAT(Fault<v1::ReportRetaliationRequest>("retaliation { narrative: 'n' }"),
              HasSubstr("retaliation.affected"));
}

TEST(CareRulesTest, APreventionHasOwnerDueDateAndALaterReview) {
  using Request = v1::PlanPreventionRequest;
  const Request good = Parse<Request>(
      "prevention { action: 'a' owner: 'o' due_time { seconds: 5 }"
      " review_time { seconds: 6 } }");
  EXPECT_THAT(Validate(good), IsOk());
  for (const char* field : {"action", "owner", "due_time", "review_time"}) {
    Request request = good;
    const auto* descriptor = v1::PreventionAction::descriptor()->FindFieldByName(field);
    v1::PreventionAction::GetReflection()->ClearField(request.mutable_prevention(), descriptor);
    EXPECT_THAT(std::string(Validate(request).message()),
                HasSubstr(std::string("prevention.") + field));
  }
  EXPECT_THAT(Fault<Request>("prevention { action: 'a' owner: 'o' due_time { seconds: 5 }"
                             " review_time { seconds: 5 } }"),
              HasSubstr("prevention.review_time"));
}

TEST(CareRulesTest, TasksAndReportsAreNamed) {
  EXPECT_THAT(Fault<v1::AddTaskRequest>("task { text: 't' due_time { seconds: 1 } }"),
              HasSubstr("task.owner"));
  EXPECT_THAT(Fault<v1::HandOverCaseRequest>("assignee: 'a'"), HasSubstr("note"));
  EXPECT_THAT(Fault<v1::SplitReportRequest>("report: 'cases/x' reason: 'r'"), HasSubstr("report"));
}

// Whatever people wrote and whoever they are, a timeline is made of dates and states.
TEST(TimelineRulesTest, TellsStepsAndDatesAndNothingElse) {
  google::protobuf::Timestamp time;
  time.set_seconds(5);
  TimelineFacts facts{.opened = time, .first_statement = time, .next_contact = time};
  for (int state = 0; state < mamori::v1::CaseState_ARRAYSIZE; ++state) {
    facts.state = static_cast<mamori::v1::CaseState>(state);
    const v1::Timeline reporter = TimelineOf(facts, v1::TIMELINE_AUDIENCE_REPORTER);
    ASSERT_EQ(reporter.entries_size(), 3) << state;
    EXPECT_TRUE(reporter.entries(2).next());
    EXPECT_FALSE(reporter.entries(2).text_ja().empty());
    EXPECT_FALSE(reporter.entries(2).text_en().empty());
    // When the affected person is spoken with is nobody else's.
    const v1::Timeline affected = TimelineOf(facts, v1::TIMELINE_AUDIENCE_AFFECTED);
    ASSERT_EQ(affected.entries_size(), 4);
    EXPECT_EQ(affected.entries(3).entry_time().seconds(), 5);
  }
}

TEST(TimelineRulesTest, EachStepHasItsTimeAndEachStateItsOwnNextOne) {
  const auto at = [](int seconds) {
    google::protobuf::Timestamp time;
    time.set_seconds(seconds);
    return time;
  };
  TimelineFacts facts{
      .opened = at(1), .first_statement = at(2), .concluded = at(3), .acted = at(4)};
  facts.state = mamori::v1::CASE_STATE_ACTING;
  const v1::Timeline whole = TimelineOf(facts, v1::TIMELINE_AUDIENCE_AFFECTED);
  ASSERT_EQ(whole.entries_size(), 5) << "nobody has said when they speak next";
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(whole.entries(i).entry_time().seconds(), i + 1);
    EXPECT_FALSE(whole.entries(i).next());
    EXPECT_FALSE(whole.entries(i).text_ja().empty());
    EXPECT_FALSE(whole.entries(i).text_en().empty());
  }
  EXPECT_FALSE(whole.entries(4).has_entry_time());
  // A tombstone and no state at all have the same words; every other has its own.
  std::set<std::string> words;
  const auto* states = mamori::v1::CaseState_descriptor();
  for (int i = 0; i < states->value_count(); ++i) {
    facts.state = static_cast<mamori::v1::CaseState>(states->value(i)->number());
    words.insert(TimelineOf(facts, v1::TIMELINE_AUDIENCE_REPORTER).entries(4).text_en());
  }
  EXPECT_EQ(words.size(), states->value_count() - 1u);
}

// Whoever reported later is not told what was done before.
TEST(TimelineRulesTest, ALaterReporterIsToldOnlyWhatCameAfter) {
  const auto at = [](int seconds) {
    google::protobuf::Timestamp time;
    time.set_seconds(seconds);
    return time;
  };
  const TimelineFacts facts{
      .opened = at(1), .first_statement = at(4), .concluded = at(5), .acted = at(6)};
  const TimelineFacts later = Since(facts, at(5));
  EXPECT_EQ(later.opened->seconds(), 5);
  EXPECT_FALSE(later.first_statement.has_value());
  EXPECT_EQ(later.concluded->seconds(), 5);
  EXPECT_EQ(later.acted->seconds(), 6);
  EXPECT_FALSE(Since(facts, at(7)).concluded.has_value());
  EXPECT_FALSE(Since(facts, at(7)).acted.has_value());
}

}  // namespace
}  // namespace mamori::triage
