// Acts of two persons on a real database: by the book, against it, and all at once.
#include <gmock/gmock.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "common/authz/access_record.h"
#include "services/triage/sql_act_rows.h"
#include "services/triage/test_guarded_fixture.h"

namespace mamori::triage {
namespace {

using mamori::v1::CaseAccess;
using testing::EqualsProto;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;
using v1::TwoPersonAct;

class TwoPersonTest : public GuardedFixture {
 protected:
  TwoPersonTest() {
    case_ = Open("x").name();
    EXPECT_THAT(Exclude(case_, "out"), IsOk());
  }
  absl::StatusOr<CaseAccess> Remove(const server::CallContext& call, const TwoPersonAct& act,
                                    const std::string& person = "out") {
    auto request = Verb<v1::RemoveExclusionRequest>(case_);
    request.set_act(act.name());
    request.set_person(person);
    return acts_.RemoveExclusion(call, request);
  }
  // As if no clock had run ahead before.
  void TearDownMarks() { database_.Execute("DELETE FROM time_mark", {}); }
  int64_t Entries(const TwoPersonAct& act) {
    return database_
        .Query("SELECT COUNT(*) FROM audit_entry WHERE kind = 110 AND resource_id = ?",
               db::Params().Add(*id::FromName("acts", act.name())))[0]
        .GetInt64(0);
  }

  std::string case_;
};

TEST_F(TwoPersonTest, TwoPersonsRemoveAnExclusionOnce) {
  const auto request = AskRemoval(case_, "out");
  const auto asked = acts_.Request(As("a"), request);
  ASSERT_THAT(asked, IsOk());
  EXPECT_EQ(asked->state(), v1::ACT_STATE_REQUESTED);
  EXPECT_EQ(asked->hash().size(), 32u);
  EXPECT_THAT(*acts_.Request(As("a"), request), EqualsProto(*asked)) << "sent again";
  EXPECT_THAT(Remove(As("a"), *asked), HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY));
  const auto approved = Approve("b", *asked);
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->state(), v1::ACT_STATE_APPROVED);
  EXPECT_EQ(approved->approvals_size(), 2);
  EXPECT_EQ(approved->approvals(0).roles_size(), 0) << "not told";
  EXPECT_THAT(Remove(As("a"), *asked), HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY))
      << "its wait";
  EXPECT_TRUE(IsKeptOut(case_, "out"));
  WaitOver();
  EXPECT_THAT(Remove(As("c"), *asked), HasReason(mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED));
  EXPECT_THAT(Remove(As("b"), *asked, "another"),
              HasReason(mamori::v1::ERROR_REASON_ACT_MISMATCH));
  EXPECT_THAT(Remove(As("b"), *asked), IsOk());
  EXPECT_FALSE(IsKeptOut(case_, "out"));
  ASSERT_THAT(Exclude(case_, "out"), IsOk());
  EXPECT_THAT(Remove(As("b"), *asked), HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY)) << "used";
  EXPECT_TRUE(IsKeptOut(case_, "out"));
  EXPECT_EQ(Entries(*asked), 2) << "beside the first";
  v1::GetActRequest get;
  get.set_name(asked->name());
  EXPECT_EQ(acts_.Get(As("c"), get)->state(), v1::ACT_STATE_USED);
}

TEST_F(TwoPersonTest, OneIsNotTwo) {
  const auto asked = acts_.Request(As("a"), AskRemoval(case_, "out"));
  ASSERT_THAT(asked, IsOk());
  EXPECT_THAT(Approve("a", *asked), HasReason(mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED));
  auto other = Verb<v1::ApproveActRequest>(asked->name());
  other.set_hash(std::string(32, 'x'));
  EXPECT_THAT(acts_.Approve(As("b"), other), HasReason(mamori::v1::ERROR_REASON_ACT_MISMATCH));
  ASSERT_THAT(Approve("b", *asked), IsOk());
  EXPECT_THAT(Approve("c", *asked), HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY));
}

TEST_F(TwoPersonTest, WhoLetTheOtherInIsNotTheSecond) {
  auto add = Verb<v1::AddMemberRequest>(case_);
  add.set_person("b");
  ASSERT_THAT(access_.AddMember(As("a"), add), IsOk());
  const auto asked = acts_.Request(As("a"), AskRemoval(case_, "out"));
  ASSERT_THAT(asked, IsOk());
  EXPECT_THAT(Approve("b", *asked), HasReason(mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED));
  const auto turned = acts_.Request(As("b"), AskRemoval(case_, "out"));
  ASSERT_THAT(turned, IsOk());
  EXPECT_THAT(Approve("a", *turned), HasReason(mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED));
  EXPECT_THAT(Approve("c", *turned), IsOk());
}

TEST_F(TwoPersonTest, WhoIsKeptOutSeesNoActAndCannotTellItFromNone) {
  const auto asked = acts_.Request(As("a"), AskRemoval(case_, "out"));
  ASSERT_THAT(asked, IsOk());
  const std::string never = id::Name("acts", ids_.NewId());
  server::CallContext weak = As("out");
  weak.strong = false;
  for (const server::CallContext& call : {As("out"), weak}) {
    v1::GetActRequest get;
    get.set_name(asked->name());
    v1::GetActRequest none;
    none.set_name(never);
    EXPECT_EQ(acts_.Get(call, get).status(), acts_.Get(call, none).status());
    auto approve = Verb<v1::ApproveActRequest>(asked->name());
    approve.set_hash(asked->hash());
    auto approve_none = approve;
    approve_none.set_name(never);
    EXPECT_EQ(acts_.Approve(call, approve).status(), acts_.Approve(call, approve_none).status());
    EXPECT_THAT(acts_.Approve(call, approve), StatusIs(absl::StatusCode::kNotFound));
    const auto withdraw = Verb<v1::WithdrawActRequest>(asked->name());
    auto withdraw_none = withdraw;
    withdraw_none.set_name(never);
    EXPECT_EQ(acts_.Withdraw(call, withdraw).status(),
              acts_.Withdraw(call, withdraw_none).status());
    v1::ListActsRequest list;
    list.set_resource(case_);
    v1::ListActsRequest list_none;
    list_none.set_resource(id::Name("cases", ids_.NewId()));
    EXPECT_EQ(acts_.List(call, list).status(), acts_.List(call, list_none).status());
    EXPECT_EQ(acts_.Request(call, AskRemoval(case_, "out")).status(),
              acts_.Request(call, AskRemoval(list_none.resource(), "out")).status());
    EXPECT_EQ(Remove(call, *asked).status(), status::NotFound("case"));
  }
  server::CallContext stranger = As("a");
  stranger.tenant = "other";
  v1::GetActRequest get;
  get.set_name(asked->name());
  EXPECT_THAT(acts_.Get(stranger, get), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(acts_.Get(As("d", {"desk"}), get),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
}

TEST_F(TwoPersonTest, WhoMaySeeTheCaseIsAskedToAuthenticateAgain) {
  server::CallContext weak = As("a");
  weak.strong = false;
  server::CallContext stale = As("a");
  stale.auth_time = fake_.Now() - absl::Minutes(6);
  const auto asked = acts_.Request(As("a"), AskRemoval(case_, "out"));
  ASSERT_THAT(asked, IsOk());
  for (server::CallContext call : {weak, stale}) {
    const auto wanted = HasReason(mamori::v1::ERROR_REASON_STEP_UP_REQUIRED);
    EXPECT_THAT(acts_.Request(call, AskRemoval(case_, "out")), wanted);
    EXPECT_THAT(Remove(call, *asked), wanted);
    call.person = "b";
    auto approve = Verb<v1::ApproveActRequest>(asked->name());
    approve.set_hash(asked->hash());
    EXPECT_THAT(acts_.Approve(call, approve), wanted);
    EXPECT_THAT(acts_.Withdraw(call, Verb<v1::WithdrawActRequest>(id::Name("acts", ids_.NewId()))),
                StatusIs(absl::StatusCode::kNotFound));
  }
  EXPECT_THAT(acts_.Withdraw(weak, Verb<v1::WithdrawActRequest>(asked->name())), IsOk());
  EXPECT_THAT(Approve("b", *asked), HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY));
}

TEST_F(TwoPersonTest, WhatWasApprovedIsWhatIsDone) {
  // The record changes between approval and act: somebody else is kept out too.
  const TwoPersonAct act = Approved(AskRemoval(case_, "out"));
  WaitOver();
  ASSERT_THAT(Exclude(case_, "also"), IsOk());
  EXPECT_THAT(Remove(As("a"), act), HasReason(mamori::v1::ERROR_REASON_ACT_MISMATCH));
  // One of the two is kept out by now: the other cannot go on for both.
  const TwoPersonAct again = Approved(AskRemoval(case_, "out"));
  WaitOver();
  ASSERT_THAT(Exclude(case_, "b"), IsOk());
  EXPECT_FALSE(Remove(As("a"), again).ok());
  EXPECT_TRUE(IsKeptOut(case_, "out"));
  // Of another case.
  const std::string other = Open("y").name();
  ASSERT_THAT(Exclude(other, "out"), IsOk());
  const auto theirs = acts_.Request(As("a"), AskRemoval(other, "out"));
  ASSERT_THAT(theirs, IsOk());
  ASSERT_THAT(Approve("c", *theirs), IsOk());
  WaitOver();
  EXPECT_THAT(Remove(As("a"), *theirs), HasReason(mamori::v1::ERROR_REASON_ACT_MISMATCH));
}

TEST_F(TwoPersonTest, WhoIsMatchedStaysOut) {
  for (const char* person : {"nobody", ""}) {
    EXPECT_FALSE(acts_.Request(As("a"), AskRemoval(case_, person)).ok()) << person;
  }
  EXPECT_THAT(acts_.Request(As("a"), AskRemoval(case_, "nobody")),
              HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED));
  CaseAccess record;
  record.set_version(1);
  const auto exclude = [&](mamori::v1::ExclusionCause cause) {
    auto& one = *record.add_exclusions();
    one.set_person("p");
    one.set_cause(cause);
  };
  exclude(mamori::v1::EXCLUSION_CAUSE_BY_HAND);
  exclude(mamori::v1::EXCLUSION_CAUSE_KEEP_OUT);
  CaseAccess free = record;
  EXPECT_TRUE(authz::RemoveExclusion("p", gate_.policy(), fake_.Now(), free));
  EXPECT_FALSE(authz::IsExcluded("p", free));
  for (const auto cause :
       {mamori::v1::EXCLUSION_CAUSE_SUBJECT, mamori::v1::EXCLUSION_CAUSE_WITNESS,
        mamori::v1::EXCLUSION_CAUSE_SUPERIOR, static_cast<mamori::v1::ExclusionCause>(99)}) {
    CaseAccess bound = record;
    bound.add_exclusions()->set_person("p");
    bound.mutable_exclusions(2)->set_cause(cause);
    const CaseAccess before = bound;
    EXPECT_FALSE(authz::RemoveExclusion("p", gate_.policy(), fake_.Now(), bound)) << cause;
    EXPECT_THAT(bound, EqualsProto(before));
  }
}

TEST_F(TwoPersonTest, AClockThatIsBehindRefusesAndAlarms) {
  const auto asked = acts_.Request(As("a"), AskRemoval(case_, "out"));
  ASSERT_THAT(asked, IsOk());
  const absl::Time now = fake_.Now();
  for (const absl::Duration by : {absl::Hours(24), absl::Hours(24 * 365)}) {
    fake_.Set(now - by);
    EXPECT_THAT(Approve("b", *asked), HasReason(mamori::v1::ERROR_REASON_CLOCK_BEHIND)) << by;
    EXPECT_THAT(acts_.Request(As("a"), AskRemoval(case_, "out")),
                HasReason(mamori::v1::ERROR_REASON_CLOCK_BEHIND));
    EXPECT_NEAR(telemetry_.LastGauge("mamori_clock_behind_seconds"), absl::ToDoubleSeconds(by), 5);
    EXPECT_THAT(marks_.RunOnce(database_.transactor()), IsOk());
    EXPECT_NEAR(telemetry_.LastGauge("mamori_clock_behind_seconds"), absl::ToDoubleSeconds(by), 5);
  }
  fake_.Set(now);
  ASSERT_THAT(Approve("b", *asked), IsOk());
  EXPECT_EQ(telemetry_.LastGauge("mamori_clock_behind_seconds"), 0);
  WaitOver();
  // What has lapsed by the record does not come back with the clock.
  fake_.Set(now + absl::Hours(25));
  EXPECT_THAT(marks_.RunOnce(database_.transactor()), IsOk());
  fake_.Set(now + absl::Hours(2));
  EXPECT_THAT(Remove(As("a"), *asked), HasReason(mamori::v1::ERROR_REASON_CLOCK_BEHIND));
  EXPECT_TRUE(IsKeptOut(case_, "out"));
}

TEST_F(TwoPersonTest, AClockThatIsAheadLapsesWhatIsOpen) {
  const absl::Time now = fake_.Now();
  for (const absl::Duration by : {absl::Hours(24), absl::Hours(24 * 365)}) {
    fake_.Set(now);
    TearDownMarks();
    const TwoPersonAct act = Approved(AskRemoval(case_, "out"));
    fake_.Set(now + by);
    EXPECT_THAT(Remove(As("a"), act), HasReason(mamori::v1::ERROR_REASON_ACT_EXPIRED)) << by;
    EXPECT_TRUE(IsKeptOut(case_, "out"));
  }
}

TEST_F(TwoPersonTest, TheMarkIsLeftWithoutAnybodyActing) {
  EXPECT_THAT(marks_.RunOnce(database_.transactor()), IsOk());
  fake_.Advance(absl::Minutes(4));
  EXPECT_THAT(marks_.RunOnce(database_.transactor()), IsOk());
  const auto count = [&] {
    return database_.Query("SELECT COUNT(*) FROM time_mark", {})[0].GetInt64(0);
  };
  EXPECT_EQ(count(), 1) << "not at each look";
  fake_.Advance(absl::Minutes(1));
  EXPECT_THAT(marks_.RunOnce(database_.transactor()), IsOk());
  EXPECT_EQ(count(), 2);
}

TEST_F(TwoPersonTest, AnEmergencyWaitsLessAndIsToldAtOnce) {
  auto request = AskRemoval(case_, "out");
  request.mutable_act()->set_emergency(true);
  const size_t before = Outbox(case_).size();
  const auto asked = acts_.Request(As("a"), request);
  ASSERT_THAT(asked, IsOk());
  const auto told = Outbox(case_);
  ASSERT_EQ(told.size(), before + 1) << "before anybody approves";
  ASSERT_TRUE(told.back().has_emergency_act_requested());
  EXPECT_EQ(id::Name("acts", told.back().emergency_act_requested().act_id()), asked->name());
  EXPECT_EQ(told.back().emergency_act_requested().company(), "acme");
  EXPECT_THAT(Approve("a", *asked), HasReason(mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED))
      << "two all the same";
  ASSERT_THAT(Approve("b", *asked), IsOk());
  EXPECT_THAT(Remove(As("a"), *asked), HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY));
  fake_.Advance(absl::Minutes(5));
  EXPECT_THAT(Remove(As("a"), *asked), IsOk());
}

TEST_F(TwoPersonTest, ARaceForOneActHasOneWinner) {
  const id::Id case_id = *id::FromName("cases", case_);
  for (int round = 0; round < 5; ++round) {
    const TwoPersonAct act = Approved(AskRemoval(case_, "out"));
    WaitOver();
    const ActUse use{.tenant = "t",
                     .act_id = *id::FromName("acts", act.name()),
                     .kind = act.kind(),
                     .resource = case_,
                     .resource_version = act.resource_version(),
                     .fields = {{"person", "out"}}};
    std::atomic<int> won = 0, lost = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, person = std::string(i % 2 == 0 ? "a" : "b")] {
        // Without the lock on the case, so that nothing but the act itself keeps it to one.
        const absl::Status used = database_.transactor().Run(
            {.deadline = Deadline()}, [&](db::Tx& tx) -> absl::Status {
              return UseAct(tx, guarded_seal_, marks_, use, person, {}, {{"c", person}, "Race"})
                  .status();
            });
        if (used.ok()) {
          ++won;
        } else if (status::HasReason(used, mamori::v1::ERROR_REASON_ACT_NOT_READY)) {
          ++lost;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(lost, 7);
  }
}

TEST_F(TwoPersonTest, ARaceForOneExclusionRemovesItOnce) {
  const TwoPersonAct act = Approved(AskRemoval(case_, "out"));
  WaitOver();
  std::vector<v1::RemoveExclusionRequest> requests;
  for (int i = 0; i < 8; ++i) {
    requests.push_back(Verb<v1::RemoveExclusionRequest>(case_));
    requests.back().set_act(act.name());
    requests.back().set_person("out");
  }
  std::atomic<int> won = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back(
        [&, i] { won += acts_.RemoveExclusion(As(i % 2 == 0 ? "a" : "b"), requests[i]).ok(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
}

TEST_F(TwoPersonTest, WhatNobodyWithTheKeyWroteIsNotBelieved) {
  const auto asked = acts_.Request(As("a"), AskRemoval(case_, "out"));
  ASSERT_THAT(asked, IsOk());
  const id::Id act_id = *id::FromName("acts", asked->name());
  const db::Rows old = database_.Query(
      "SELECT version, tag, record FROM two_person_act WHERE act_id = ?",
      db::Params().Add(act_id));
  v1::GetActRequest get;
  get.set_name(asked->name());
  // As the database's root: an approval put in, a state set, an older row put back.
  TwoPersonAct forged;
  ASSERT_TRUE(forged.ParseFromString(old[0].GetBytes(2)));
  forged.add_approvals()->set_person("b");
  forged.set_state(v1::ACT_STATE_APPROVED);
  database_.Execute("UPDATE two_person_act SET record = ? WHERE act_id = ?",
                    db::Params().Add(forged.SerializeAsString()).Add(act_id));
  WaitOver();
  EXPECT_THAT(Remove(As("a"), *asked), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_GE(telemetry_.Take("tag"), 1);
  database_.Execute("UPDATE two_person_act SET record = ? WHERE act_id = ?",
                    db::Params().Add(old[0].GetBytes(2)).Add(act_id));
  ASSERT_THAT(Approve("b", *asked), IsOk());
  ASSERT_THAT(acts_.Withdraw(As("a"), Verb<v1::WithdrawActRequest>(asked->name())), IsOk());
  database_.Execute("UPDATE two_person_act SET version = ?, tag = ?, record = ? WHERE act_id = ?",
                    db::Params()
                        .Add(old[0].GetInt64(0))
                        .Add(old[0].GetBytes(1))
                        .Add(old[0].GetBytes(2))
                        .Add(act_id));
  EXPECT_THAT(acts_.Get(As("a"), get), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_GE(telemetry_.Take("replayed"), 1);
  database_.Execute("UPDATE two_person_act SET tenant = 'other' WHERE act_id = ?",
                    db::Params().Add(act_id));
  server::CallContext stranger = As("a");
  stranger.tenant = "other";
  EXPECT_THAT(acts_.Get(stranger, get), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(TwoPersonTest, ListsArePaged) {
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) {
    const auto act = acts_.Request(As("a"), AskRemoval(case_, "out"));
    ASSERT_THAT(act, IsOk());
    names.insert(names.begin(), act->name());
    fake_.Advance(absl::Seconds(1));
  }
  v1::ListActsRequest list;
  list.set_resource(case_);
  list.set_page_size(2);
  std::vector<std::string> listed;
  for (;;) {
    const auto page = acts_.List(As("c"), list);
    ASSERT_THAT(page, IsOk());
    for (const TwoPersonAct& act : page->acts()) listed.push_back(act.name());
    if (page->next_page_token().empty()) break;
    list.set_page_token(page->next_page_token());
  }
  EXPECT_EQ(listed, names);
  list.set_resource(Open("z").name());
  EXPECT_THAT(acts_.List(As("c"), list), HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN));
}

TEST_F(TwoPersonTest, RefusesRequestsThatSayTooLittleOrTooMuch) {
  const auto refused = StatusIs(absl::StatusCode::kInvalidArgument);
  auto request = AskRemoval(case_, "out");
  request.mutable_act()->clear_reason();
  EXPECT_THAT(acts_.Request(As("a"), request), refused);
  request = AskRemoval(case_, "out");
  request.mutable_act()->clear_kind();
  EXPECT_THAT(acts_.Request(As("a"), request), refused);
  request = AskRemoval(case_, "out");
  request.mutable_act()->mutable_fields(0)->set_name("who");
  EXPECT_THAT(acts_.Request(As("a"), request), refused);
  request = AskRemoval(case_, "out");
  *request.mutable_act()->add_fields() = request.act().fields(0);
  EXPECT_THAT(acts_.Request(As("a"), request), refused);
  request = AskRemoval(id::Name("acts", ids_.NewId()), "out");
  EXPECT_THAT(acts_.Request(As("a"), request), refused);
  EXPECT_THAT(acts_.Approve(As("b"), Verb<v1::ApproveActRequest>(id::Name("acts", ids_.NewId()))),
              refused);
  EXPECT_THAT(acts_.RemoveExclusion(As("a"), Verb<v1::RemoveExclusionRequest>(case_)), refused);
}

}  // namespace
}  // namespace mamori::triage
