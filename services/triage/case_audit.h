// What the audit is told of cases: one entry for each new one and for each change.
#ifndef MAMORI_SERVICES_TRIAGE_CASE_AUDIT_H_
#define MAMORI_SERVICES_TRIAGE_CASE_AUDIT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/tx.h"
#include "services/triage/access_seal.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/work_row.h"

namespace mamori::triage {

// Of new cases, in their order: the hashes that their rows keep (case_record.audit_first).
absl::StatusOr<std::vector<std::string>> RecordOpened(db::Tx& tx, const AccessSeal& seal,
                                                      const std::vector<NewCase>& cases);

// Of a change that this transaction writes. `commitment` is that to its note; empty without one.
absl::Status RecordChange(db::Tx& tx, const AccessSeal& seal, const CaseRow& before,
                          const CaseChange& change, std::string commitment);

// Of one row of the work on the case, written by the transaction of `change`, after RecordChange.
absl::Status RecordWork(db::Tx& tx, const AccessSeal& seal, const CaseRow& before,
                        const CaseChange& change, std::string commitment);

// Of a version of a measure, before it is written. DATA_LOSS, which alarms, when it does not follow
// the newest that the audit knows: a decision that somebody deleted would be undone by it.
absl::Status RecordMeasure(db::Tx& tx, const AccessSeal& seal, const CaseChange& change,
                           const WorkRow& row);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CASE_AUDIT_H_
