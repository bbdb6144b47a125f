#include "common/authz/record_rules.h"

namespace mamori::authz {

bool IsAboutOneself(const Viewer& viewer, std::string_view person) {
  return viewer.person.empty() || viewer.person == person;
}

bool MayLookAfterHolds(RoleSet roles) {
  return roles.Meets({Role::kLawyer, Role::kFirstReader, Role::kAuditor, Role::kAdmin});
}

}  // namespace mamori::authz
