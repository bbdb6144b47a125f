// How the accused is heard and data subjects are answered, on a real database.
#include <gmock/gmock.h>

#include <string>

#include "services/triage/test_people_fixture.h"

namespace mamori::triage {
namespace {

using testing::HasReason;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

TEST_F(PeopleTest, TheAccusedIsHeardBeforeAnythingIsHeldTrue) {
  const std::string name = AboutBoss();
  Find(name);
  const auto missing = HasReason(mamori::v1::ERROR_REASON_HEARING_MISSING);
  EXPECT_THAT(Conclude(name, v1::FACT_OUTCOME_SUBSTANTIATED), missing);
  EXPECT_THAT(Conclude(name, v1::FACT_OUTCOME_PARTLY), missing);
  EXPECT_THAT(Judge(name), missing);
  EXPECT_THAT(Conclude(name, v1::FACT_OUTCOME_UNDETERMINED), IsOk());
  // Not before whom it happened to was heard and the evidence is safe.
  const auto early = HasReason(mamori::v1::ERROR_REASON_HEARING_TOO_EARLY);
  EXPECT_THAT(hearings_.Notify(Call("Notify"), Notice(name)), early);
  ASSERT_THAT(TakeDown(name, v1::STATEMENT_ROLE_AFFECTED), IsOk());
  EXPECT_THAT(hearings_.Notify(Call("Notify"), Notice(name, "")), early);
  const auto told = hearings_.Notify(Call("Notify"), Notice(name));
  ASSERT_THAT(told, IsOk());
  EXPECT_EQ(told->state(), v1::HEARING_STATE_NOTIFIED);
  EXPECT_EQ(told->notice().sender(), "desk-1");
  EXPECT_THAT(Conclude(name, v1::FACT_OUTCOME_SUBSTANTIATED), missing) << "may still answer";
  const auto answered = hearings_.RecordStatement(
      Call("Answer", "desk-2"), Words<v1::RecordAccusedStatementRequest>(told->name(), "違います"));
  ASSERT_THAT(answered, IsOk());
  EXPECT_EQ(answered->statements(0).text(), "違います");
  EXPECT_EQ(answered->statements(0).taker(), "desk-2");
  EXPECT_THAT(Conclude(name, v1::FACT_OUTCOME_SUBSTANTIATED), IsOk());
  EXPECT_THAT(Judge(name), IsOk());
  // The objection, by hand of somebody, decided by somebody else.
  const auto objected = hearings_.RecordObjection(
      Call("Object", "desk-2"), Words<v1::RecordObjectionRequest>(told->name(), "異議あり"));
  ASSERT_THAT(objected, IsOk());
  auto decide = Verb<v1::DecideObjectionRequest>(told->name());
  decide.set_decision("stands");
  EXPECT_THAT(hearings_.DecideObjection(Call("Decide", "desk-2"), decide),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  decide.set_request_id("decide-0001");
  const auto decided = hearings_.DecideObjection(Call("Decide", "desk-3"), decide);
  ASSERT_THAT(decided, IsOk());
  EXPECT_EQ(decided->objections(0).decider(), "desk-3");
  // After its time none is taken.
  later_.offset = absl::Hours(24 * 15);
  EXPECT_THAT(hearings_.RecordObjection(
                  Call("Object"), Words<v1::RecordObjectionRequest>(told->name(), "noch einmal")),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  v1::ListHearingsRequest list;
  list.set_name(name);
  const auto listed = hearings_.List(Call("List"), list);
  ASSERT_THAT(listed, IsOk());
  ASSERT_THAT(listed->hearings(), SizeIs(1));
  EXPECT_EQ(listed->hearings(0).objections_size(), 1);
  // The accused sees none of it, whatever the role; nor does what is stored tell it.
  EXPECT_THAT(hearings_.List(Call("List", "boss"), list), StatusIs(absl::StatusCode::kNotFound));
  auto own = Words<v1::RecordAccusedStatementRequest>(told->name(), "x");
  EXPECT_THAT(hearings_.RecordStatement(Call("Answer", "boss"), own),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM case_work WHERE body LIKE '%違います%'"), 0);
}

TEST_F(PeopleTest, NothingIsHeldTrueWhileItIsOpenWhoTheyAre) {
  const std::string name = Judged(mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT);
  Find(name);
  const auto missing = HasReason(mamori::v1::ERROR_REASON_HEARING_MISSING);
  EXPECT_THAT(Judge(name), missing) << "before anybody is matched";
  EXPECT_THAT(Conclude(name, v1::FACT_OUTCOME_SUBSTANTIATED), missing);
  EXPECT_THAT(Conclude(name, v1::FACT_OUTCOME_UNDETERMINED), IsOk());
  // That they are nobody of ours is an answer.
  v1::GetAccessRequest get;
  get.set_name(name);
  const auto access = access_.Get(Call("Get"), get);
  ASSERT_THAT(access, IsOk());
  for (const auto& slot : access->slots()) {
    if (slot.kind() != mamori::v1::ACTOR_SLOT_KIND_SUBJECT) continue;
    auto match = Verb<v1::MatchActorRequest>(name);
    match.set_slot(slot.name());
    match.set_closed(true);
    EXPECT_THAT(access_.Match(Call("Match"), match), IsOk());
  }
  EXPECT_THAT(Judge(name), IsOk()) << "whoever the witnesses are";
}

TEST_F(PeopleTest, ANoticeOfLongAgoLeavesTheTimeToAnswer) {
  const std::string name = AboutBoss();
  ASSERT_THAT(TakeDown(name, v1::STATEMENT_ROLE_AFFECTED), IsOk());
  auto notice = Notice(name);
  const absl::Time told = later_.Now() - absl::Hours(24 * 8);
  *notice.mutable_notice()->mutable_notify_time() = time::ToTimestamp(told);
  const auto due = [&](absl::Time time) {
    *notice.mutable_notice()->mutable_answer_due_time() = time::ToTimestamp(time);
    notice.set_request_id(absl::StrCat("notice-", ++requests_));
    return hearings_.Notify(Call("Notify"), notice).status();
  };
  EXPECT_THAT(due(told + absl::Hours(24 * 7)), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(due(later_.Now() + absl::Hours(24 * 6 - 1)),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Judge(name), HasReason(mamori::v1::ERROR_REASON_HEARING_MISSING));
  EXPECT_THAT(due(later_.Now() + absl::Hours(24 * 6 + 1)), IsOk()) << "written down the day after";
}

TEST_F(PeopleTest, NoMergeHoldsTrueWhatNobodyWasHeardOn) {
  const std::string judged = Judged(), boss = AboutBoss(), heard = AboutBoss();
  const auto merge = [&](const std::string& one, const std::string& other) {
    auto request = Verb<v1::MergeCasesRequest>(one);
    request.set_into(other);
    return cases_.Merge(Call("Merge"), request).status();
  };
  ASSERT_THAT(Judge(judged), IsOk()) << "about nobody of ours";
  const auto missing = HasReason(mamori::v1::ERROR_REASON_HEARING_MISSING);
  EXPECT_THAT(merge(judged, boss), missing);
  EXPECT_THAT(merge(boss, judged), missing);
  auto waive = Verb<v1::WaiveHearingRequest>(heard);
  waive.set_person("boss");
  waive.set_reason("not to be found");
  ASSERT_THAT(hearings_.Waive(Call("Waive"), waive), IsOk());
  ASSERT_THAT(merge(boss, heard), IsOk()) << "nothing is held true";
  EXPECT_THAT(merge(judged, heard), IsOk());
}

TEST_F(PeopleTest, WhoIsNotHeardIsNotForAReason) {
  const std::string name = AboutBoss();
  Find(name);
  auto waive = Verb<v1::WaiveHearingRequest>(name);
  waive.set_person("boss");
  EXPECT_THAT(hearings_.Waive(Call("Waive"), waive), StatusIs(absl::StatusCode::kInvalidArgument));
  waive.set_reason("left the company and is not to be found");
  const auto waived = hearings_.Waive(Call("Waive"), waive);
  ASSERT_THAT(waived, IsOk());
  EXPECT_EQ(waived->waiver(), "desk-1");
  EXPECT_THAT(Conclude(name, v1::FACT_OUTCOME_SUBSTANTIATED), IsOk());
  // Heard after all: why it was not to be stays on file.
  ASSERT_THAT(TakeDown(name, v1::STATEMENT_ROLE_REPORTER), IsOk());
  const auto told = hearings_.Notify(Call("Notify"), Notice(name));
  ASSERT_THAT(told, IsOk());
  EXPECT_EQ(told->name(), waived->name());
  EXPECT_EQ(told->waive_reason(), waive.reason());
  EXPECT_EQ(told->etag(), "w2");
}

TEST_F(PeopleTest, WhoWasHeardIsHeardInTheCaseThatGoesOnToo) {
  const std::string from = AboutBoss(), into = AboutBoss(), third = AboutBoss();
  const auto merge = [&](const std::string& one, const std::string& other) {
    auto request = Verb<v1::MergeCasesRequest>(one);
    request.set_into(other);
    return cases_.Merge(Call("Merge"), request).status();
  };
  for (const std::string& name : {from, into}) {
    ASSERT_THAT(TakeDown(name, v1::STATEMENT_ROLE_AFFECTED), IsOk());
    AssessRisk(name);
    ASSERT_THAT(hearings_.Notify(Call("Notify"), Notice(name)), IsOk());
  }
  // Of the same person in both: the one that waits is finished first.
  const absl::Status refused = merge(from, into);
  EXPECT_THAT(refused, HasReason(mamori::v1::ERROR_REASON_WORK_OPEN));
  EXPECT_THAT(std::string(refused.message()), ::testing::HasSubstr(from + "/hearings/"));
  ASSERT_THAT(merge(from, third), IsOk());
  v1::ListHearingsRequest list;
  list.set_name(third);
  const auto carried = hearings_.List(Call("List"), list);
  ASSERT_THAT(carried, IsOk());
  ASSERT_EQ(carried->hearings_size(), 1);
  EXPECT_EQ(carried->hearings(0).state(), v1::HEARING_STATE_NOTIFIED);
  // It is answered there, and holds there.
  ASSERT_THAT(
      hearings_.RecordStatement(Call("Answer"), Words<v1::RecordAccusedStatementRequest>(
                                                    carried->hearings(0).name(), "I did not")),
      IsOk());
  Find(third);
  EXPECT_THAT(Conclude(third, v1::FACT_OUTCOME_SUBSTANTIATED), IsOk());
}

TEST_F(PeopleTest, WhoWaitsForAnAnswerIsNotStrandedByAMerge) {
  const std::string from = Judged(), into = Judged();
  auto receive = Verb<v1::ReceiveDisclosureRequestRequest>(from);
  auto& asked = *receive.mutable_disclosure();
  asked.set_person("Yamada");
  asked.set_requester(v1::REQUESTER_PRINCIPAL);
  asked.set_text("what do you hold of me");
  *asked.mutable_receive_time() = time::ToTimestamp(later_.Now() - absl::Hours(1));
  const auto received = disclosures_.Receive(Call("Receive"), receive);
  ASSERT_THAT(received, IsOk());
  auto merge = Verb<v1::MergeCasesRequest>(from);
  merge.set_into(into);
  const auto refused = cases_.Merge(Call("Merge"), merge);
  EXPECT_THAT(refused, HasReason(mamori::v1::ERROR_REASON_WORK_OPEN));
  EXPECT_THAT(std::string(refused.status().message()), ::testing::HasSubstr(received->name()));
  // One that was merged before this was so can be answered all the same, and no other begins there.
  database_.Execute(
      "UPDATE case_record SET state = 9, merged_into = ? WHERE case_id = ?",
      db::Params().Add(*id::FromName("cases", into)).Add(*id::FromName("cases", from)));
  auto identify = Verb<v1::CheckRequesterIdentityRequest>(received->name());
  identify.set_confirmed(true);
  identify.set_identity_check("passport");
  EXPECT_THAT(disclosures_.CheckIdentity(Call("Identify"), identify), IsOk());
  receive.set_request_id("another-request");
  EXPECT_THAT(disclosures_.Receive(Call("Receive"), receive),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
}

TEST_F(PeopleTest, ADataSubjectIsAnsweredInTime) {
  const std::string name = Judged();
  auto receive = Verb<v1::ReceiveDisclosureRequestRequest>(name);
  auto& asked = *receive.mutable_disclosure();
  asked.set_person("Yamada");
  asked.set_requester(v1::REQUESTER_AGENT);
  asked.set_text("what do you hold of me");
  *asked.mutable_receive_time() = time::ToTimestamp(later_.Now() - absl::Hours(1));
  EXPECT_THAT(disclosures_.Receive(Call("Receive"), receive),
              StatusIs(absl::StatusCode::kInvalidArgument))
      << "an agent has a name";
  asked.set_requester_name("Sato");
  asked.set_answerer("nobody may say so");
  const auto received = disclosures_.Receive(Call("Receive"), receive);
  ASSERT_THAT(received, IsOk());
  EXPECT_EQ(received->state(), v1::DISCLOSURE_STATE_RECEIVED);
  EXPECT_EQ(received->answerer(), "");
  EXPECT_THAT(Clocks(name, mamori::v1::CLOCK_REGIME_APPI),
              ::testing::ElementsAre(absl::StrCat("appi.disclosure:", v1::DEADLINE_STATE_RUNNING)));
  auto decide = Verb<v1::DecideDisclosureRequest>(received->name());
  decide.set_outcome(v1::DISCLOSURE_OUTCOME_PARTIAL);
  decide.set_decision("in part");
  decide.add_parts()->set_part("the dates");
  auto& redacted = *decide.add_parts();
  redacted.set_part("who reported");
  redacted.set_ground(v1::REDACTION_GROUND_OTHER_LAW);
  redacted.set_reason("Whistleblower Protection Act, Art. 12");
  EXPECT_THAT(disclosures_.Decide(Call("Decide"), decide),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  auto identify = Verb<v1::CheckRequesterIdentityRequest>(received->name());
  identify.set_confirmed(true);
  identify.set_identity_check("passport and power of attorney");
  ASSERT_THAT(disclosures_.CheckIdentity(Call("Identify"), identify), IsOk());
  decide.set_request_id("decide-0001");
  const auto decided = disclosures_.Decide(Call("Decide"), decide);
  ASSERT_THAT(decided, IsOk());
  EXPECT_EQ(decided->parts_size(), 2);
  auto answer = Verb<v1::AnswerDisclosureRequest>(received->name());
  answer.set_answer("by registered mail");
  *answer.mutable_answer_time() = time::ToTimestamp(later_.Now());
  EXPECT_THAT(disclosures_.Answer(Call("Answer"), answer),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  answer.set_request_id("answer-0001");
  // Another one is open: its clock runs on.
  auto second = receive;
  second.set_request_id("receive-0002");
  ASSERT_THAT(disclosures_.Receive(Call("Receive"), second), IsOk());
  ASSERT_THAT(disclosures_.Answer(Call("Answer", "desk-2"), answer), IsOk());
  EXPECT_THAT(Clocks(name, mamori::v1::CLOCK_REGIME_APPI),
              ::testing::Each(absl::StrCat("appi.disclosure:", v1::DEADLINE_STATE_RUNNING)));
  v1::ListDisclosuresRequest list;
  list.set_name(name);
  const auto listed = disclosures_.List(Call("List"), list);
  ASSERT_THAT(listed, IsOk());
  ASSERT_THAT(listed->disclosures(), SizeIs(2));
  EXPECT_EQ(listed->disclosures(0).state(), v1::DISCLOSURE_STATE_ANSWERED);
  auto refuse = Verb<v1::DecideDisclosureRequest>(listed->disclosures(1).name());
  refuse.set_outcome(v1::DISCLOSURE_OUTCOME_REFUSED);
  refuse.set_decision("could not show who they are");
  *refuse.add_parts() = redacted;
  ASSERT_THAT(disclosures_.Decide(Call("Decide"), refuse), IsOk());
  auto last = Verb<v1::AnswerDisclosureRequest>(listed->disclosures(1).name());
  last.set_answer("by mail");
  *last.mutable_answer_time() = time::ToTimestamp(later_.Now());
  ASSERT_THAT(disclosures_.Answer(Call("Answer"), last), IsOk());
  EXPECT_THAT(Clocks(name, mamori::v1::CLOCK_REGIME_APPI),
              ::testing::Each(absl::StrCat("appi.disclosure:", v1::DEADLINE_STATE_COMPLETED)));
}

}  // namespace
}  // namespace mamori::triage
