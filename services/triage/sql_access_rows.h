// The statements that keep a case's access record and its index.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_ACCESS_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_ACCESS_ROWS_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/db/tx.h"
#include "services/triage/access_past.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_row.h"

namespace mamori::triage {

// What relates a person or department to a case in case_visibility.
enum class Visibility { kMember = 1, kOut = 2, kDepartmentOut = 3, kAnyDepartmentOut = 4 };

// Of case_record `c` and its case_access `a`: what ReadAccess reads, in its order, the last being
// the version of the record that the audit knows (kind 2 is audit::Kind::kCase); and the join that
// brings `a`.
inline constexpr char kAccessColumns[] =
    "c.access_version, a.version, a.tag, a.record,"
    " (SELECT e.access_version FROM audit_entry e WHERE e.resource_id = c.case_id AND e.kind = 2"
    " ORDER BY e.sequence DESC LIMIT 1)";
inline constexpr size_t kAccessColumnCount = 5;
inline constexpr char kJoinAccess[] = " LEFT JOIN case_access a ON a.case_id = c.case_id";
// From the columns of `row` that begin at `first`. Admits nobody when what is stored is not
// believed.
mamori::v1::CaseAccess ReadAccess(const db::Row& row, size_t first, const AccessSeal& seal,
                                  std::string_view tenant, const id::Id& case_id);

absl::Status InsertAccess(db::Tx& tx, const AccessSeal& seal,
                          const std::vector<const CaseRow*>& rows);
// Over the version `before`, which the transaction has locked with the case, and which is kept.
absl::Status UpdateAccess(db::Tx& tx, const AccessSeal& seal, const CaseRow& before,
                          const CaseRow& row);

// All that was superseded of a case goes.
absl::Status ForgetAccessPast(db::Tx& tx, const CaseRow& row);
// A person or a department in the index, where it has a keyed hash of the name: it tells nobody who
// is kept out of what. Empty for none.
std::string VisibleTo(const AccessSeal& seal, std::string_view tenant, std::string_view name);
// The superseded records of the case of `access`, added to `past`; what is not believed is alarmed.
absl::Status SelectAccessPast(db::Tx& tx, const AccessSeal& seal,
                              const mamori::v1::CaseAccess& access, AccessPast& past);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_ACCESS_ROWS_H_
