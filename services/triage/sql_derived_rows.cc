#include "services/triage/sql_derived_rows.h"

#include "common/status/macros.h"
#include "services/triage/sql_contact_rows.h"
#include "services/triage/sql_memory_rows.h"
#include "services/triage/sql_work_items.h"

namespace mamori::triage {
namespace {

constexpr char kSelectReports[] =
    "SELECT report_id FROM case_report WHERE case_id = ? AND tenant = ? ORDER BY report_id";
// What is remembered is found by the reports, which stay in the case without their content.
constexpr char kSelectErasedCases[] =
    "SELECT k.case_id, k.tenant FROM case_key k JOIN erased_key e ON e.key_id = k.key_id"
    " WHERE k.case_id > ? AND (EXISTS (SELECT 1 FROM case_report r"
    " WHERE r.case_id = k.case_id AND r.tenant = k.tenant AND ("
    "EXISTS (SELECT 1 FROM actor_mention m WHERE m.report_id = r.report_id AND m.tenant = r.tenant)"
    " OR EXISTS (SELECT 1 FROM report_sketch s WHERE s.report_id = r.report_id"
    " AND s.tenant = r.tenant)"
    " OR EXISTS (SELECT 1 FROM contact_mark c WHERE c.report_id = r.report_id"
    " AND c.tenant = r.tenant)))"
    " OR EXISTS (SELECT 1 FROM contact_crossing x WHERE x.case_id = k.case_id"
    " AND x.tenant = k.tenant)"
    " OR EXISTS (SELECT 1 FROM work_item w WHERE w.case_id = k.case_id AND w.tenant = k.tenant))"
    " ORDER BY k.case_id LIMIT ?";

}  // namespace

absl::StatusOr<std::vector<id::Id>> SelectReports(db::Tx& tx, const CaseRow& row) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectReports, db::Params().Add(row.case_id).Add(row.tenant)));
  std::vector<id::Id> reports;
  for (const db::Row& one : rows) reports.push_back(one.GetBytes(0));
  return reports;
}

absl::Status EraseDerived(db::Tx& tx, const CaseRow& row, const std::vector<id::Id>& reports) {
  RETURN_IF_ERROR(ForgetItems(tx, row));
  RETURN_IF_ERROR(EraseContacts(tx, row, reports));
  for (const id::Id& one : reports) RETURN_IF_ERROR(EraseMemory(tx, row.tenant, one));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<CaseRow>> SelectErasedCases(db::Tx& tx, const id::Id& after, int limit) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectErasedCases, db::Params().Add(after).Add(limit)));
  std::vector<CaseRow> cases;
  for (const db::Row& row : rows) {
    cases.push_back({.case_id = row.GetBytes(0), .tenant = row.GetBytes(1)});
  }
  return cases;
}

}  // namespace mamori::triage
