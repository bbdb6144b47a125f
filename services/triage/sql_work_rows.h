// The statements on the work on cases that several stores need.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_WORK_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_WORK_ROWS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/tx.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_content.h"
#include "services/triage/work_row.h"

namespace mamori::triage {

// Of a case and tenant, all rows in their order; in the columns of ReadWork.
inline constexpr char kSelectWorkRows[] =
    "SELECT row_id, record_id, kind, version, author, create_time, body, sequence FROM case_work"
    " WHERE case_id = ? AND tenant = ? ORDER BY sequence";
WorkRow ReadWork(const db::Row& row, const id::Id& case_id);

// The file of a case that was read. Its records are sealed still.
absl::StatusOr<CaseFile> SelectFile(db::Tx& tx, CaseRow row);

// Writes records of a case that this transaction has locked, each with its entry in the audit and
// in the index of open work. `of_case` has the hash of its chain's first entry. FAILED_PRECONDITION
// when the file is full.
absl::Status InsertWork(db::Tx& tx, const AccessSeal& seal, const sealing::DataKey& key,
                        const CaseRow& of_case, const CaseChange& change,
                        const std::vector<WorkRow>& rows);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_WORK_ROWS_H_
