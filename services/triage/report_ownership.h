// Whose report it is: intake alone knows, and says it to nobody but that person.
#ifndef MAMORI_SERVICES_TRIAGE_REPORT_OWNERSHIP_H_
#define MAMORI_SERVICES_TRIAGE_REPORT_OWNERSHIP_H_

#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/server/caller.h"

namespace mamori::triage {

class ReportOwnership {
 public:
  virtual ~ReportOwnership() = default;
  // Whether the person of the call reported it, for themselves or for somebody else. False too for
  // a report that does not exist. Asked with the person's own token, so that nobody learns by it
  // who somebody else is. UNAVAILABLE, DEADLINE_EXCEEDED: again later. Thread safe.
  virtual absl::StatusOr<bool> IsOwn(const server::CallContext& call, const id::Id& report_id) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_REPORT_OWNERSHIP_H_
