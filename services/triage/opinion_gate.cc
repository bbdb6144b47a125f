#include "services/triage/opinion_gate.h"

#include "common/status/role_not_allowed.h"
#include "services/triage/access_gate.h"

namespace mamori::triage {

absl::Status CheckOpinionRole(const server::CallContext& call) {
  using authz::Role;
  const bool may = ViewerOf(call).roles.Meets({Role::kAdmin, Role::kLawyer, Role::kFirstReader});
  return may ? absl::OkStatus() : status::RoleNotAllowed();
}

}  // namespace mamori::triage
