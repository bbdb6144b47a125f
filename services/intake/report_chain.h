// How a store goes on with what happened to a report: under the lock on its row, one thing after
// the other.
#ifndef MAMORI_SERVICES_INTAKE_REPORT_CHAIN_H_
#define MAMORI_SERVICES_INTAKE_REPORT_CHAIN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/content.h"
#include "common/audit/journal.h"
#include "common/db/tx.h"
#include "mamori/v1/report.pb.h"
#include "services/intake/reporter_store.h"

namespace mamori::intake {

struct LockedReport {
  int64_t event_sequence = 0;  // of the last event, those of this transaction included
  std::string audit_first;     // the hash of its chain's first entry; empty from before the audit
  mamori::v1::ReportKind kind = mamori::v1::REPORT_KIND_UNSPECIFIED;
};

// Locks the report until the commit and counts `events` more of it. May be called again. NOT_FOUND.
absl::StatusOr<LockedReport> LockReport(db::Tx& tx, const std::string& tenant,
                                        const std::string& report_id, int events);
// Of a report that this transaction has locked: also when the row that says so was deleted, since
// the audit tells of it.
absl::StatusOr<bool> IsWithdrawn(db::Tx& tx, const std::string& tenant,
                                 const std::string& report_id);
// What a reporter decided about the own report, whose row this transaction writes: in the audit
// chain of the report, and in the one of such decisions, by which a deleted row is told from none.
absl::Status RecordDecision(db::Tx& tx, const audit::Journal& journal, const ReporterAct& act,
                            const char* action, audit::DecisionColumns decision,
                            std::string_view first);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORT_CHAIN_H_
