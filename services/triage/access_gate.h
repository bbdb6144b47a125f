// Decides for a call: the one place where triage asks whether somebody may.
#ifndef MAMORI_SERVICES_TRIAGE_ACCESS_GATE_H_
#define MAMORI_SERVICES_TRIAGE_ACCESS_GATE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/authz/access_rules.h"
#include "common/server/caller.h"
#include "services/triage/case_row.h"
#include "services/triage/list_viewer.h"

namespace mamori::triage {

authz::Viewer ViewerOf(const server::CallContext& call);

// Who may read whistleblowers' cases: thread safe, and never waits.
class HandlerDirectory {
 public:
  virtual ~HandlerDirectory() = default;
  virtual bool IsDesignated(const std::string& tenant, const std::string& person) const = 0;
};

class AccessGate {
 public:
  // Without `directory` nobody is designated.
  explicit AccessGate(mamori::v1::AccessPolicy policy,
                      mamori::v1::DesignatedHandlerPolicy handlers = {},
                      const HandlerDirectory* directory = nullptr)
      : policy_(std::move(policy)), handlers_(std::move(handlers)), directory_(directory) {}

  const mamori::v1::AccessPolicy& policy() const { return policy_; }
  // Who may have cases of public-interest whistleblowing.
  const mamori::v1::DesignatedHandlerPolicy& handlers() const { return handlers_; }

  // NOT_FOUND, as for a case that does not exist, or PERMISSION_DENIED with ROLE_NOT_ALLOWED. Ask
  // before anything else that depends on the case.
  absl::Status Check(const authz::Viewer& viewer, const mamori::v1::CaseAccess& access,
                     authz::Action action) const;
  bool MayRead(const authz::Viewer& viewer, const mamori::v1::CaseAccess& access) const {
    return Decide(viewer, access, authz::Action::kRead) == authz::Decision::kAllow;
  }

  // The audiences that the viewer's roles are let into, for lists.
  std::vector<int> AudiencesOf(const authz::Viewer& viewer) const;
  ListViewer ListViewerOf(const server::CallContext& call) const;

 private:
  authz::Decision Decide(const authz::Viewer& viewer, const mamori::v1::CaseAccess& access,
                         authz::Action action) const;
  bool IsDesignated(const authz::Viewer& viewer) const {
    return directory_ != nullptr && directory_->IsDesignated(viewer.tenant, viewer.person);
  }

  const mamori::v1::AccessPolicy policy_;
  const mamori::v1::DesignatedHandlerPolicy handlers_;
  const HandlerDirectory* const directory_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ACCESS_GATE_H_
