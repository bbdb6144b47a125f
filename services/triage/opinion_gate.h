// Who may train models for the second opinion, and read them.
#ifndef MAMORI_SERVICES_TRIAGE_OPINION_GATE_H_
#define MAMORI_SERVICES_TRIAGE_OPINION_GATE_H_

#include "absl/status/status.h"
#include "common/server/caller.h"

namespace mamori::triage {

// A model is about no case and tells of none: the role alone decides. PERMISSION_DENIED.
absl::Status CheckOpinionRole(const server::CallContext& call);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_OPINION_GATE_H_
