// What a reporter is told of what becomes of the report: nothing of others, no names, no content.
#include "services/triage/reporter_timeline.h"

#include <gmock/gmock.h>

#include "common/time/day.h"
#include "services/triage/affected_timeline.h"
#include "services/triage/test_casework_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;
using testing::StatusIs;

class ReporterTimelineTest : public CaseworkFixture {
 protected:
  ReporterTimelineTest() : timelines_(case_store_, later_store_) {}

  absl::StatusOr<v1::Timeline> Read(const id::Id& report, absl::Time received,
                                    const std::string& person = "") {
    v1::ReadReporterTimelineRequest request;
    request.set_tenant("t");
    request.set_report_id(report);
    *request.mutable_receive_time() = time::ToTimestamp(received);
    request.set_person(person);
    return timelines_.Read(Call("ReadReporterTimeline", ""), request);
  }
  // A report with its case, judged; the report's id.
  id::Id Report(bool anonymous = false) {
    mamori::v1::Event event = Receive("秘密の話");
    event.set_anonymous(anonymous);
    EXPECT_THAT(Apply({event})[0], IsOk());
    case_ = Get(id::Name("reports", event.subject_id())).name();
    auto triage = Verb<v1::TriageCaseRequest>(case_);
    triage.set_severity(mamori::v1::SEVERITY_HIGH);
    EXPECT_THAT(cases_.Triage(Call("Triage"), triage), IsOk());
    return event.subject_id();
  }
  void Hear() {
    auto request = Verb<v1::RecordStatementRequest>(case_);
    v1::Statement& statement = *request.mutable_statement();
    statement.set_kind(v1::STATEMENT_KIND_WRITTEN);
    statement.set_role(v1::STATEMENT_ROLE_OTHER);
    statement.set_form(v1::STATEMENT_FORM_SUMMARY);
    statement.set_person("tanaka");
    statement.set_text("秘密の言葉");
    *statement.mutable_take_time() = time::ToTimestamp(later_.Now());
    EXPECT_THAT(findings_.RecordStatement(Call("RecordStatement"), request), IsOk());
  }
  void Meet(const std::string& person) {
    auto request = Verb<v1::RecordCareRequest>(case_);
    request.mutable_care()->set_kind(v1::CARE_KIND_CONTACT);
    request.mutable_care()->set_person(person);
    request.mutable_care()->set_text("秘密の約束");
    *request.mutable_care()->mutable_care_time() =
        time::ToTimestamp(later_.Now() - absl::Minutes(1));
    *request.mutable_care()->mutable_next_contact_time() =
        time::ToTimestamp(later_.Now() + absl::Hours(48));
    EXPECT_THAT(cares_.Record(Call("Care"), request), IsOk());
  }

  absl::StatusOr<v1::Timeline> ReadOwn(const std::string& person, const std::string& of_case,
                                       const std::string& tenant = "t") {
    v1::GetAffectedTimelineRequest request;
    request.set_name(of_case);
    server::CallContext call = Call("GetAffectedTimeline", person, tenant);
    call.roles = {};
    return affected_.Get(call, request);
  }

  std::string case_;
  ReporterTimelines timelines_;
  AffectedTimelines affected_{later_store_, gate_};
};

TEST_F(ReporterTimelineTest, TellsStepsAndWhatIsNextAndNothingElse) {
  const absl::Time received = absl::FromUnixMicros(absl::ToUnixMicros(clock_.Now()) - 5'000'000);
  const id::Id report = Report();
  auto timeline = Read(report, received);
  ASSERT_THAT(timeline, IsOk());
  ASSERT_EQ(timeline->entries_size(), 2);
  EXPECT_EQ(time::FromTimestamp(timeline->entries(0).entry_time()), received);
  EXPECT_TRUE(timeline->entries(1).next());
  EXPECT_EQ(timeline->entries(1).text_en(), "The facts will be looked into.");
  Hear();
  Meet("sato");
  Propose(case_);
  timeline = Read(report, received);
  ASSERT_EQ(timeline->entries_size(), 3);
  EXPECT_EQ(timeline->entries(1).text_en(), "People began to be heard.");
  for (const char* secret : {"秘密", "tanaka", "sato", "desk-1", "WARNING", "HIGH"}) {
    EXPECT_THAT(timeline->ShortDebugString(), Not(HasSubstr(secret)));
    EXPECT_EQ(timeline->SerializeAsString().find(secret), std::string::npos) << secret;
  }
  // The person who was promised a call is told when; another is not.
  EXPECT_EQ(Read(report, received, "sato")->entries_size(), 4);
  EXPECT_EQ(Read(report, received, "suzuki")->entries_size(), 3);
}

TEST_F(ReporterTimelineTest, OfAnAnonymousReportTimesAreToldByDay) {
  const id::Id report = Report(/*anonymous=*/true);
  Hear();
  const auto timeline = Read(report, time::BeginOfDay(clock_.Now()));
  ASSERT_THAT(timeline, IsOk());
  ASSERT_EQ(timeline->entries_size(), 3);
  for (const v1::TimelineEntry& entry : timeline->entries()) {
    EXPECT_EQ(entry.entry_time().seconds() % 86400, 0);
    EXPECT_EQ(entry.entry_time().nanos(), 0);
  }
}

// Who reports a second time, or what others have reported, is not told by the dates.
TEST_F(ReporterTimelineTest, NothingIsToldOfWhatWasBeforeTheReport) {
  const id::Id report = Report();
  Hear();
  const auto timeline = Read(report, clock_.Now() + absl::Seconds(1));
  ASSERT_THAT(timeline, IsOk());
  ASSERT_EQ(timeline->entries_size(), 2);
  EXPECT_EQ(timeline->entries(0).text_en(), "It was received.");
  EXPECT_TRUE(timeline->entries(1).next());
}

TEST_F(ReporterTimelineTest, AReportWithoutACaseWaitsAndOneOfAnotherTenantIsNone) {
  const id::Id report = Report();
  const auto waiting = Read(ids_.NewId(), clock_.Now());
  ASSERT_THAT(waiting, IsOk());
  ASSERT_EQ(waiting->entries_size(), 2);
  EXPECT_EQ(waiting->entries(1).text_en(), "The desk will look at it.");
  v1::ReadReporterTimelineRequest request;
  request.set_tenant("other");
  request.set_report_id(report);
  *request.mutable_receive_time() = time::ToTimestamp(clock_.Now());
  const auto other = timelines_.Read(Call("ReadReporterTimeline", ""), request);
  ASSERT_THAT(other, IsOk());
  EXPECT_EQ(other->entries(1).text_en(), "The desk will look at it.");
  request.set_report_id("short");
  EXPECT_THAT(timelines_.Read(Call("ReadReporterTimeline", ""), request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ReporterTimelineTest, AMergedCaseGoesOnWithoutAWordOfIt) {
  const absl::Time received = clock_.Now();
  const id::Id report = Report();
  const std::string from = case_;
  Report();
  auto merge = Verb<v1::MergeCasesRequest>(from);
  merge.set_into(case_);
  ASSERT_THAT(cases_.Merge(Call("MergeCases"), merge), IsOk());
  const auto timeline = Read(report, received);
  ASSERT_THAT(timeline, IsOk());
  EXPECT_EQ(timeline->entries(timeline->entries_size() - 1).text_en(),
            "The facts will be looked into.");
}

// Whom it happened to, without a role and without having reported.
TEST_F(ReporterTimelineTest, TheAffectedPersonReadsTheirOwnAndNobodyElse) {
  Report();
  const absl::Status unknown = ReadOwn("sato", id::Name("cases", ids_.NewId())).status();
  EXPECT_EQ(unknown, status::NotFound("case"));
  EXPECT_EQ(ReadOwn("sato", case_).status(), unknown) << "nobody cares for sato yet";
  Hear();
  Meet("sato");
  const auto own = ReadOwn("sato", case_);
  ASSERT_THAT(own, IsOk());
  ASSERT_EQ(own->entries_size(), 4);
  EXPECT_EQ(own->entries(1).text_en(), "People began to be heard.");
  EXPECT_EQ(own->entries(3).text_en(), "Somebody will speak with you.");
  EXPECT_TRUE(own->entries(3).has_entry_time());
  EXPECT_THAT(own->ShortDebugString(), Not(HasSubstr("秘密")));
  EXPECT_THAT(own->ShortDebugString(), Not(HasSubstr("tanaka")));
  // By a subject of their own and in their own tenant; nobody has no timeline.
  for (const char* other : {"tanaka", "sat", "desk-1"}) {
    EXPECT_EQ(ReadOwn(other, case_).status(), unknown) << other;
  }
  EXPECT_EQ(ReadOwn("sato", case_, "other").status(), unknown);
  EXPECT_FALSE(ReadOwn("", case_).ok());
  EXPECT_THAT(ReadOwn("sato", "cases/x"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ReporterTimelineTest, WhoIsKeptOutReadsNoTimelineAlthoughCaredFor) {
  Report();
  Meet("sato");
  ASSERT_THAT(ReadOwn("sato", case_), IsOk());
  ASSERT_THAT(KeepOut(case_, "sato"), IsOk());
  EXPECT_EQ(ReadOwn("sato", case_).status(), status::NotFound("case"));
}

TEST_F(ReporterTimelineTest, TheAffectedPersonFollowsAMergedCase) {
  Report();
  const std::string from = case_;
  Meet("sato");
  Report();
  auto merge = Verb<v1::MergeCasesRequest>(from);
  merge.set_into(case_);
  ASSERT_THAT(cases_.Merge(Call("MergeCases"), merge), IsOk());
  const auto own = ReadOwn("sato", from);
  ASSERT_THAT(own, IsOk());
  EXPECT_EQ(own->ShortDebugString(), ReadOwn("sato", case_)->ShortDebugString());
}

TEST_F(ReporterTimelineTest, OfAnAnonymousCaseTheAffectedPersonLearnsDaysAlone) {
  Report(/*anonymous=*/true);
  Meet("sato");
  const auto own = ReadOwn("sato", case_);
  ASSERT_THAT(own, IsOk());
  EXPECT_EQ(time::FromTimestamp(own->entries(0).entry_time()),
            time::Told(time::FromTimestamp(own->entries(0).entry_time()), true));
}

}  // namespace
}  // namespace mamori::triage
