// The statements on what was worked out of a case's content and stands beside it.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_DERIVED_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_DERIVED_ROWS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/tx.h"
#include "services/triage/case_row.h"

namespace mamori::triage {

absl::StatusOr<std::vector<id::Id>> SelectReports(db::Tx& tx, const CaseRow& row);

// Names, sketches and contacts of the case's reports, its signals and its open work: part of the
// disposal of a case that this transaction has locked.
absl::Status EraseDerived(db::Tx& tx, const CaseRow& row, const std::vector<id::Id>& reports);

// At most `limit` cases, in the order of their ids after `after`, whose key stands in the list of
// what was erased and of which there is something derived all the same: a restore has brought it
// back. Only id and tenant are set.
absl::StatusOr<std::vector<CaseRow>> SelectErasedCases(db::Tx& tx, const id::Id& after, int limit);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_DERIVED_ROWS_H_
