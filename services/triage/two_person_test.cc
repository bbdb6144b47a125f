// Acts of two persons on a real database: by the book and against it.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "common/authz/access_record.h"
#include "common/time/timestamp.h"
#include "services/triage/test_guarded_fixture.h"

namespace mamori::triage {
namespace {

using mamori::v1::CaseAccess;
using testing::EqualsProto;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;
using v1::TwoPersonAct;

using TwoPersonTest = ExclusionFixture;

// It stands in the clear in a certificate, and outlives the act: whoever knows everything that is
// told of an act cannot tell by it which reason was given.
TEST_F(TwoPersonTest, TheHashOfAnActConfirmsNoReason) {
  const auto asked = acts_.Request(As("a"), AskRemoval(case_, "out"));
  ASSERT_THAT(asked, IsOk());
  EXPECT_EQ(asked->salt(), "") << "not told";
  EXPECT_EQ(asked->reason(), "because");
  EXPECT_NE(HashOfAct("t", *asked), asked->hash());
  const auto stored =
      act_store_.Get("t", *id::FromName("acts", asked->name()), clock_.Now() + absl::Minutes(1));
  ASSERT_THAT(stored, IsOk());
  EXPECT_EQ(stored->salt().size(), 32u);
  EXPECT_EQ(HashOfAct("t", *stored), asked->hash());
  TwoPersonAct other = *stored;
  other.set_reason("Because");
  EXPECT_NE(HashOfAct("t", other), asked->hash());
  other = *stored;
  other.set_salt(std::string(32, 'x'));
  EXPECT_NE(HashOfAct("t", other), asked->hash());
}

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
  EXPECT_THAT(Remove(As("b"), *asked, "another"), HasReason(mamori::v1::ERROR_REASON_ACT_MISMATCH));
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
  EXPECT_THAT(Remove(As("a"), *theirs), StatusIs(absl::StatusCode::kNotFound));
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

// Of a replica whose clock is ahead, while the database's goes right.
TEST_F(TwoPersonTest, AClockThatIsAheadEndsNoWaitAndHoldsUpNobody) {
  time::FakeClock ahead(fake_.Now());
  const TimeMarks marks(ahead, ids_, telemetry_, &fake_);
  SqlActStore store(database_.transactor(), clock_, guarded_seal_, keys_.sealer(), marks);
  TwoPerson acts({store, gate_, DefaultPolicy()->policy.two_person(),
                  DefaultPolicy()->policy.retention(), ahead, ids_, [] {}, tokens_});
  const auto as = [&](const char* person) {
    server::CallContext call = As(person);
    call.auth_time = ahead.Now();
    return call;
  };
  const TwoPersonAct act = Approved(AskRemoval(case_, "out"));
  const auto remove = [&] {
    auto request = Verb<v1::RemoveExclusionRequest>(case_);
    request.set_act(act.name());
    request.set_person("out");
    return acts.RemoveExclusion(as("a"), request);
  };
  for (const absl::Duration by : {absl::Hours(2), absl::Hours(24), absl::Hours(24 * 365)}) {
    ahead.Set(fake_.Now() + by);
    EXPECT_THAT(remove(), HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY)) << by;
    EXPECT_NEAR(telemetry_.LastGauge("mamori_clock_ahead_seconds"), absl::ToDoubleSeconds(by), 5);
    EXPECT_THAT(marks.RunOnce(database_.transactor()), IsOk());
    // What is asked for by it begins when it really was, and so lasts no longer.
    const auto asked = acts.Request(as("a"), AskRemoval(case_, "out"));
    ASSERT_THAT(asked, IsOk());
    EXPECT_LE(time::FromTimestamp(asked->request_time()), fake_.Now());
    EXPECT_LE(time::FromTimestamp(asked->expire_time()), fake_.Now() + absl::Hours(24));
  }
  EXPECT_TRUE(IsKeptOut(case_, "out"));
  // The others go on as if it were not there.
  WaitOver();
  EXPECT_THAT(Remove(As("a"), act), IsOk());
  EXPECT_EQ(telemetry_.LastGauge("mamori_clock_behind_seconds"), 0);
  EXPECT_EQ(telemetry_.LastGauge("mamori_clock_ahead_seconds"), 0);
}

TEST_F(TwoPersonTest, TheDatabasesOwnClockIsAskedWhereNoOtherIs) {
  const TimeMarks marks(clock_, ids_, telemetry_);
  const auto time = database_.transactor().Run<ActTime>({.read_only = true},
                                                        [&](db::Tx& tx) { return marks.Read(tx); });
  ASSERT_THAT(time, IsOk());
  EXPECT_EQ(telemetry_.LastGauge("mamori_clock_ahead_seconds"), 0);
  EXPECT_NEAR(absl::ToDoubleSeconds(time->wall - clock_.Now()), 0, 5);
  const time::FakeClock tomorrow(clock_.Now() + absl::Hours(24));
  const TimeMarks moved(tomorrow, ids_, telemetry_);
  const auto believed = database_.transactor().Run<ActTime>(
      {.read_only = true}, [&](db::Tx& tx) { return moved.Read(tx); });
  ASSERT_THAT(believed, IsOk());
  EXPECT_NEAR(absl::ToDoubleSeconds(believed->wall - clock_.Now()), 0, 5);
  EXPECT_NEAR(telemetry_.LastGauge("mamori_clock_ahead_seconds"), 86400, 5);
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
