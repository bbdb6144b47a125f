// Who may look after legal holds.
#ifndef MAMORI_SERVICES_TRIAGE_HOLD_GATE_H_
#define MAMORI_SERVICES_TRIAGE_HOLD_GATE_H_

#include "absl/status/status.h"
#include "services/triage/access_gate.h"
#include "services/triage/act_store.h"

namespace mamori::triage {

// For lawyers, first readers, auditors and administrators who may know of every case and the record
// that `hold` means, which `meant` has, and are not the person meant. NOT_FOUND, as for `what` that
// does not exist; PERMISSION_DENIED with ROLE_NOT_ALLOWED for those who may know of it all.
absl::Status CheckHoldAccess(const AccessGate& gate, const authz::Viewer& viewer,
                             const v1::LegalHold& hold, const ActResource& meant, const char* what);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_HOLD_GATE_H_
