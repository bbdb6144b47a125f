#include "services/triage/access_gate.h"

#include "common/authz/access_record.h"
#include "common/status/errors.h"
#include "common/status/role_not_allowed.h"

namespace mamori::triage {

using authz::Role;

authz::Viewer ViewerOf(const server::CallContext& call) {
  authz::Viewer viewer{.tenant = call.tenant, .person = call.person, .department = call.department};
  viewer.roles = authz::RolesOf(call.roles);
  return viewer;
}

authz::Decision AccessGate::Decide(const authz::Viewer& viewer,
                                   const mamori::v1::CaseAccess& access,
                                   authz::Action action) const {
  if (!access.handlers_only()) return authz::Decide(viewer, access, policy_, action);
  authz::Viewer known = viewer;
  known.designated = IsDesignated(viewer);
  return authz::Decide(known, access, policy_, action);
}

absl::Status AccessGate::Check(const authz::Viewer& viewer, const mamori::v1::CaseAccess& access,
                               authz::Action action) const {
  switch (Decide(viewer, access, action)) {
    case authz::Decision::kAllow:
      return absl::OkStatus();
    case authz::Decision::kHide:
      return status::NotFound("case");
    case authz::Decision::kRefuse:
      return status::RoleNotAllowed();
  }
  return status::NotFound("case");
}

std::vector<int> AccessGate::AudiencesOf(const authz::Viewer& viewer) const {
  std::vector<int> audiences;
  if (viewer.roles.Has(Role::kConsultation)) {
    audiences.push_back(static_cast<int>(authz::Audience::kConsultation));
  }
  if (viewer.roles.Has(Role::kFirstReader)) {
    audiences.push_back(static_cast<int>(authz::Audience::kFirstReaders));
  }
  for (const mamori::v1::KindAccess& kind : policy_.kinds()) {
    if (viewer.roles.Meets(authz::RolesOf(kind.roles()))) {
      audiences.push_back(authz::AudienceOfKind(kind.kind()));
    }
  }
  if (IsDesignated(viewer)) {
    for (size_t i = audiences.size(); i > 0; --i) {
      audiences.push_back(audiences[i - 1] + authz::kOfHandlers);
    }
  }
  return audiences;
}

ListViewer AccessGate::ListViewerOf(const server::CallContext& call) const {
  return {.person = call.person,
          .department = call.department,
          .audiences = AudiencesOf(ViewerOf(call))};
}

}  // namespace mamori::triage
