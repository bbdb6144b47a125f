// The statements that keep a case's access record and its index.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_ACCESS_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_ACCESS_ROWS_H_

#include <vector>

#include "absl/status/status.h"
#include "common/db/tx.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_row.h"

namespace mamori::triage {

// What relates a person or department to a case in case_visibility.
enum class Visibility { kMember = 1, kOut = 2, kDepartmentOut = 3, kAnyDepartmentOut = 4 };

absl::Status InsertAccess(db::Tx& tx, const AccessSeal& seal,
                          const std::vector<const CaseRow*>& rows);
// Over the version `before`, which the transaction has locked with the case.
absl::Status UpdateAccess(db::Tx& tx, const AccessSeal& seal, const CaseRow& before,
                          const CaseRow& row);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_ACCESS_ROWS_H_
