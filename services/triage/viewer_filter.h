// Decides, for one viewer, of many cases or reports at once: what is remembered across cases is
// shown only as far as the viewer sees them.
#ifndef MAMORI_SERVICES_TRIAGE_VIEWER_FILTER_H_
#define MAMORI_SERVICES_TRIAGE_VIEWER_FILTER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/server/caller.h"
#include "services/triage/access_gate.h"
#include "services/triage/access_store.h"

namespace mamori::triage {

class ViewerFilter {
 public:
  ViewerFilter(const server::CallContext& call, AccessStore& records, const AccessGate& gate)
      : call_(call), viewer_(ViewerOf(call)), records_(records), gate_(gate) {}

  // Those of `cases` or `reports` that the viewer may read, in any order.
  absl::StatusOr<std::vector<id::Id>> ReadableCases(std::vector<id::Id> cases) const;
  absl::StatusOr<std::vector<id::Id>> ReadableReports(std::vector<id::Id> reports) const;

  // OK for whoever has the role of a first reader, else PERMISSION_DENIED with ROLE_NOT_ALLOWED.
  absl::Status RequireFirstReader() const;
  // Whether the viewer, as a first reader, may know of a case.
  bool MayKnow(const mamori::v1::CaseAccess& access) const {
    return gate_.Check(viewer_, access, authz::Action::kReadAccess).ok();
  }
  absl::StatusOr<AccessStore::Records> RecordsOf(std::vector<id::Id> cases) const;

 private:
  std::vector<id::Id> Readable(const AccessStore::Records& records) const;

  const server::CallContext& call_;
  const authz::Viewer viewer_;
  AccessStore& records_;
  const AccessGate& gate_;
};

// Whether there may be somebody who works on one of the cases and may not know of the other.
bool AreApart(const mamori::v1::CaseAccess& one, const mamori::v1::CaseAccess& other);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_VIEWER_FILTER_H_
