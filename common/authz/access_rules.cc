#include "common/authz/access_rules.h"

#include <algorithm>

#include "common/authz/access_record.h"

namespace mamori::authz {
namespace {

struct DenyingFact {
  Fact fact;
  DenyRule rule;
};
constexpr DenyingFact kDenying[] = {
    {Fact::kNoPerson, DenyRule::kNobody},
    {Fact::kOtherTenant, DenyRule::kTenant},
    {Fact::kExcludedByHand, DenyRule::kExcluded},
    {Fact::kSubject, DenyRule::kSubject},
    {Fact::kWitness, DenyRule::kWitness},
    {Fact::kSuperior, DenyRule::kSuperior},
    {Fact::kKeptOut, DenyRule::kKeptOut},
    {Fact::kSameDepartment, DenyRule::kDepartment},
    {Fact::kDepartmentUnknown, DenyRule::kUnknownDepartment},
};

bool IsAboutAccess(Action action) {
  switch (action) {
    case Action::kRead:
    case Action::kNote:
    case Action::kWork:
    case Action::kBeTold:
    case Action::kSupplement:
      return false;
    case Action::kReadAccess:
    case Action::kChangeAccess:
      return true;
  }
  return true;
}

// Whoever adds to a report may be the one who made it, of the subject's department like the
// subject.
bool AsksDepartment(Action action) { return action != Action::kSupplement; }

// Who is told is the policy's decision, and a report's name is known to whoever was given it.
bool NeedsMembership(Action action) {
  return action != Action::kBeTold && action != Action::kSupplement;
}

// What a case says. Who may see it is looked after by those who do not read it.
bool OpensCase(Action action) { return NeedsMembership(action) && !IsAboutAccess(action); }

bool NeedsRole(Action action) { return action != Action::kRead && NeedsMembership(action); }

// The roles that may do it in a case that they may see, where it needs one.
RoleSet RolesFor(Action action) {
  switch (action) {
    case Action::kRead:
    case Action::kBeTold:
    case Action::kSupplement:
      return {};
    case Action::kNote:
      return {Role::kDesk, Role::kConsultation, Role::kFirstReader, Role::kLawyer};
    case Action::kWork:
      return {Role::kDesk, Role::kConsultation, Role::kFirstReader};
    case Action::kReadAccess:
    case Action::kChangeAccess:
      return {Role::kFirstReader, Role::kAdmin};
  }
  return {};
}

// The causes of `person`'s exclusions.
void AddExclusions(const std::string& person, const v1::CaseAccess& record, Facts& facts) {
  for (const v1::CaseExclusion& one : record.exclusions()) {
    if (one.person() != person) continue;
    switch (one.cause()) {
      case v1::EXCLUSION_CAUSE_SUBJECT:
        facts.Add(Fact::kSubject);
        break;
      case v1::EXCLUSION_CAUSE_WITNESS:
        facts.Add(Fact::kWitness);
        break;
      case v1::EXCLUSION_CAUSE_SUPERIOR:
        facts.Add(Fact::kSuperior);
        break;
      case v1::EXCLUSION_CAUSE_KEEP_OUT:
        facts.Add(Fact::kKeptOut);
        break;
      default:
        // By hand, and whatever a newer version may write: what is not known excludes.
        facts.Add(Fact::kExcludedByHand);
    }
  }
}

}  // namespace

std::optional<Role> RoleOf(std::string_view name) {
  if (name == "desk") return Role::kDesk;
  if (name == "consultation") return Role::kConsultation;
  if (name == "lawyer") return Role::kLawyer;
  if (name == "executive") return Role::kExecutive;
  if (name == "auditor") return Role::kAuditor;
  if (name == "first_reader") return Role::kFirstReader;
  if (name == "admin") return Role::kAdmin;
  return std::nullopt;
}

Facts FactsOf(const Viewer& viewer, const v1::CaseAccess& record, const v1::AccessPolicy& policy) {
  Facts facts;
  facts.Add(Fact::kNoPerson, viewer.person.empty());
  facts.Add(Fact::kOtherTenant, viewer.tenant.empty() || viewer.tenant != record.tenant());
  AddExclusions(viewer.person, record, facts);
  const auto& departments = record.excluded_departments();
  if (!departments.empty()) {
    facts.Add(Fact::kDepartmentUnknown, viewer.department.empty());
    facts.Add(Fact::kSameDepartment, std::find(departments.begin(), departments.end(),
                                               viewer.department) != departments.end());
  }
  facts.Add(Fact::kConsulting, record.consulting());
  facts.Add(Fact::kUnidentified, !IsIdentified(record));
  facts.Add(Fact::kHandlersOnly, record.handlers_only() && !viewer.designated);
  for (const v1::CaseMember& member : record.members()) {
    if (member.person() != viewer.person) continue;
    facts.Add(member.outside_reader() ? Fact::kOutsideReader : Fact::kMember);
  }
  for (const v1::KindAccess& kind : policy.kinds()) {
    if (kind.kind() != record.kind()) continue;
    facts.Add(Fact::kMemberByRole, viewer.roles.Meets(RolesOf(kind.roles())));
  }
  return facts;
}

Decision Decide(const Facts& facts, RoleSet roles, Action action, std::optional<DenyRule> off) {
  for (const DenyingFact& one : kDenying) {
    const bool department =
        one.fact == Fact::kSameDepartment || one.fact == Fact::kDepartmentUnknown;
    if (department && !AsksDepartment(action)) continue;
    if (facts.Has(one.fact) && off != one.rule) return Decision::kHide;
  }
  if (action == Action::kSupplement) return Decision::kAllow;
  const bool outside = facts.Has(Fact::kOutsideReader);
  const bool barred = facts.Has(Fact::kHandlersOnly) && !outside && off != DenyRule::kHandlers;
  if (barred && OpensCase(action)) return Decision::kHide;
  if (facts.Has(Fact::kConsulting) && off != DenyRule::kConsultation) {
    // Its desk is first reader and works on it, in one.
    return outside || roles.Has(Role::kConsultation) ? Decision::kAllow : Decision::kHide;
  }
  if (facts.Has(Fact::kUnidentified) && off != DenyRule::kFirstReaders) {
    return outside || roles.Has(Role::kFirstReader) ? Decision::kAllow : Decision::kHide;
  }
  const bool knows =
      outside || (!barred && (facts.Has(Fact::kMember) || facts.Has(Fact::kMemberByRole)));
  const bool may = outside || !NeedsRole(action) || roles.Meets(RolesFor(action));
  // First readers and administrators look after access without being members.
  const bool looks_after = IsAboutAccess(action) && roles.Meets(RolesFor(action));
  if (NeedsMembership(action) && !knows && !looks_after && off != DenyRule::kNeedToKnow)
    return Decision::kHide;
  return may || off == DenyRule::kRoleForMethod ? Decision::kAllow : Decision::kRefuse;
}

Decision Decide(const Viewer& viewer, const v1::CaseAccess& record, const v1::AccessPolicy& policy,
                Action action) {
  return Decide(FactsOf(viewer, record, policy), viewer.roles, action);
}

bool MayTellUnknownReaders(std::string_view tenant, const v1::CaseAccess& record) {
  return !tenant.empty() && tenant == record.tenant() && !record.consulting() &&
         IsIdentified(record) && record.exclusions().empty() &&
         record.excluded_departments().empty();
}

}  // namespace mamori::authz
