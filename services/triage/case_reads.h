// What holds whenever a person is shown something of a case, whichever service shows it.
#ifndef MAMORI_SERVICES_TRIAGE_CASE_READS_H_
#define MAMORI_SERVICES_TRIAGE_CASE_READS_H_

#include <map>

#include "absl/status/status.h"
#include "common/audit/reads.h"
#include "common/id/id.h"
#include "common/server/caller.h"
#include "services/triage/access_gate.h"
#include "services/triage/case_store.h"

namespace mamori::triage {

// Before the answer leaves; on an error it must not. Of an anonymous case it is not said when
// within the day it was read. Null records nothing, for tests. The codes of ReadLog.
absl::Status RecordCaseRead(audit::ReadLog* reads, const server::CallContext& call,
                            const id::Id& case_id, bool anonymous);

// The same for each of several, with whether it is anonymous.
absl::Status RecordCaseReads(audit::ReadLog* reads, const server::CallContext& call,
                             const std::map<id::Id, bool>& cases);

// A tombstone is seen by those who may see the case that goes on. NOT_FOUND, and the codes of the
// store.
absl::Status CheckMergedInto(const AccessGate& gate, CaseStore& cases,
                             const server::CallContext& call, const CaseRow& row);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CASE_READS_H_
