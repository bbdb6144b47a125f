// Legal holds on subject requests and breaches, on a real database: a hold beats every timer.
#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "services/triage/test_record_retention_fixture.h"

namespace mamori::triage {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr auto kOnHold = mamori::v1::ERROR_REASON_ON_HOLD;

class RecordHoldTest : public RecordRetentionFixture {
 protected:
  v1::PlaceHoldRequest Placing(const std::function<void(v1::LegalHold&)>& scope) {
    v1::PlaceHoldRequest request;
    request.set_request_id(absl::StrCat("request-", ++requests_));
    request.mutable_hold()->set_issuer("Tokyo District Court");
    request.mutable_hold()->set_reason("proceedings about what was answered");
    scope(*request.mutable_hold());
    return request;
  }
  v1::PlaceHoldRequest OnRecord(const std::string& name) {
    return Placing([&](v1::LegalHold& hold) { hold.set_record_name(name); });
  }
  v1::LegalHold Place(const v1::PlaceHoldRequest& request) {
    const auto hold = holds_.Place(As("a"), request);
    EXPECT_THAT(hold, IsOk());
    return hold.ok() ? *hold : v1::LegalHold();
  }
  absl::Status ReleaseByTheBook(const v1::LegalHold& hold) {
    const v1::TwoPersonAct act = Approved(Ask(v1::ACT_KIND_RELEASE_HOLD, hold.name()));
    WaitOver();
    auto request = Verb<v1::ReleaseHoldRequest>(hold.name());
    request.set_act(act.name());
    return holds_.Release(As("a"), request).status();
  }
  std::vector<std::string> List(const server::CallContext& call) {
    v1::ListHoldsRequest request;
    request.set_show_released(true);
    const auto page = holds_.List(call, request);
    EXPECT_THAT(page, IsOk());
    std::vector<std::string> names;
    for (const v1::LegalHold& one : page->holds()) names.push_back(one.name());
    return names;
  }
  std::string Triaged() {
    const std::string name = Open("x").name();
    auto triage = Verb<v1::TriageCaseRequest>(name);
    triage.set_severity(mamori::v1::SEVERITY_LOW);
    EXPECT_THAT(worked_.Triage(Call("m"), triage), IsOk());
    return name;
  }
  // A request that found something in a case, and the case.
  std::string AnsweredOf(std::string& of_case) {
    of_case = Triaged();
    mamori::v1::Report report;
    report.add_affected()->set_person("Boss Yamada");
    reader_.reports[*id::FromName("reports", Get(of_case).reports(0))] = report;
    const std::string name = Received("boss", absl::Hours(1));
    Check(name);
    v1::GatherSubjectRequestRequest gather;
    gather.set_name(name);
    const auto gathered = requests_of_.Gather(As("a", {"desk", "first_reader"}), gather);
    EXPECT_THAT(gathered, IsOk());
    EXPECT_THAT(gathered->findings(), SizeIs(1));
    for (const v1::SubjectFinding& one : gathered->findings()) {
      auto decide = Verb<v1::DecideDisclosureRequest>(one.disclosure());
      decide.set_outcome(v1::DISCLOSURE_OUTCOME_REFUSED);
      decide.set_decision("nothing is told");
      v1::DisclosurePart& part = *decide.add_parts();
      part.set_part("who reported");
      part.set_ground(v1::REDACTION_GROUND_OTHER_LAW);
      part.set_reason("Whistleblower Protection Act, Art. 12");
      EXPECT_THAT(disclosures_.Decide(Call("Decide", "decider"), decide), IsOk());
    }
    auto answer = Verb<v1::AnswerSubjectRequestRequest>(name);
    answer.set_answer("by registered mail");
    *answer.mutable_answer_time() = time::ToTimestamp(fake_.Now());
    EXPECT_THAT(requests_of_.Answer(As("b", {"desk", "first_reader"}), answer), IsOk());
    return name;
  }
  void ExpectHeldUntilReleased(const std::string& name, const v1::LegalHold& hold) {
    const auto due = Due(As("a"), name.substr(0, name.find('/')));
    ASSERT_THAT(due, SizeIs(1));
    EXPECT_TRUE(due[0].on_hold());
    EXPECT_THAT(acts_.Request(As("a"), AskRecordDisposal(name)), HasReason(kOnHold));
    ASSERT_THAT(ReleaseByTheBook(hold), IsOk());
    EXPECT_FALSE(Due(As("a"), name.substr(0, name.find('/')))[0].on_hold());
    EXPECT_THAT(DisposeRecordByTheBook(name), IsOk());
  }
};

TEST_F(RecordHoldTest, OneOnTheRecordKeepsItAndGoesWithIt) {
  const std::string name = Answered(), other = Answered("somebody");
  fake_.Advance(kThreeYears);
  const v1::TwoPersonAct act = Approved(AskRecordDisposal(name));
  WaitOver();
  const auto placing = OnRecord(name);
  const v1::LegalHold hold = Place(placing);
  EXPECT_EQ(Place(placing).name(), hold.name()) << "sent again";
  EXPECT_THAT(retention_.DisposeRecord(As("a"), Disposing(name, act)), HasReason(kOnHold))
      << "also what was approved before";
  EXPECT_THAT(See(name), IsOk());
  EXPECT_THAT(DisposeRecordByTheBook(other), IsOk()) << "and nothing else";
  // Whoever may not know of the record does not know of its hold.
  EXPECT_THAT(List(As("c")), ElementsAre(hold.name()));
  EXPECT_THAT(List(As("l", {"lawyer"})), ElementsAre(hold.name()));
  for (const server::CallContext& call : {As("boss"), As("d", {"auditor", "admin"})}) {
    EXPECT_THAT(List(call), IsEmpty());
    const std::string never = id::Name("holds", ids_.NewId());
    EXPECT_EQ(acts_.Request(call, Ask(v1::ACT_KIND_RELEASE_HOLD, hold.name())).status(),
              acts_.Request(call, Ask(v1::ACT_KIND_RELEASE_HOLD, never)).status());
  }
  const v1::TwoPersonAct release = Approved(Ask(v1::ACT_KIND_RELEASE_HOLD, hold.name()));
  WaitOver();
  auto request = Verb<v1::ReleaseHoldRequest>(hold.name());
  request.set_act(release.name());
  ASSERT_THAT(holds_.Release(As("a"), request), IsOk());
  EXPECT_THAT(List(As("c")), ElementsAre(hold.name()));
  ASSERT_THAT(DisposeRecordByTheBook(name), IsOk());
  // Why it was held was about a person as well.
  EXPECT_THAT(List(As("c")), IsEmpty());
  for (const auto& [table, column] :
       {std::pair("legal_hold", "SUBSTR(record, 2)"), std::pair("two_person_act", "record")}) {
    for (const db::Row& row : database_.Query(absl::StrCat("SELECT ", column, " FROM ", table))) {
      EXPECT_TRUE(
          sealing::IsErased(keys_.sealer().FetchKey("t", row.GetBytes(0), Deadline()).status()))
          << table;
    }
  }
  EXPECT_THAT(holds_.Place(As("a"), OnRecord(name)), StatusIs(absl::StatusCode::kNotFound))
      << "what is gone cannot be kept";
}

TEST_F(RecordHoldTest, OneOnThePersonKeepsWhatIsAboutThem) {
  const std::string name = Answered("boss"), breach = ClosedBreach();
  fake_.Advance(kFiveYears);
  const auto on = [&](const char* person) {
    return Place(Placing([&](v1::LegalHold& hold) { hold.set_actor(person); }));
  };
  on("somebody else");
  EXPECT_FALSE(Due(As("a"))[0].on_hold());
  ExpectHeldUntilReleased(name, on("boss"));
  ExpectHeldUntilReleased(breach, on("snoop"));
}

TEST_F(RecordHoldTest, OneOnACaseKeepsWhatFoundSomethingInIt) {
  std::string of_case;
  const std::string name = AnsweredOf(of_case);
  const std::string breach = ClosedBreach({Triaged(), of_case});
  fake_.Advance(kFiveYears);
  const std::string other = Open("z").name();
  Place(Placing([&](v1::LegalHold& hold) { hold.set_case_name(other); }));
  EXPECT_FALSE(Due(As("a"))[0].on_hold());
  const auto on_case = Place(Placing([&](v1::LegalHold& hold) { hold.set_case_name(of_case); }));
  EXPECT_TRUE(Due(As("a"))[0].on_hold());
  ExpectHeldUntilReleased(breach, on_case);
  EXPECT_FALSE(Due(As("a"))[0].on_hold());
  ExpectHeldUntilReleased(name, Place(Placing([&](v1::LegalHold& hold) {
                            hold.set_matter("2026 (wa) 1");
                            hold.add_cases(other);
                            hold.add_cases(of_case);
                          })));
}

TEST_F(RecordHoldTest, OneOnACaseKeepsWhatFoundSomethingInACaseMergedIntoIt) {
  std::string from;
  const std::string name = AnsweredOf(from);
  const std::string middle = Open("y").name(), into = Open("z").name();
  for (const auto& [one, other] : {std::pair(from, middle), std::pair(middle, into)}) {
    auto merge = Verb<v1::MergeCasesRequest>(one);
    merge.set_into(other);
    ASSERT_THAT(worked_.Merge(Call("m"), merge), IsOk());
  }
  fake_.Advance(kThreeYears);
  ExpectHeldUntilReleased(name,
                          Place(Placing([&](v1::LegalHold& hold) { hold.set_case_name(into); })));
}

// Whoever is first: what is held stays, and what is gone cannot be held any more.
TEST_F(RecordHoldTest, ARaceOfHoldAndDisposalHasOneWinner) {
  for (int round = 0; round < 6; ++round) {
    const std::string name = Answered();
    fake_.Advance(kThreeYears);
    const v1::TwoPersonAct act = Approved(AskRecordDisposal(name));
    WaitOver();
    const auto dispose = Disposing(name, act);
    const auto place = OnRecord(name);
    std::atomic<bool> disposed = false, held = false;
    std::thread one([&] { disposed = retention_.DisposeRecord(As("a"), dispose).ok(); });
    std::thread two([&] { held = holds_.Place(As("c"), place).ok(); });
    one.join();
    two.join();
    EXPECT_NE(disposed.load(), held.load());
    EXPECT_EQ(See(name).ok(), held.load());
  }
}

}  // namespace
}  // namespace mamori::triage
