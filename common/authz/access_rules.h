// Who may see a case and what they may do with it: pure rules over loaded facts. Deny wins; what is
// not known excludes; and nobody is let in who is not named here.
#ifndef MAMORI_COMMON_AUTHZ_ACCESS_RULES_H_
#define MAMORI_COMMON_AUTHZ_ACCESS_RULES_H_

#include <bitset>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mamori/v1/access.pb.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::authz {

// The roles that tokens carry.
enum class Role { kDesk, kConsultation, kLawyer, kExecutive, kAuditor, kFirstReader, kAdmin };
inline constexpr int kRoles = 7;

class RoleSet {
 public:
  constexpr RoleSet() = default;
  RoleSet(std::initializer_list<Role> roles) {
    for (const Role role : roles) Add(role);
  }
  void Add(Role role) { bits_ |= 1u << static_cast<int>(role); }
  bool Has(Role role) const { return (bits_ >> static_cast<int>(role) & 1) != 0; }
  bool Meets(RoleSet other) const { return (bits_ & other.bits_) != 0; }

 private:
  unsigned bits_ = 0;
};

// "desk", "consultation", "lawyer", "executive", "auditor", "first_reader", "admin".
std::optional<Role> RoleOf(std::string_view name);
// Names of no role are left out: they admit nobody.
template <typename Names>
RoleSet RolesOf(const Names& names) {
  RoleSet roles;
  for (const auto& name : names) {
    if (const auto role = RoleOf(name); role.has_value()) roles.Add(*role);
  }
  return roles;
}

// Who asks.
struct Viewer {
  std::string tenant;
  std::string person;  // the stable subject; empty for nobody
  RoleSet roles;
  std::string department;  // empty when the token names none
  // Has accepted the duties in force of those who handle whistleblowers' cases.
  bool designated = false;
};

// What holds between the asker and the case. Loaded from the case's record, never from its row.
enum class Fact {
  // Each of these denies.
  kNoPerson,
  kOtherTenant,
  kExcludedByHand,
  kSubject,
  kWitness,
  kSuperior,           // of a subject, by policy
  kKeptOut,            // by the reporter's wish
  kSameDepartment,     // as a subject, by policy
  kDepartmentUnknown,  // the asker's, where a department is kept out
  // These say where the case stands.
  kConsulting,    // a consultation without consent
  kUnidentified,  // about our own people, and not everyone whom it tells of is known
  kHandlersOnly,  // of public-interest whistleblowing, and the asker is no designated handler
  // Each of these admits, where the case stands so.
  kMemberByRole,
  kMember,
  kOutsideReader,
};
inline constexpr int kFacts = 15;

class Facts {
 public:
  Facts() = default;
  explicit Facts(unsigned bits) : bits_(bits) {}
  void Add(Fact fact) { bits_.set(static_cast<size_t>(fact)); }
  void Add(Fact fact, bool holds) {
    if (holds) Add(fact);
  }
  bool Has(Fact fact) const { return bits_.test(static_cast<size_t>(fact)); }

 private:
  std::bitset<kFacts> bits_;
};

Facts FactsOf(const Viewer& viewer, const v1::CaseAccess& record, const v1::AccessPolicy& policy);

// What is asked for. Every method of a service that touches a case is one of these.
enum class Action {
  kRead,          // the case, in answers, lists, streams and notices
  kNote,          // add a note
  kWork,          // the verbs
  kReadAccess,    // who may see it
  kChangeAccess,  // let in, keep out, match
  kBeTold,        // a notice: the policy's routes say who needs to know, so membership is not asked
  kSupplement,    // add to a report by its name: only those kept out by name may not
};
inline constexpr int kActions = 7;

enum class Decision {
  kAllow,
  kHide,    // answer as for a case that does not exist
  kRefuse,  // may know of it, but no role allows this
};

// The rules that deny. Each can be switched off, for the test that shows that it is missed.
enum class DenyRule {
  kNobody,
  kTenant,
  kExcluded,
  kSubject,
  kWitness,
  kSuperior,
  kKeptOut,
  kDepartment,
  kUnknownDepartment,
  kConsultation,
  kFirstReaders,
  kNeedToKnow,
  kRoleForMethod,
  kHandlers,
};
inline constexpr int kDenyRules = 14;

// `off` is for tests alone.
Decision Decide(const Facts& facts, RoleSet roles, Action action,
                std::optional<DenyRule> off = std::nullopt);

// FactsOf and Decide in one.
Decision Decide(const Viewer& viewer, const v1::CaseAccess& record, const v1::AccessPolicy& policy,
                Action action);

// Whether a notice may go where nobody knows who reads: the case keeps nobody out, is no
// consultation without consent, and tells of nobody of our own who is not known.
bool MayTellUnknownReaders(std::string_view tenant, const v1::CaseAccess& record);

}  // namespace mamori::authz

#endif  // MAMORI_COMMON_AUTHZ_ACCESS_RULES_H_
