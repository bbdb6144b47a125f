// The pure rules on who handles a case and who is heard, over the whole space of what they look at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/status/errors.h"
#include "common/testing/matchers.h"
#include "common/time/timestamp.h"
#include "services/triage/handler_rules.h"
#include "services/triage/hearing_rules.h"

namespace mamori::triage {
namespace {

using authz::Role;
using ::testing::ElementsAre;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;
using v1::DesignatedHandler;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

google::protobuf::Timestamp Stamp(absl::Time time) { return time::ToTimestamp(time); }

// Handlers.

HandlerCaller Caller(const std::string& person, authz::RoleSet roles = {}) {
  return {.person = person, .roles = roles};
}

DesignatedHandler Handler(v1::DesignationState state, const std::string& accepted = "") {
  DesignatedHandler handler;
  handler.set_person("h");
  handler.set_state(state);
  handler.set_duty_version(accepted);
  handler.set_version(3);
  return handler;
}

TEST(HandlerRulesTest, EveryStepFromEveryStateByEverybody) {
  for (const auto state : {v1::DESIGNATION_STATE_DESIGNATED, v1::DESIGNATION_STATE_ACCEPTED,
                           v1::DESIGNATION_STATE_WITHDRAWN}) {
    const DesignatedHandler before =
        Handler(state, state == v1::DESIGNATION_STATE_ACCEPTED ? "2" : "");
    const bool ended = state == v1::DESIGNATION_STATE_WITHDRAWN;
    for (const char* person : {"h", "other"}) {
      const bool self = person == std::string("h");
      for (int role = -1; role < authz::kRoles; ++role) {
        authz::RoleSet roles;
        if (role >= 0) roles.Add(static_cast<Role>(role));
        const bool looks_after = roles.Has(Role::kAdmin) || roles.Has(Role::kFirstReader);
        const auto caller = Caller(person, roles);
        EXPECT_EQ(Designate(&before, "h", caller, kNow).ok(), looks_after && !self && ended);
        EXPECT_EQ(Designate(nullptr, "h", caller, kNow).ok(), looks_after && !self);
        for (const char* in_force : {"2", "3"}) {
          const bool accepted =
              state == v1::DESIGNATION_STATE_ACCEPTED && in_force == std::string("2");
          EXPECT_EQ(AcceptDesignation(before, in_force, in_force, caller, kNow).ok(),
                    self && !ended && !accepted);
          EXPECT_FALSE(AcceptDesignation(before, "1", in_force, caller, kNow).ok());
        }
        EXPECT_EQ(WithdrawDesignation(before, v1::WITHDRAWAL_CAUSE_TERM, "", caller, kNow).ok(),
                  !ended && (self || looks_after));
      }
    }
  }
}

TEST(HandlerRulesTest, OnlyWhoAcceptedTheDutiesInForceMayHandle) {
  for (int state = 0; state <= v1::DESIGNATION_STATE_WITHDRAWN; ++state) {
    for (const char* accepted : {"", "1", "2"}) {
      EXPECT_EQ(MayHandle(Handler(static_cast<v1::DesignationState>(state), accepted), "2"),
                state == v1::DESIGNATION_STATE_ACCEPTED && accepted == std::string("2"));
    }
  }
  // Designated anew: what was accepted before is not accepted now.
  auto again = Designate(nullptr, "h", Caller("a", {Role::kAdmin}), kNow);
  ASSERT_THAT(again, IsOk());
  again = AcceptDesignation(*again, "2", "2", Caller("h"), kNow);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(MayHandle(*again, "2"));
  again = WithdrawDesignation(*again, v1::WITHDRAWAL_CAUSE_BREACH, "", Caller("a", {Role::kAdmin}),
                              kNow);
  again = Designate(&*again, "h", Caller("b", {Role::kFirstReader}), kNow);
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(MayHandle(*again, "2"));
  EXPECT_EQ(again->version(), 4);
  EXPECT_EQ(again->steps_size(), 4) << "all of it stays on record";
  EXPECT_EQ(again->steps(1).duty_version(), "2");
  EXPECT_EQ(again->steps(2).cause(), v1::WITHDRAWAL_CAUSE_BREACH);
}

TEST(HandlerRulesTest, TheDutiesHaveAVersionAndThePolicyNamesKinds) {
  mamori::v1::DesignatedHandlerPolicy policy;
  EXPECT_EQ(DutyVersionOf(policy), "1");
  EXPECT_FALSE(IsNamedKind(policy, mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT));
  policy.set_duty_version("x");
  policy.add_kinds(mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT);
  EXPECT_EQ(DutyVersionOf(policy), "x");
  EXPECT_TRUE(IsNamedKind(policy, mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT));
  EXPECT_FALSE(IsNamedKind(policy, mamori::v1::REPORT_KIND_FEEDBACK));
}

// Hearings.

HearingFacts Facts() {
  HearingFacts facts;
  facts.accused = {"boss"};
  facts.identified = true;
  facts.now = kNow;
  return facts;
}

v1::NotifyAccusedRequest Notice(absl::Time told = kNow - absl::Hours(1), int days = 7) {
  v1::NotifyAccusedRequest request;
  request.set_person("boss");
  request.mutable_notice()->set_text("what is said");
  *request.mutable_notice()->mutable_notify_time() = Stamp(told);
  *request.mutable_notice()->mutable_answer_due_time() = Stamp(told + absl::Hours(24 * days));
  return request;
}

v1::Hearing Told(absl::Time told = kNow - absl::Hours(240)) {
  v1::Hearing hearing;
  hearing.set_person("boss");
  hearing.set_state(v1::HEARING_STATE_NOTIFIED);
  *hearing.mutable_notice() = Notice(told).notice();
  hearing.mutable_notice()->set_sender("teller");
  return hearing;
}

v1::AccusedWords Words(absl::Time taken = kNow - absl::Minutes(1)) {
  v1::AccusedWords words;
  words.set_text("it was not so");
  words.set_language("en");
  words.set_taker("taker");
  *words.mutable_take_time() = Stamp(taken);
  return words;
}

TEST(HearingRulesTest, TheNoticeWaitsForWhatThePolicyWantsFirst) {
  for (int bits = 0; bits < 64; ++bits) {
    HearingFacts facts = Facts();
    facts.affected_heard = (bits & 1) != 0;
    facts.evidence_fixed = (bits & 2) != 0;
    facts.risk_assessed = (bits & 4) != 0;
    auto request = Notice();
    if ((bits & 8) != 0) request.mutable_notice()->set_evidence_secured("copied by IT");
    const bool wants = (bits & 16) != 0, wants_risk = (bits & 32) != 0;
    if (wants) {
      facts.policy.add_notice_needs(mamori::v1::HEARING_NEED_AFFECTED_HEARD);
      facts.policy.add_notice_needs(mamori::v1::HEARING_NEED_EVIDENCE_SECURED);
    }
    if (wants_risk) facts.policy.add_notice_needs(mamori::v1::HEARING_NEED_RISK_ASSESSED);
    const bool secured = (bits & 2) != 0 || (bits & 8) != 0;
    const bool may =
        (!wants || (facts.affected_heard && secured)) && (!wants_risk || facts.risk_assessed);
    const absl::Status status = CheckNotify(request, {Role::kDesk}, facts);
    EXPECT_EQ(status.ok(), may) << bits;
    if (!may) {
      EXPECT_THAT(status, HasReason(mamori::v1::ERROR_REASON_HEARING_TOO_EARLY));
    }
  }
  HearingFacts newer = Facts();
  newer.policy.add_notice_needs(static_cast<mamori::v1::HearingNeed>(77));
  EXPECT_THAT(CheckNotify(Notice(), {Role::kDesk}, newer),
              HasReason(mamori::v1::ERROR_REASON_HEARING_TOO_EARLY));
}

TEST(HearingRulesTest, ThePolicySaysWhoSendsTheNoticeAndHowLongAnAnswerIsWaitedFor) {
  HearingFacts facts = Facts();
  facts.policy.add_notice_roles("first_reader");
  facts.policy.set_answer_days(10);
  EXPECT_THAT(CheckNotify(Notice(kNow, 10), {Role::kDesk}, facts),
              HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
  EXPECT_THAT(CheckNotify(Notice(kNow, 10), {Role::kFirstReader}, facts), IsOk());
  const auto wrong = StatusIs(absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(CheckNotify(Notice(kNow, 9), {Role::kFirstReader}, facts), wrong);
  EXPECT_THAT(CheckNotify(Notice(kNow + absl::Seconds(1), 11), {Role::kFirstReader}, facts), wrong);
  EXPECT_THAT(CheckNotify(Notice(kNow, 6), {Role::kDesk}, Facts()), wrong) << "7 days by default";
  EXPECT_THAT(CheckNotify(Notice(kNow, 7), {Role::kDesk}, Facts()), IsOk());
  auto stranger = Notice();
  stranger.set_person("stranger");
  const auto not_allowed = HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED);
  EXPECT_THAT(CheckNotify(stranger, {Role::kDesk}, Facts()), not_allowed);
  HearingFacts told = Facts();
  told.hearings.push_back(Told());
  EXPECT_THAT(CheckNotify(Notice(), {Role::kDesk}, told), not_allowed);
  told.hearings[0].set_state(v1::HEARING_STATE_WAIVED);
  EXPECT_THAT(CheckNotify(Notice(), {Role::kDesk}, told), IsOk()) << "heard after all";
  v1::WaiveHearingRequest waive;
  waive.set_person("boss");
  EXPECT_THAT(CheckWaive(waive, Facts()), IsOk());
  EXPECT_THAT(CheckWaive(waive, told), not_allowed);
  waive.set_person("stranger");
  EXPECT_THAT(CheckWaive(waive, Facts()), not_allowed);
}

TEST(HearingRulesTest, WordsAreTakenDownBySomebodyElseAndNotBeforeTheNotice) {
  const HearingFacts facts = Facts();
  EXPECT_THAT(CheckStatement(Told(), Words(), facts), IsOk());
  auto own = Words();
  own.set_taker("boss");
  const auto wrong = StatusIs(absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(CheckStatement(Told(), own, facts), wrong);
  EXPECT_THAT(CheckStatement(Told(), Words(kNow + absl::Seconds(1)), facts), wrong);
  EXPECT_THAT(CheckStatement(Told(), Words(kNow - absl::Hours(241)), facts), wrong);
  v1::Hearing waived = Told();
  waived.set_state(v1::HEARING_STATE_WAIVED);
  const auto not_allowed = HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED);
  EXPECT_THAT(CheckStatement(waived, Words(), facts), not_allowed);
  EXPECT_THAT(CheckObjection(waived, Words(), facts), not_allowed);
  EXPECT_THAT(CheckObjection(Told(), own, facts), wrong);
  // Until so many days after the conclusion, by when it was said.
  HearingFacts concluded = facts;
  concluded.policy.set_objection_days(2);
  concluded.conclude_time = kNow - absl::Hours(72);
  EXPECT_THAT(CheckObjection(Told(), Words(kNow - absl::Hours(24)), concluded), IsOk());
  EXPECT_THAT(CheckObjection(Told(), Words(kNow - absl::Hours(23)), concluded), not_allowed);
  concluded.policy.clear_objection_days();
  EXPECT_THAT(CheckObjection(Told(), Words(kNow), concluded), IsOk()) << "14 days by default";
  EXPECT_THAT(CheckObjection(Told(), Words(kNow), facts), IsOk()) << "not concluded";
}

TEST(HearingRulesTest, AnObjectionIsDecidedOnceBySomebodyWhoHadNoPartInIt) {
  v1::Hearing hearing = Told();
  const auto not_allowed = HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED);
  EXPECT_THAT(CheckDecide(hearing, "judge"), not_allowed);
  *hearing.add_statements() = Words();
  hearing.mutable_statements(0)->set_recorder("recorder");
  *hearing.add_objections()->mutable_words() = Words();
  hearing.mutable_objections(0)->mutable_words()->set_taker("another");
  for (const char* involved : {"teller", "taker", "recorder", "another"}) {
    EXPECT_THAT(CheckDecide(hearing, involved),
                HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED))
        << involved;
  }
  EXPECT_THAT(CheckDecide(hearing, "judge"), IsOk());
  *hearing.mutable_objections(0)->mutable_decide_time() = Stamp(kNow);
  EXPECT_THAT(CheckDecide(hearing, "judge"), not_allowed);
}

TEST(HearingRulesTest, NothingIsHeldTrueOfSomebodyUnheard) {
  HearingFacts facts = Facts();
  facts.accused = {"a", "b"};
  EXPECT_THAT(CheckHeard(facts), HasReason(mamori::v1::ERROR_REASON_HEARING_MISSING));
  for (int a = 0; a <= 4; ++a) {
    for (int b = 0; b <= 4; ++b) {
      facts.hearings.clear();
      bool all = true;
      for (const auto& [person, how] : {std::pair("a", a), std::pair("b", b)}) {
        all = all && how >= 2;
        if (how == 0) continue;
        // 1: told lately; 2: told and did not answer; 3: answered; 4: waived.
        v1::Hearing& hearing = facts.hearings.emplace_back(
            Told(how == 1 ? kNow - absl::Hours(1) : kNow - absl::Hours(240)));
        hearing.set_person(person);
        if (how == 3) hearing.set_state(v1::HEARING_STATE_ANSWERED);
        if (how == 4) hearing.set_state(v1::HEARING_STATE_WAIVED);
      }
      EXPECT_EQ(CheckHeard(facts).ok(), all) << a << b;
    }
  }
  EXPECT_THAT(CheckHeard({.identified = true, .now = kNow}), IsOk()) << "of nobody of ours";
  mamori::v1::CaseAccess access;
  for (const auto& [kind, person] : {std::pair(mamori::v1::ACTOR_SLOT_KIND_SUBJECT, "z"),
                                     std::pair(mamori::v1::ACTOR_SLOT_KIND_SUBJECT, "c"),
                                     std::pair(mamori::v1::ACTOR_SLOT_KIND_WITNESS, "w")}) {
    auto& slot = *access.add_slots();
    slot.set_kind(kind);
    slot.add_matches()->set_person(person);
  }
  EXPECT_THAT(AccusedOf(access), ElementsAre("c", "z"));
}

TEST(HearingRulesTest, ARecordTakesTwentyOfEachAndNoMore) {
  const auto full = HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED);
  v1::Hearing hearing = Told();
  for (int i = 0; i < 19; ++i) {
    *hearing.add_statements() = Words();
    *hearing.add_objections()->mutable_words() = Words();
  }
  EXPECT_THAT(CheckStatement(hearing, Words(), Facts()), IsOk());
  EXPECT_THAT(CheckObjection(hearing, Words(), Facts()), IsOk());
  *hearing.add_statements() = Words();
  EXPECT_THAT(CheckStatement(hearing, Words(), Facts()), full);
  EXPECT_THAT(CheckObjection(hearing, Words(), Facts()), IsOk());
  *hearing.add_objections()->mutable_words() = Words();
  EXPECT_THAT(CheckObjection(hearing, Words(), Facts()), full);
}

TEST(HearingRulesTest, WhoWroteAnObjectionDownDoesNotDecideIt) {
  v1::Hearing hearing = Told();
  *hearing.add_objections()->mutable_words() = Words();
  hearing.mutable_objections(0)->mutable_words()->set_recorder("writer");
  EXPECT_THAT(CheckDecide(hearing, "writer"), HasReason(mamori::v1::ERROR_REASON_ROLE_NOT_ALLOWED));
}

TEST(HearingRulesTest, NothingIsHeldTrueWhileItIsOpenWhoTheyAre) {
  HearingFacts facts = Facts();
  facts.hearings.push_back(Told());
  EXPECT_THAT(CheckHeard(facts), IsOk());
  facts.identified = false;
  EXPECT_THAT(CheckHeard(facts), HasReason(mamori::v1::ERROR_REASON_HEARING_MISSING));
  mamori::v1::CaseAccess access;
  EXPECT_TRUE(AreAccusedKnown(access));
  auto& slot = *access.add_slots();
  slot.set_kind(mamori::v1::ACTOR_SLOT_KIND_WITNESS);
  EXPECT_TRUE(AreAccusedKnown(access));
  access.add_slots()->set_kind(mamori::v1::ACTOR_SLOT_KIND_SUBJECT);
  access.mutable_slots(1)->add_matches()->set_person("one of them");
  EXPECT_FALSE(AreAccusedKnown(access));
  access.mutable_slots(1)->set_closed(true);
  EXPECT_TRUE(AreAccusedKnown(access));
}

TEST(HearingRulesTest, ANoticeThatIsRecordedLateLeavesTheTimeToAnswer) {
  const auto wrong = StatusIs(absl::StatusCode::kInvalidArgument);
  const authz::RoleSet desk = {Role::kDesk};
  const absl::Duration day = absl::Hours(24);
  EXPECT_THAT(CheckNotify(Notice(kNow - day, 7), desk, Facts()), IsOk());
  EXPECT_THAT(CheckNotify(Notice(kNow - day - absl::Seconds(1), 7), desk, Facts()), wrong);
  EXPECT_THAT(CheckNotify(Notice(kNow - day * 8, 14), desk, Facts()), IsOk());
  EXPECT_THAT(CheckNotify(Notice(kNow - day * 8, 13), desk, Facts()), wrong);
}

TEST(HearingRulesTest, WhoAnsweredOrWasLetGoIsHeardBeforeTheTimeIsOver) {
  HearingFacts facts = Facts();
  facts.hearings.push_back(Told(kNow - absl::Hours(1)));
  EXPECT_FALSE(CheckHeard(facts).ok());
  for (const auto state : {v1::HEARING_STATE_ANSWERED, v1::HEARING_STATE_WAIVED}) {
    facts.hearings[0].set_state(state);
    EXPECT_THAT(CheckHeard(facts), IsOk());
  }
  // Told and silent: from the moment on until which an answer was waited for.
  facts.hearings[0] = Told(kNow - absl::Hours(24 * 7));
  EXPECT_THAT(CheckHeard(facts), IsOk());
  facts.now -= absl::Seconds(1);
  EXPECT_FALSE(CheckHeard(facts).ok());
}

TEST(HandlerRulesTest, EachStepSaysWhoWhenAndWhatAndARecordCanAlwaysBeEnded) {
  const auto full = HasReason(mamori::v1::ERROR_REASON_STATE_NOT_ALLOWED);
  auto handler = Handler(v1::DESIGNATION_STATE_WITHDRAWN, "1");
  for (int i = 0; i < 99; ++i) handler.add_steps();
  const auto designated = Designate(&handler, "h", Caller("a", {Role::kAdmin}), kNow);
  ASSERT_THAT(designated, IsOk());
  EXPECT_EQ(designated->duty_version(), "");
  const v1::DesignationStep& step = designated->steps(99);
  EXPECT_EQ(step.state(), v1::DESIGNATION_STATE_DESIGNATED);
  EXPECT_EQ(step.person(), "a");
  EXPECT_EQ(time::FromTimestamp(step.step_time()), kNow);
  EXPECT_THAT(AcceptDesignation(*designated, "1", "1", Caller("h"), kNow), full);
  const auto ended =
      WithdrawDesignation(*designated, v1::WITHDRAWAL_CAUSE_TERM, "", Caller("h"), kNow);
  ASSERT_THAT(ended, IsOk());
  EXPECT_THAT(Designate(&*ended, "h", Caller("a", {Role::kAdmin}), kNow), full);
  EXPECT_THAT(WithdrawDesignation(*designated, v1::WITHDRAWAL_CAUSE_TERM, "h", Caller("h"), kNow),
              StatusIs(absl::StatusCode::kInvalidArgument))
      << "nobody succeeds themselves";
  EXPECT_THAT(WithdrawDesignation(*designated, v1::WITHDRAWAL_CAUSE_TERM, "n", Caller("h"), kNow),
              IsOk());
}

TEST(HandlerRulesTest, AuditorsReadAndDoNotDesignate) {
  for (int role = 0; role < authz::kRoles; ++role) {
    authz::RoleSet roles;
    roles.Add(static_cast<Role>(role));
    const bool designates = roles.Has(Role::kAdmin) || roles.Has(Role::kFirstReader);
    EXPECT_EQ(MayDesignate(Caller("p", roles)), designates) << role;
    EXPECT_EQ(MayReadHandlers(Caller("p", roles)), designates || roles.Has(Role::kAuditor)) << role;
  }
}

}  // namespace
}  // namespace mamori::triage
