// The decisions of common/authz with one rule off that MAMORI_DENY_RULE_OFF names: a deny rule by
// its number, or one of the others by name. Linked before the real ones into services of the tests'
// own (mamori-triage-rule-off, mamori-intake-rule-off), which show that the table of every call
// notices when a rule is gone. Nothing that is shipped has it.
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "common/authz/access_rules.h"
#include "common/authz/record_rules.h"
#include "common/authz/reporter_rights.h"

namespace mamori::authz {
namespace {

bool IsOff(std::string_view name) {
  static const char* const rule = std::getenv("MAMORI_DENY_RULE_OFF");
  return rule != nullptr && name == rule;
}

std::optional<DenyRule> RuleOff() {
  for (int rule = 0; rule < kDenyRules; ++rule) {
    if (IsOff(std::to_string(rule))) return static_cast<DenyRule>(rule);
  }
  return std::nullopt;
}

}  // namespace

Decision Decide(const Viewer& viewer, const v1::CaseAccess& record, const v1::AccessPolicy& policy,
                Action action) {
  static const std::optional<DenyRule> off = RuleOff();
  return Decide(FactsOf(viewer, record, policy), viewer.roles, action, off);
}

bool IsAboutOneself(const Viewer& viewer, std::string_view person) {
  return viewer.person.empty() || (viewer.person == person && !IsOff("oneself"));
}

bool MayLookAfterHolds(RoleSet roles) {
  return IsOff("holds") ||
         roles.Meets({Role::kLawyer, Role::kFirstReader, Role::kAuditor, Role::kAdmin});
}

bool IsShared(SharingScope scope, bool named) {
  return IsOff("sharing") || scope == SharingScope::kEveryone ||
         (scope == SharingScope::kPeople && named);
}

}  // namespace mamori::authz
