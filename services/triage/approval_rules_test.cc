#include "services/triage/approval_rules.h"

#include <gtest/gtest.h>

#include <set>

#include "google/protobuf/util/time_util.h"

namespace mamori::triage {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kPeople = 4;
constexpr char kDigest[] = "d";

std::string NameOf(int person) { return std::string(1, static_cast<char>('a' + person)); }

// A small world: who there is, what they are, and a measure.
struct World {
  mamori::v1::ApprovalRule rule;
  v1::Measure measure;
  std::set<std::string> out;
  std::vector<ApprovalPerson> people;
  std::string digest = kDigest;
  absl::Time now = absl::FromUnixSeconds(1000);

  ApprovalFacts facts() const {
    return {.rule = rule,
            .measure = measure,
            .digest = digest,
            .now = now,
            .roster = people,
            .is_out = [this](const ApprovalPerson& one) { return out.count(one.person) > 0; }};
  }
  void Approve(const ApprovalPerson& person, bool outside = false) {
    v1::MeasureApproval& approval = *measure.add_approvals();
    approval.set_approver(person.person);
    for (const auto& role : person.roles) approval.add_roles(role);
    *approval.mutable_approve_time() = TimeUtil::SecondsToTimestamp(1000);
    *approval.mutable_expire_time() = TimeUtil::SecondsToTimestamp(2000);
    approval.set_digest(digest);
    approval.set_outside(outside);
  }
};

World Make(int k, bool needs_executive, unsigned roles, unsigned proposers, unsigned out) {
  World world;
  world.rule.set_approvals(k);
  world.rule.add_roles("desk");
  world.rule.add_roles("executive");
  if (needs_executive) world.rule.add_needed_roles("executive");
  for (int i = 0; i < kPeople; ++i) {
    ApprovalPerson person{.person = NameOf(i)};
    if (roles >> (2 * i) & 1) person.roles.push_back("desk");
    if (roles >> (2 * i + 1) & 1) person.roles.push_back("executive");
    if (proposers >> i & 1) world.measure.add_proposers(person.person);
    if (out >> i & 1) world.out.insert(person.person);
    world.people.push_back(person);
  }
  return world;
}

bool Has(const ApprovalPerson& person, const std::string& role) {
  for (const auto& one : person.roles) {
    if (one == role) return true;
  }
  return false;
}

// The oracle speaks of sets of people, and knows nothing of the rules' code.
bool Eligible(const World& world, int i) {
  for (const auto& proposer : world.measure.proposers()) {
    if (proposer == NameOf(i)) return false;
  }
  return world.out.count(NameOf(i)) == 0 && !world.people[i].roles.empty();
}

bool IsSufficient(const World& world, unsigned set) {
  int size = 0;
  bool executive = false;
  for (int i = 0; i < kPeople; ++i) {
    if (!(set >> i & 1)) continue;
    ++size;
    executive |= Has(world.people[i], "executive");
  }
  return size == world.rule.approvals() && (executive || world.rule.needed_roles().empty());
}

bool SomeSetIsSufficient(const World& world) {
  for (unsigned set = 0; set < 1u << kPeople; ++set) {
    bool all = true;
    for (int i = 0; i < kPeople; ++i) all &= !(set >> i & 1) || Eligible(world, i);
    if (all && IsSufficient(world, set)) return true;
  }
  return false;
}

unsigned Approvers(const World& world) {
  unsigned set = 0;
  for (const auto& approval : world.measure.approvals())
    set |= 1u << (approval.approver()[0] - 'a');
  return set;
}

// Goes every way that approvals can come in; false at the first that breaks a promise.
bool Explore(const World& world, int& states) {
  ++states;
  const ApprovalFacts facts = world.facts();
  const unsigned approvers = Approvers(world);
  const bool complete = IsSufficient(world, approvers);
  if (IsApproved(facts) != complete) return false;
  if (CountOf(facts) > world.rule.approvals()) return false;
  bool goes_on = false;
  for (int i = 0; i < kPeople; ++i) {
    const ApprovalAnswer answer = MayApprove(world.people[i], facts);
    if (complete && Eligible(world, i) && answer != ApprovalAnswer::kComplete) return false;
    if (answer != ApprovalAnswer::kMay) continue;
    if (!Eligible(world, i) || (approvers >> i & 1) || complete) return false;
    goes_on = true;
    World next = world;
    next.Approve(world.people[i]);
    if (!Explore(next, states)) return false;
  }
  // Nobody is led into a dead end: what can begin can be completed by whoever comes.
  return goes_on || complete || !SomeSetIsSufficient(world);
}

TEST(ApprovalRulesTest, EveryWorldOfFourPeopleKeepsItsPromises) {
  int states = 0;
  for (int k = 1; k <= 3; ++k) {
    for (const bool needs_executive : {false, true}) {
      for (unsigned roles = 0; roles < 1u << (2 * kPeople); ++roles) {
        for (const unsigned proposers : {0u, 1u, 3u}) {
          for (const unsigned out : {0u, 2u, 6u}) {
            const World world = Make(k, needs_executive, roles, proposers, out);
            const bool enough = DecidersOf(world.facts()).deciders == Deciders::kEnough;
            ASSERT_EQ(enough, SomeSetIsSufficient(world))
                << k << needs_executive << " roles " << roles << " proposers " << proposers
                << " out " << out;
            ASSERT_TRUE(Explore(world, states)) << k << needs_executive << " roles " << roles
                                                << " proposers " << proposers << " out " << out;
          }
        }
      }
    }
  }
  EXPECT_GT(states, 50000);
}

TEST(ApprovalRulesTest, AnApprovalCountsOnlyWhileAllOfItHolds) {
  World world = Make(1, false, 0b01010101, 0, 0);
  world.Approve(world.people[1]);
  v1::MeasureApproval& approval = *world.measure.mutable_approvals(0);
  EXPECT_TRUE(IsApproved(world.facts()));

  world.now = absl::FromUnixSeconds(2000) - absl::Microseconds(1);
  EXPECT_TRUE(IsApproved(world.facts()));
  world.now = absl::FromUnixSeconds(2000);
  EXPECT_EQ(FaultOf(approval, world.facts()), v1::APPROVAL_FAULT_EXPIRED);
  EXPECT_FALSE(IsApproved(world.facts()));
  world.now = absl::FromUnixSeconds(1000);

  world.digest = "another";
  EXPECT_EQ(FaultOf(approval, world.facts()), v1::APPROVAL_FAULT_CHANGED);
  EXPECT_FALSE(IsApproved(world.facts()));
  world.digest = kDigest;

  world.out = {"b"};
  EXPECT_EQ(FaultOf(approval, world.facts()), v1::APPROVAL_FAULT_EXCLUDED);
  EXPECT_FALSE(IsApproved(world.facts()));
  world.out.clear();

  world.measure.add_proposers("b");  // has revised it since
  EXPECT_EQ(FaultOf(approval, world.facts()), v1::APPROVAL_FAULT_PROPOSER);
  EXPECT_FALSE(IsApproved(world.facts()));
  world.measure.clear_proposers();

  *approval.mutable_revoke_time() = TimeUtil::SecondsToTimestamp(1500);
  EXPECT_EQ(FaultOf(approval, world.facts()), v1::APPROVAL_FAULT_REVOKED);
  EXPECT_FALSE(IsApproved(world.facts()));
  // And may be given again.
  EXPECT_EQ(MayApprove(world.people[1], world.facts()), ApprovalAnswer::kMay);
}

TEST(ApprovalRulesTest, OnePersonsApprovalsCountOnce) {
  World world = Make(2, false, 0b01010101, 0, 0);
  world.Approve(world.people[1]);
  world.Approve(world.people[1]);
  EXPECT_EQ(CountOf(world.facts()), 1);
  EXPECT_FALSE(IsApproved(world.facts()));
  EXPECT_EQ(MayApprove(world.people[1], world.facts()), ApprovalAnswer::kAlready);
}

TEST(ApprovalRulesTest, APlaceIsLeftForTheRoleThatIsNeeded) {
  // a proposes; b and c are of the desk, d is an executive.
  World world = Make(2, true, 0b10010101, 1, 0);
  world.Approve(world.people[1]);
  EXPECT_EQ(MayApprove(world.people[2], world.facts()), ApprovalAnswer::kOthersNeeded);
  EXPECT_EQ(MayApprove(world.people[3], world.facts()), ApprovalAnswer::kMay);
  // However it came to be stored, two of the desk are not enough.
  world.Approve(world.people[2]);
  EXPECT_EQ(CountOf(world.facts()), 2);
  EXPECT_FALSE(IsApproved(world.facts()));
}

TEST(ApprovalRulesTest, WhenFewerAreLeftTheOutsideApproverAloneDecides) {
  World world = Make(2, false, 0b00000101, 1, 0);  // a proposes, b is left
  EXPECT_EQ(DecidersOf(world.facts()).deciders, Deciders::kNobody);
  EXPECT_EQ(DecidersOf(world.facts()).could, 1);
  EXPECT_EQ(MayApprove(world.people[1], world.facts()), ApprovalAnswer::kNobody);
  world.rule.add_outside_approvers("a");  // proposed it: not he
  EXPECT_EQ(DecidersOf(world.facts()).deciders, Deciders::kNobody);
  world.rule.add_outside_approvers("kept-out");
  world.out.insert("kept-out");
  EXPECT_EQ(DecidersOf(world.facts()).deciders, Deciders::kNobody);
  world.rule.add_outside_approvers("lawyer");
  world.rule.add_outside_approvers("second");
  const WhoDecides who = DecidersOf(world.facts());
  EXPECT_EQ(who.deciders, Deciders::kOutside);
  EXPECT_EQ(who.outside, "lawyer");
  EXPECT_EQ(MayApprove(world.people[1], world.facts()), ApprovalAnswer::kOnlyOutside);
  EXPECT_EQ(MayApprove({.person = "second"}, world.facts()), ApprovalAnswer::kOnlyOutside);
  EXPECT_EQ(MayApprove({.person = "lawyer"}, world.facts()), ApprovalAnswer::kMayOutside);
  world.Approve({.person = "lawyer"}, /*outside=*/true);
  EXPECT_TRUE(IsApproved(world.facts()));
  EXPECT_EQ(MayApprove(world.people[1], world.facts()), ApprovalAnswer::kComplete);
  // Excluded later, his word is void like any other's.
  world.out.insert("lawyer");
  EXPECT_FALSE(IsApproved(world.facts()));
}

TEST(ApprovalRulesTest, WhileEnoughAreLeftNobodyOutsideDecides) {
  World world = Make(2, false, 0b01010101, 1, 0);
  world.rule.add_outside_approvers("lawyer");
  EXPECT_EQ(MayApprove({.person = "lawyer"}, world.facts()), ApprovalAnswer::kNoRole);
  world.Approve(world.people[1]);
  world.Approve(world.people[2]);
  EXPECT_TRUE(IsApproved(world.facts()));
  // One of the two is kept out afterwards: his approval is void, and another is needed.
  world.out.insert("b");
  EXPECT_FALSE(IsApproved(world.facts()));
  EXPECT_EQ(MayApprove(world.people[3], world.facts()), ApprovalAnswer::kMay);
  world.out.insert("d");
  EXPECT_EQ(DecidersOf(world.facts()).deciders, Deciders::kOutside);
}

TEST(ApprovalRulesTest, OnlyWhoDecidesOrProposedRejects) {
  World world = Make(1, false, 0b00000101, 1, 0);  // c has no role
  EXPECT_TRUE(MayReject(world.people[0], world.facts()));
  EXPECT_TRUE(MayReject(world.people[1], world.facts()));
  EXPECT_FALSE(MayReject(world.people[2], world.facts()));
  world.out = {"a", "b"};
  EXPECT_FALSE(MayReject(world.people[0], world.facts()));
  EXPECT_FALSE(MayReject(world.people[1], world.facts()));
}

TEST(ApprovalRulesTest, TheRuleThatNamesAMeasureComesBeforeTheOneForAll) {
  mamori::v1::Policy policy;
  EXPECT_EQ(ApprovalRuleOf(policy, "WARNING"), nullptr);
  policy.add_approval_rules()->set_id("all");
  auto& named = *policy.add_approval_rules();
  named.set_id("named");
  named.add_measures("WARNING");
  EXPECT_EQ(ApprovalRuleOf(policy, "WARNING")->id(), "named");
  EXPECT_EQ(ApprovalRuleOf(policy, "CARE")->id(), "all");
}

TEST(ApprovalRulesTest, ARuleForOtherMeasuresIsForNoneElseAndTheFirstForAllCounts) {
  mamori::v1::Policy policy;
  policy.add_approval_rules()->add_measures("WARNING");
  EXPECT_EQ(ApprovalRuleOf(policy, "CARE"), nullptr);
  policy.add_approval_rules()->set_id("first");
  policy.add_approval_rules()->set_id("second");
  EXPECT_EQ(ApprovalRuleOf(policy, "CARE")->id(), "first");
}

TEST(ApprovalRulesTest, WhoApprovedAndLeftTheRosterCountsAmongThoseWhoCould) {
  World world = Make(2, false, 0b00000101, 1, 0);  // a proposes, b is left
  world.rule.add_outside_approvers("lawyer");
  world.Approve({.person = "gone", .roles = {"desk"}});
  EXPECT_EQ(DecidersOf(world.facts()).could, 2);
  EXPECT_EQ(DecidersOf(world.facts()).deciders, Deciders::kEnough);
  EXPECT_EQ(MayApprove(world.people[1], world.facts()), ApprovalAnswer::kMay);
}

TEST(ApprovalRulesTest, NobodyIsLookedForWhenTheOutsideApproverHasDecided) {
  World world = Make(2, false, 0b00000101, 1, 0);
  world.rule.add_outside_approvers("lawyer");
  world.Approve({.person = "lawyer"}, /*outside=*/true);
  EXPECT_EQ(DecidersOf(world.facts()).deciders, Deciders::kEnough);
}

TEST(ApprovalRulesTest, WhoProposedAndTheOutsideApproverRejectWithoutARole) {
  World world = Make(1, false, 0b00000100, 0b0101, 0);  // only b has a role; a and c proposed
  world.rule.add_outside_approvers("lawyer");
  EXPECT_TRUE(MayReject(world.people[0], world.facts()));
  EXPECT_TRUE(MayReject(world.people[2], world.facts()));
  EXPECT_FALSE(MayReject(world.people[3], world.facts()));
  EXPECT_TRUE(MayReject({.person = "lawyer"}, world.facts()));
  world.out = {"lawyer"};
  EXPECT_FALSE(MayReject({.person = "lawyer"}, world.facts()));
}

}  // namespace
}  // namespace mamori::triage
