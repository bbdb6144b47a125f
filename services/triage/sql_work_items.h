// The index of open work over cases: what ListOpenTasks and ListOpenPrevention find by.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_WORK_ITEMS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_WORK_ITEMS_H_

#include "absl/status/status.h"
#include "common/db/tx.h"
#include "services/triage/work_item.h"
#include "services/triage/work_row.h"

namespace mamori::triage {

// After a record's new version was written: it is in the index while it is open, and as it is now.
// `row` is not sealed. DATA_LOSS.
absl::Status IndexWork(db::Tx& tx, const CaseRow& of_case, const WorkRow& row);

// Nothing of the case is to be done there any more.
absl::Status ForgetItems(db::Tx& tx, const CaseRow& of_case);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_WORK_ITEMS_H_
