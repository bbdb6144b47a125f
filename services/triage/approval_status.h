// What the rules of approvals answer, as callers are told it.
#ifndef MAMORI_SERVICES_TRIAGE_APPROVAL_STATUS_H_
#define MAMORI_SERVICES_TRIAGE_APPROVAL_STATUS_H_

#include "absl/status/status.h"
#include "services/triage/approval_rules.h"

namespace mamori::triage {

// FAILED_PRECONDITION (APPROVERS_EXHAUSTED), which says why.
absl::Status NobodyDecides(const ApprovalFacts& facts, const WhoDecides& who);

// PERMISSION_DENIED (APPROVER_NOT_ALLOWED).
absl::Status NotAllowed(const char* why);

// OK for who may. NOT_FOUND for who is kept out of the case: they learn of nothing.
absl::Status StatusOf(ApprovalAnswer answer, const ApprovalFacts& facts);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_APPROVAL_STATUS_H_
