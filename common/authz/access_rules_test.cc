#include "common/authz/access_rules.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/authz/record_rules.h"
#include "common/authz/reporter_rights.h"

namespace mamori::authz {
namespace {

// The table, written by hand. One letter per action, in their order: read, note, work, read the
// access record, change it, be told, supplement. A allowed, R refused, H hidden.
struct Row {
  const char* roles[kRoles + 1];
};
//                     desk     consult. lawyer   executive auditor  1st reader admin    no role
constexpr Row kStranger = {
    {"HHHHHAA", "HHHHHAA", "HHHHHAA", "HHHHHAA", "HHHHHAA", "HHHAAAA", "HHHAAAA", "HHHHHAA"}};
constexpr Row kMember = {
    {"AAARRAA", "AAARRAA", "AARRRAA", "ARRRRAA", "ARRRRAA", "AAAAAAA", "ARRAAAA", "ARRRRAA"}};
constexpr Row kConsulting = {
    {"HHHHHHA", "AAAAAAA", "HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHHHHA"}};
constexpr Row kUnidentified = {
    {"HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHHHHA", "AAAAAAA", "HHHHHHA", "HHHHHHA"}};
// Of public-interest whistleblowing, for those who are no designated handlers: nobody reads it, a
// member is a stranger, and whoever looks after its access goes on doing so.
constexpr Row kConsultingOfHandlers = {
    {"HHHHHHA", "HHHAAAA", "HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHHHHA"}};
constexpr Row kUnidentifiedOfHandlers = {
    {"HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHAAAA", "HHHHHHA", "HHHHHHA"}};
constexpr Row kDenied = {
    {"HHHHHHH", "HHHHHHH", "HHHHHHH", "HHHHHHH", "HHHHHHH", "HHHHHHH", "HHHHHHH", "HHHHHHH"}};
// Denied for the department alone: whoever made the report may add to it.
constexpr Row kDepartment = {
    {"HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHHHHA", "HHHHHHA"}};
constexpr Row kOutside = {
    {"AAAAAAA", "AAAAAAA", "AAAAAAA", "AAAAAAA", "AAAAAAA", "AAAAAAA", "AAAAAAA", "AAAAAAA"}};

constexpr Fact kDeny[] = {Fact::kNoPerson, Fact::kOtherTenant, Fact::kExcludedByHand,
                          Fact::kSubject,  Fact::kWitness,     Fact::kSuperior,
                          Fact::kKeptOut};

// Which row of the table holds for a set of facts.
const Row& RowOf(const Facts& facts) {
  for (const Fact fact : kDeny) {
    if (facts.Has(fact)) return kDenied;
  }
  if (facts.Has(Fact::kSameDepartment) || facts.Has(Fact::kDepartmentUnknown)) return kDepartment;
  if (facts.Has(Fact::kOutsideReader)) return kOutside;
  const bool barred = facts.Has(Fact::kHandlersOnly);
  if (facts.Has(Fact::kConsulting)) return barred ? kConsultingOfHandlers : kConsulting;
  if (facts.Has(Fact::kUnidentified)) return barred ? kUnidentifiedOfHandlers : kUnidentified;
  if (barred) return kStranger;
  const bool member = facts.Has(Fact::kMember) || facts.Has(Fact::kMemberByRole);
  return member ? kMember : kStranger;
}

char Letter(Decision decision) {
  return decision == Decision::kAllow ? 'A' : decision == Decision::kRefuse ? 'R' : 'H';
}

// Calls `wrong` for everything in the whole space of facts, roles and actions that is not as the
// table says.
template <typename Wrong>
void CompareWithTable(std::optional<DenyRule> off, Wrong wrong) {
  for (unsigned bits = 0; bits < 1u << kFacts; ++bits) {
    const Facts facts(bits);
    const Row& row = RowOf(facts);
    for (int role = 0; role <= kRoles; ++role) {
      const RoleSet roles = role == kRoles ? RoleSet() : RoleSet{static_cast<Role>(role)};
      for (int action = 0; action < kActions; ++action) {
        const Decision got = Decide(facts, roles, static_cast<Action>(action), off);
        if (Letter(got) != row.roles[role][action]) wrong(bits, role, action, got);
      }
    }
  }
}

TEST(Decide, IsTheTableForAllFactsRolesAndActions) {
  int shown = 0;
  CompareWithTable(std::nullopt, [&](unsigned bits, int role, int action, Decision got) {
    if (++shown < 10) {
      ADD_FAILURE() << "facts " << std::bitset<kFacts>(bits) << " role " << role << " action "
                    << action << ": " << Letter(got);
    }
  });
  EXPECT_EQ(shown, 0);
}

// Whichever rule is switched off, somebody may do what the table denies.
TEST(Decide, EveryDenyRuleIsMissedWhenItIsOff) {
  for (int rule = 0; rule < kDenyRules; ++rule) {
    int leaks = 0;
    CompareWithTable(static_cast<DenyRule>(rule),
                     [&](unsigned, int, int, Decision got) { leaks += got == Decision::kAllow; });
    EXPECT_GT(leaks, 0) << "nobody would notice that rule " << rule << " is gone";
  }
}

// More roles never take away; what is hidden from all roles together is hidden from each.
TEST(Decide, RolesOnlyAdd) {
  for (unsigned bits = 0; bits < 1u << kFacts; ++bits) {
    for (int action = 0; action < kActions; ++action) {
      for (int one = 0; one < kRoles; ++one) {
        const auto alone = Decide(Facts(bits), {static_cast<Role>(one)}, Action(action));
        const auto with_all =
            Decide(Facts(bits),
                   {Role::kDesk, Role::kConsultation, Role::kLawyer, Role::kExecutive,
                    Role::kAuditor, Role::kFirstReader, Role::kAdmin},
                   Action(action));
        ASSERT_TRUE(alone != Decision::kAllow || with_all == Decision::kAllow) << bits;
        ASSERT_TRUE(with_all != Decision::kHide || alone == Decision::kHide) << bits;
      }
    }
  }
}

v1::CaseAccess Record(const std::string& text) {
  v1::CaseAccess record;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      absl::StrCat("kind: REPORT_KIND_INTERNAL_HARASSMENT ", text), &record));
  if (text.find("tenant") == std::string::npos) record.set_tenant("t");
  return record;
}

// Each fact comes from the record, and alone changes what a desk member may do.
TEST(FactsOf, LoadsEveryRelation) {
  v1::AccessPolicy policy;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "kinds { kind: REPORT_KIND_INTERNAL_HARASSMENT roles: 'desk' roles: 'no-such-role' }",
      &policy));
  struct Case {
    const char* name;
    const char* record;
    Viewer viewer;
    Decision decision;
  };
  const Viewer desk{"t", "p", {Role::kDesk}, "care"};
  const Viewer lawyer{"t", "p", {Role::kLawyer}, "care"};
  const Viewer homeless{"t", "p", {Role::kDesk}, ""};
  const Case kCases[] = {
      {"member by role", "", desk, Decision::kAllow},
      {"role that the policy does not name", "", lawyer, Decision::kHide},
      {"member by name", "members { person: 'p' }", lawyer, Decision::kAllow},
      {"another's membership", "members { person: 'q' }", lawyer, Decision::kHide},
      {"other tenant", "tenant: 'u'", desk, Decision::kHide},
      {"nobody", "", {"t", "", {Role::kDesk}, "care"}, Decision::kHide},
      {"nobody, as a record may have it",
       "members { person: '' }",
       {"t", "", {}, ""},
       Decision::kHide},
      {"no tenant", "tenant: ''", {"", "p", {Role::kDesk}, "care"}, Decision::kHide},
      {"by hand", "exclusions { person: 'p' cause: EXCLUSION_CAUSE_BY_HAND }", desk,
       Decision::kHide},
      {"another is out", "exclusions { person: 'q' cause: EXCLUSION_CAUSE_BY_HAND }", desk,
       Decision::kAllow},
      {"subject", "exclusions { person: 'p' cause: EXCLUSION_CAUSE_SUBJECT }", desk,
       Decision::kHide},
      {"witness", "exclusions { person: 'p' cause: EXCLUSION_CAUSE_WITNESS }", desk,
       Decision::kHide},
      {"superior", "exclusions { person: 'p' cause: EXCLUSION_CAUSE_SUPERIOR }", desk,
       Decision::kHide},
      {"kept out", "exclusions { person: 'p' cause: EXCLUSION_CAUSE_KEEP_OUT }", desk,
       Decision::kHide},
      {"a cause unknown here", "exclusions { person: 'p' }", desk, Decision::kHide},
      {"deny wins over a membership",
       "members { person: 'p' } exclusions { person: 'p' cause: EXCLUSION_CAUSE_WITNESS }", desk,
       Decision::kHide},
      {"same department", "excluded_departments: 'care'", desk, Decision::kHide},
      {"other department", "excluded_departments: 'sales'", desk, Decision::kAllow},
      {"department not known", "excluded_departments: 'sales'", homeless, Decision::kHide},
      {"no department is out", "", homeless, Decision::kAllow},
      {"consultation", "consulting: true", desk, Decision::kHide},
      {"its desk", "consulting: true", {"t", "p", {Role::kConsultation}, ""}, Decision::kAllow},
      {"not identified", "own_people: true slots { name: 's' }", desk, Decision::kHide},
      {"own people without a slot", "own_people: true", desk, Decision::kHide},
      {"first reader",
       "own_people: true slots { name: 's' }",
       {"t", "p", {Role::kFirstReader}, ""},
       Decision::kAllow},
      {"one slot open", "own_people: true slots { closed: true } slots { name: 's' }", desk,
       Decision::kHide},
      {"identified", "own_people: true slots { closed: true }", desk, Decision::kAllow},
      {"no handler", "handlers_only: true", desk, Decision::kHide},
      {"no handler, by name", "handlers_only: true members { person: 'p' }", desk, Decision::kHide},
      {"a handler",
       "handlers_only: true",
       {"t", "p", {Role::kDesk}, "", /*designated=*/true},
       Decision::kAllow},
      {"a handler of no role", "handlers_only: true", {"t", "p", {}, "", true}, Decision::kHide},
      {"a handler who is kept out",
       "handlers_only: true exclusions { person: 'p' cause: EXCLUSION_CAUSE_BY_HAND }",
       {"t", "p", {Role::kDesk}, "", true},
       Decision::kHide},
      {"the outside reader of handlers alone",
       "handlers_only: true members { person: 'p' outside_reader: true }", lawyer,
       Decision::kAllow},
      {"outside reader", "consulting: true members { person: 'p' outside_reader: true }", lawyer,
       Decision::kAllow},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(Decide(c.viewer, Record(c.record), policy, Action::kRead), c.decision) << c.name;
  }
}

TEST(MayTellUnknownReaders, OnlyOfWhatKeepsNobodyOut) {
  EXPECT_TRUE(MayTellUnknownReaders("t", Record("")));
  EXPECT_TRUE(MayTellUnknownReaders("t", Record("own_people: true slots { closed: true }")));
  for (const char* record :
       {"tenant: 'u'", "tenant: ''", "consulting: true", "own_people: true slots { name: 's' }",
        "own_people: true", "excluded_departments: 'sales'",
        "exclusions { person: 'p' cause: EXCLUSION_CAUSE_KEEP_OUT }"}) {
    EXPECT_FALSE(MayTellUnknownReaders("t", Record(record))) << record;
  }
  EXPECT_FALSE(MayTellUnknownReaders("", Record("tenant: ''")));
}

TEST(MayReportForAnother, IsForManagersAndTheDesk) {
  const auto may = [](std::initializer_list<std::string> roles) {
    return MayReportForAnother(roles);
  };
  for (const char* role : {"manager", "desk", "consultation", "first_reader", "executive"}) {
    EXPECT_TRUE(may({role})) << role;
    EXPECT_TRUE(may({"auditor", role})) << role;
  }
  EXPECT_FALSE(may({}));
  for (const char* role : {"lawyer", "auditor", "admin", "", "Manager", "managers"}) {
    EXPECT_FALSE(may({role})) << role;
  }
}

TEST(IsShared, NarrowsAsTheReporterDecides) {
  for (const bool named : {false, true}) {
    EXPECT_TRUE(IsShared(SharingScope::kEveryone, named));
    EXPECT_EQ(IsShared(SharingScope::kPeople, named), named);
    EXPECT_FALSE(IsShared(SharingScope::kNobody, named));
  }
}

TEST(RecordRules, KeepNobodyInformedOfThemselves) {
  const Viewer viewer{"t", "p", {Role::kAdmin}, ""};
  EXPECT_TRUE(IsAboutOneself(viewer, "p"));
  EXPECT_FALSE(IsAboutOneself(viewer, "q"));
  EXPECT_FALSE(IsAboutOneself(viewer, "")) << "about nobody";
  const Viewer nobody{"t", "", {Role::kAdmin}, ""};
  EXPECT_TRUE(IsAboutOneself(nobody, ""));
  EXPECT_TRUE(IsAboutOneself(nobody, "q"));
}

TEST(RecordRules, HoldsAreLookedAfterByFourRoles) {
  for (const Role role : {Role::kLawyer, Role::kFirstReader, Role::kAuditor, Role::kAdmin}) {
    EXPECT_TRUE(MayLookAfterHolds({role}));
    EXPECT_TRUE(MayLookAfterHolds({Role::kDesk, role}));
  }
  EXPECT_FALSE(MayLookAfterHolds({}));
  EXPECT_FALSE(MayLookAfterHolds({Role::kDesk, Role::kConsultation, Role::kExecutive}));
}

TEST(RoleOf, KnowsSevenNames) {
  std::set<Role> roles;
  for (const char* name :
       {"desk", "consultation", "lawyer", "executive", "auditor", "first_reader", "admin"}) {
    ASSERT_TRUE(RoleOf(name).has_value()) << name;
    roles.insert(*RoleOf(name));
  }
  EXPECT_EQ(roles.size(), static_cast<size_t>(kRoles));
  EXPECT_FALSE(RoleOf(kManagerRole).has_value()) << "of whom no case is";
  EXPECT_FALSE(RoleOf("Desk").has_value());
  EXPECT_FALSE(RoleOf("").has_value());
}

}  // namespace
}  // namespace mamori::authz
