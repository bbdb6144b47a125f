// The statements on what is remembered of reports.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_MEMORY_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_MEMORY_ROWS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/db/tx.h"
#include "services/triage/case_row.h"
#include "services/triage/report_memory.h"

namespace mamori::triage {

// A report that is being taken into its case, and what is to be remembered of it.
struct NewMemory {
  const CaseReportRow* report;
  const ReportMemory* memory;
};

// With few statements, none when there is nothing to remember.
absl::Status InsertMemory(db::Tx& tx, const std::vector<NewMemory>& memories);

// Forgets everything of a report, joins of its actors included: for its erasure.
absl::Status EraseMemory(db::Tx& tx, std::string_view tenant, const id::Id& report_id);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_MEMORY_ROWS_H_
