// The rules on acts of two persons, over the whole space of what they look at.
#include "services/triage/two_person_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/errors.h"
#include "common/testing/matchers.h"

namespace mamori::triage {
namespace {

using mamori::v1::CaseAccess;
using testing::HasReason;
using testing::IsOk;
using v1::TwoPersonAct;

const absl::Time kRequested = absl::FromUnixSeconds(1'800'000'000);
const absl::Time kNotBefore = kRequested + absl::Hours(1);
const absl::Time kExpiry = kRequested + absl::Hours(24);

google::protobuf::Timestamp Stamp(absl::Time time) {
  google::protobuf::Timestamp stamp;
  stamp.set_seconds(absl::ToUnixSeconds(time));
  return stamp;
}

TwoPersonAct MakeAct(v1::ActState state, int approvals) {
  TwoPersonAct act;
  act.set_kind(v1::ACT_KIND_REMOVE_EXCLUSION);
  act.set_state(state);
  act.set_hash("hash");
  act.set_resource_version(7);
  *act.mutable_request_time() = Stamp(kRequested);
  *act.mutable_not_before_time() = Stamp(kNotBefore);
  *act.mutable_expire_time() = Stamp(kExpiry);
  for (const char* person : {"a", "b"}) {
    if (act.approvals_size() == approvals) break;
    v1::ActApproval& approval = *act.add_approvals();
    approval.set_person(person);
    approval.set_department(person + std::string("'s"));
  }
  return act;
}

ActTime At(absl::Time wall, absl::Time newest = absl::InfinitePast()) { return {wall, newest}; }

enum class Tie { kNone, kFirstLetSecondIn, kSecondLetFirstIn, kThirdLetBothIn };
enum class Out { kNone, kFirst, kSecond, kFirstsDepartment, kThird };

CaseAccess MakeAccess(Tie tie, Out out) {
  CaseAccess access;
  const auto member = [&](const char* person, const char* by) {
    auto& one = *access.add_members();
    one.set_person(person);
    one.set_added_by(by);
  };
  if (tie == Tie::kFirstLetSecondIn) member("b", "a");
  if (tie == Tie::kSecondLetFirstIn) member("a", "b");
  if (tie == Tie::kThirdLetBothIn) {
    member("a", "c");
    member("b", "c");
  }
  if (out == Out::kFirst) access.add_exclusions()->set_person("a");
  if (out == Out::kSecond) access.add_exclusions()->set_person("b");
  if (out == Out::kThird) access.add_exclusions()->set_person("c");
  if (out == Out::kFirstsDepartment) access.add_excluded_departments("a's");
  return access;
}

// Walks the whole space and compares with what the issue says, written down anew.
TEST(TwoPersonRulesTest, AnActIsDoneOnlyWhenEverythingIsAsItMustBe) {
  const std::vector<absl::Time> walls = {kNotBefore - absl::Seconds(1), kNotBefore,
                                         kExpiry - absl::Seconds(1), kExpiry};
  const std::vector<absl::Duration> aheads = {-absl::Hours(24), absl::ZeroDuration(),
                                              absl::Seconds(6), absl::Hours(24 * 365)};
  int done = 0, all = 0;
  for (int state = 0; state <= v1::ACT_STATE_WITHDRAWN; ++state) {
    for (int approvals = 0; approvals <= 2; ++approvals) {
      const TwoPersonAct act = MakeAct(static_cast<v1::ActState>(state), approvals);
      for (const char* person : {"", "a", "b", "c"}) {
        for (const char* hash : {"", "hash", "other"}) {
          for (int64_t version : {6, 7, 8}) {
            for (const absl::Time wall : walls) {
              for (const absl::Duration ahead : aheads) {
                for (int tie = 0; tie < 4; ++tie) {
                  for (int out = 0; out < 5; ++out) {
                    const CaseAccess access =
                        MakeAccess(static_cast<Tie>(tie), static_cast<Out>(out));
                    const ActFacts facts{.time = At(wall, wall + ahead),
                                         .access = {&access},
                                         .resource_version = version};
                    const bool want = state == v1::ACT_STATE_APPROVED && approvals == 2 &&
                                      (std::string(person) == "a" || std::string(person) == "b") &&
                                      std::string(hash) == "hash" && version == 7 &&
                                      wall >= kNotBefore && wall < kExpiry &&
                                      ahead <= absl::Seconds(5) &&
                                      (tie == 0 || static_cast<Tie>(tie) == Tie::kThirdLetBothIn) &&
                                      (out == 0 || static_cast<Out>(out) == Out::kThird);
                    const absl::Status got = CheckUse(act, person, hash, facts);
                    ASSERT_EQ(got.ok(), want)
                        << state << " " << approvals << " " << person << " " << hash << " "
                        << version << " " << wall << " " << ahead << " " << tie << " " << out;
                    done += got.ok();
                    ++all;
                  }
                }
              }
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(done, 2 * 2 * 2 * 2 * 2) << "of " << all;
}

TEST(TwoPersonRulesTest, AnApprovalIsTakenOnlyFromAnIndependentSecondPerson) {
  int taken = 0;
  for (int state = 0; state <= v1::ACT_STATE_WITHDRAWN; ++state) {
    for (int approvals = 0; approvals <= 2; ++approvals) {
      const TwoPersonAct act = MakeAct(static_cast<v1::ActState>(state), approvals);
      for (const char* person : {"", "a", "b", "c"}) {
        for (const char* hash : {"", "hash", "other"}) {
          for (int64_t version : {6, 7}) {
            for (const absl::Time wall : {kRequested, kExpiry - absl::Seconds(1), kExpiry}) {
              for (const absl::Duration ahead : {-absl::Hours(1), absl::Seconds(6)}) {
                for (int tie = 0; tie < 4; ++tie) {
                  const CaseAccess access = MakeAccess(static_cast<Tie>(tie), Out::kNone);
                  const CaseAccess other = MakeAccess(Tie::kNone, Out::kNone);
                  // The one that ties them may be any of the cases.
                  const ActFacts facts{.time = At(wall, wall + ahead),
                                       .access = {&other, &access},
                                       .resource_version = version};
                  const std::string who = person;
                  const bool tied = static_cast<Tie>(tie) == Tie::kFirstLetSecondIn ||
                                    static_cast<Tie>(tie) == Tie::kSecondLetFirstIn;
                  const bool third_tied = static_cast<Tie>(tie) == Tie::kThirdLetBothIn;
                  const bool want = state == v1::ACT_STATE_REQUESTED && approvals == 1 &&
                                    ((who == "b" && !tied) || (who == "c" && !third_tied)) &&
                                    std::string(hash) == "hash" && version == 7 && wall < kExpiry &&
                                    ahead < absl::ZeroDuration();
                  const absl::Status got = CheckApprove(act, person, hash, facts);
                  ASSERT_EQ(got.ok(), want)
                      << state << approvals << person << hash << version << wall << ahead << tie;
                  taken += got.ok();
                }
              }
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(taken, 2 * (2 + 3));
}

TEST(TwoPersonRulesTest, EachRefusalSaysWhatToDoNext) {
  const TwoPersonAct act = MakeAct(v1::ACT_STATE_APPROVED, 2);
  const CaseAccess access;
  const ActFacts good{.time = At(kNotBefore), .access = {&access}, .resource_version = 7};
  EXPECT_THAT(CheckUse(act, "a", "hash", good), IsOk());
  ActFacts facts = good;
  facts.time = At(kNotBefore - absl::Seconds(1));
  EXPECT_THAT(CheckUse(act, "a", "hash", facts), HasReason(mamori::v1::ERROR_REASON_ACT_NOT_READY));
  facts.time = At(kExpiry);
  EXPECT_THAT(CheckUse(act, "a", "hash", facts), HasReason(mamori::v1::ERROR_REASON_ACT_EXPIRED));
  facts.time = At(kNotBefore, kNotBefore + absl::Hours(24));
  EXPECT_THAT(CheckUse(act, "a", "hash", facts), HasReason(mamori::v1::ERROR_REASON_CLOCK_BEHIND));
  EXPECT_THAT(CheckUse(act, "a", "other", good), HasReason(mamori::v1::ERROR_REASON_ACT_MISMATCH));
  EXPECT_THAT(CheckUse(act, "c", "hash", good),
              HasReason(mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED));
  // Of the same department as a subject, or of one that is not known: out.
  CaseAccess department;
  department.add_excluded_departments("sales");
  TwoPersonAct unknown = act;
  unknown.mutable_approvals(1)->clear_department();
  facts = good;
  facts.access = {&department};
  EXPECT_THAT(CheckUse(act, "a", "hash", facts), IsOk());
  EXPECT_THAT(CheckUse(unknown, "a", "hash", facts),
              HasReason(mamori::v1::ERROR_REASON_ACT_PERSON_NOT_ALLOWED));
}

TEST(TwoPersonRulesTest, TheLaterOfClockAndRecordCounts) {
  const absl::Time now = kRequested;
  EXPECT_EQ(Effective(At(now)), now);
  EXPECT_EQ(ClockBehind(At(now)), absl::ZeroDuration()) << "nothing is recorded yet";
  for (const absl::Duration by : {absl::Hours(24), absl::Hours(24 * 365)}) {
    EXPECT_EQ(Effective(At(now, now + by)), now + by);
    EXPECT_EQ(ClockBehind(At(now, now + by)), by);
    EXPECT_THAT(CheckClock(At(now, now + by)), HasReason(mamori::v1::ERROR_REASON_CLOCK_BEHIND));
    EXPECT_EQ(Effective(At(now + by, now)), now + by);
    EXPECT_THAT(CheckClock(At(now + by, now)), IsOk());
  }
  EXPECT_THAT(CheckClock(At(now, now + kClockTolerance)), IsOk());
  EXPECT_FALSE(CheckClock(At(now, now + kClockTolerance + absl::Microseconds(1))).ok());
}

TEST(TwoPersonRulesTest, AnEmergencyHasAShorterWaitAndNothingElseLess) {
  mamori::v1::TwoPersonPolicy policy;
  EXPECT_EQ(PeriodsOf(policy, false).wait, absl::Hours(1));
  EXPECT_EQ(PeriodsOf(policy, true).wait, absl::Minutes(5));
  EXPECT_EQ(PeriodsOf(policy, true).expiry, PeriodsOf(policy, false).expiry);
  policy.mutable_wait()->set_seconds(60);
  EXPECT_EQ(PeriodsOf(policy, true).wait, absl::Minutes(1)) << "never a longer one";
  policy.mutable_emergency_wait();
  EXPECT_EQ(PeriodsOf(policy, true).wait, absl::ZeroDuration());
  policy.mutable_expiry()->set_seconds(120);
  EXPECT_EQ(PeriodsOf(policy, false).expiry, absl::Minutes(2));
}

TEST(TwoPersonRulesTest, WhoLetWhomInBeforeCountsToo) {
  // Every tie in the record as it is, and in each of two earlier ones, whole or not.
  constexpr Tie kTies[] = {Tie::kNone, Tie::kFirstLetSecondIn, Tie::kSecondLetFirstIn,
                           Tie::kThirdLetBothIn};
  const auto dependent = [](Tie tie) {
    return tie == Tie::kFirstLetSecondIn || tie == Tie::kSecondLetFirstIn;
  };
  for (const Tie now : kTies) {
    for (const Tie before : kTies) {
      for (const Tie first : kTies) {
        for (const bool whole : {true, false}) {
          const CaseAccess access = MakeAccess(now, Out::kNone);
          AccessPast past{.records = {{MakeAccess(first, Out::kNone), kRequested},
                                      {MakeAccess(before, Out::kNone), kRequested}},
                          .whole = whole};
          const ActFacts facts{
              .time = At(kNotBefore), .access = {&access}, .past = &past, .resource_version = 7};
          const bool may = whole && !dependent(now) && !dependent(before) && !dependent(first);
          EXPECT_EQ(CheckUse(MakeAct(v1::ACT_STATE_APPROVED, 2), "a", "hash", facts).ok(), may);
          EXPECT_EQ(CheckApprove(MakeAct(v1::ACT_STATE_REQUESTED, 1), "b", "hash", facts).ok(),
                    may);
        }
      }
    }
  }
}

TEST(TwoPersonRulesTest, OnlyWhatWasNotDoneIsWithdrawn) {
  for (int state = 0; state <= v1::ACT_STATE_WITHDRAWN; ++state) {
    const bool may = state == v1::ACT_STATE_REQUESTED || state == v1::ACT_STATE_APPROVED;
    EXPECT_EQ(CheckWithdraw(MakeAct(static_cast<v1::ActState>(state), 1)).ok(), may) << state;
  }
}

TEST(TwoPersonRulesTest, EveryKindHasItsRule) {
  for (int kind = v1::ActKind_MIN; kind <= v1::ActKind_MAX; ++kind) {
    if (!v1::ActKind_IsValid(kind)) continue;
    EXPECT_EQ(RuleOf(static_cast<v1::ActKind>(kind)) != nullptr, kind != v1::ACT_KIND_UNSPECIFIED)
        << kind;
  }
  EXPECT_EQ(RuleOf(static_cast<v1::ActKind>(99)), nullptr);
}

TEST(TwoPersonRulesTest, WhatIsNotRecordedOfAnActRefuses) {
  const ActFacts facts{.time = At(kNotBefore), .resource_version = 7};
  TwoPersonAct act = MakeAct(v1::ACT_STATE_REQUESTED, 1);
  EXPECT_THAT(CheckApprove(act, "b", "hash", facts), IsOk());
  act.clear_hash();
  EXPECT_FALSE(CheckApprove(act, "b", "", facts).ok()) << "no hash is no hash of anything";
  act = MakeAct(v1::ACT_STATE_REQUESTED, 1);
  act.mutable_approvals(0)->clear_person();
  EXPECT_FALSE(CheckApprove(act, "b", "hash", facts).ok());
  act = MakeAct(v1::ACT_STATE_REQUESTED, 1);
  EXPECT_FALSE(CheckApprove(act, "", "hash", facts).ok());
}

TEST(TwoPersonRulesTest, ADepartmentThatIsNotKnownKeepsOutOnlyWhereOneIsKeptOut) {
  CaseAccess access;
  const ActFacts facts{.time = At(kNotBefore), .access = {&access}, .resource_version = 7};
  TwoPersonAct act = MakeAct(v1::ACT_STATE_APPROVED, 2);
  act.mutable_approvals(0)->clear_department();
  EXPECT_THAT(CheckUse(act, "a", "hash", facts), IsOk());
  access.add_excluded_departments("sales");
  EXPECT_FALSE(CheckUse(act, "a", "hash", facts).ok());
  act = MakeAct(v1::ACT_STATE_APPROVED, 2);
  EXPECT_THAT(CheckUse(act, "a", "hash", facts), IsOk());
}

}  // namespace
}  // namespace mamori::triage
