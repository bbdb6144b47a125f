// The statements on how long cases have been closed.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_RETENTION_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_RETENTION_ROWS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/tx.h"
#include "services/triage/access_seal.h"
#include "services/triage/retention_store.h"

namespace mamori::triage {

// Part of every change of a case: its retention begins when it is closed, withdrawn or merged, and
// ends when it is reopened or disposed of. Sends nothing for other changes.
absl::Status TrackClosing(db::Tx& tx, const CaseRow& before, const CaseRow& after);
// A closed case was given the reports of another: its retention begins anew.
absl::Status RestartRetention(db::Tx& tx, const CaseRow& row);

// What the retention of a case depends on, of the row that this transaction has read.
absl::StatusOr<RetentionFacts> SelectRetentionFacts(db::Tx& tx, const AccessSeal& seal,
                                                    const CaseRow& row);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_RETENTION_ROWS_H_
