// Who may look after legal holds.
#ifndef MAMORI_SERVICES_TRIAGE_HOLD_GATE_H_
#define MAMORI_SERVICES_TRIAGE_HOLD_GATE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/triage/access_gate.h"

namespace mamori::triage {

// For lawyers, first readers, auditors and administrators who may know of every case meant, and are
// not the person meant. NOT_FOUND, as for `what` that does not exist; PERMISSION_DENIED with
// ROLE_NOT_ALLOWED for those who may know of it all.
absl::Status CheckHoldAccess(const AccessGate& gate, const authz::Viewer& viewer,
                             const std::vector<const mamori::v1::CaseAccess*>& cases,
                             const std::string& actor, const char* what);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_HOLD_GATE_H_
