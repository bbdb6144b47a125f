// The statements on the tables of cases that several stores need.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_CASE_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_CASE_ROWS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/tx.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_row.h"
#include "services/triage/sql_access_rows.h"

namespace mamori::triage {

// The columns of case_record `c` that ReadCase reads, in its order, and those of ReadAccess after
// them: to be read with kJoinAccess.
const std::string& CaseColumns();
inline constexpr size_t kCaseColumnCount = 16 + kAccessColumnCount;
CaseRow ReadCase(const db::Row& row, const AccessSeal& seal);

// NOT_FOUND for a case that the tenant does not have.
absl::StatusOr<CaseRow> SelectCase(db::Tx& tx, const AccessSeal& seal, std::string_view tenant,
                                   const id::Id& case_id, bool for_update);

// Writes new cases with their categories, reports, events and notes.
struct NewCase {
  const CaseChange* change;
  const CaseReportRow* report;  // null for a case that a person opened, or the work on another one
};
absl::Status InsertCases(db::Tx& tx, const AccessSeal& seal, const std::vector<NewCase>& cases);

// Writes a change over `before`, which this transaction has locked, with its events and note.
absl::Status UpdateCase(db::Tx& tx, const AccessSeal& seal, const CaseRow& before,
                        const CaseChange& change);

// Writes the note of a change, which was sealed, where there is one: the audit's commitment to it.
absl::StatusOr<std::string> InsertNote(db::Tx& tx, const CaseChange& change);

absl::Status InsertReports(db::Tx& tx, const std::vector<const CaseReportRow*>& reports);

// Appends the events of changes to the outbox and for the watchers.
absl::Status WriteEvents(db::Tx& tx, const std::vector<const CaseChange*>& changes);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_CASE_ROWS_H_
