#include "services/intake/report_chain.h"

#include <utility>

#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::intake {
namespace {

constexpr char kLockReport[] =
    "UPDATE report FORCE INDEX (by_id) SET event_sequence = event_sequence + ?"
    " WHERE report_id = ? AND tenant = ?";
constexpr char kSelectReport[] =
    "SELECT event_sequence, audit_first, kind FROM report FORCE INDEX (by_id)"
    " WHERE report_id = ? AND tenant = ?";
// 251 is audit::Kind::kWithdrawal.
constexpr char kSelectWithdrawn[] =
    "SELECT EXISTS (SELECT 1 FROM withdrawal WHERE report_id = ? AND tenant = ?)"
    " OR EXISTS (SELECT 1 FROM audit_entry WHERE resource_id = ? AND kind = 251)";

}  // namespace

absl::StatusOr<LockedReport> LockReport(db::Tx& tx, const std::string& tenant,
                                        const std::string& report_id, int events) {
  ASSIGN_OR_RETURN(const int64_t found,
                   tx.Execute(kLockReport, db::Params().Add(events).Add(report_id).Add(tenant)));
  if (found == 0) return status::NotFound("report");
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectReport, db::Params().Add(report_id).Add(tenant)));
  if (rows.size() != 1) return absl::InternalError("a locked report is gone");
  LockedReport locked;
  locked.event_sequence = rows[0].GetInt64(0);
  if (!rows[0].IsNull(1)) locked.audit_first = rows[0].GetBytes(1);
  locked.kind = static_cast<mamori::v1::ReportKind>(rows[0].GetInt64(2));
  return locked;
}

absl::StatusOr<bool> IsWithdrawn(db::Tx& tx, const std::string& tenant,
                                 const std::string& report_id) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query(kSelectWithdrawn, db::Params().Add(report_id).Add(tenant).Add(report_id)));
  return rows[0].GetInt64(0) != 0;
}

absl::Status RecordDecision(db::Tx& tx, const audit::Journal& journal, const ReporterAct& act,
                            const char* action, audit::DecisionColumns decision,
                            std::string_view first) {
  decision.report_id = act.report_id;
  decision.tenant = act.tenant;
  decision.create_micros = absl::ToUnixMicros(act.now);
  audit::Entry entry;
  entry.kind = audit::Kind::kReport;
  entry.resource_id = act.report_id;
  entry.tenant = act.tenant;
  entry.action = action;
  entry.who = act.who;
  entry.record = audit::RecordOf(journal.authenticator(), decision);
  entry.by_day = act.anonymous;
  RETURN_IF_ERROR(journal.Append(tx, entry, first));
  entry.kind = decision.kind;
  entry.access_version = decision.version;
  return journal.Append(tx, std::move(entry), "");
}

}  // namespace mamori::intake
