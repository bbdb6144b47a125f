#include "services/intake/sql_export_store.h"

#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::intake {
namespace {

// Whatever else goes on with its chain locks the same row.
constexpr char kLockReport[] =
    "SELECT audit_first FROM report FORCE INDEX (by_id) WHERE report_id = ? AND tenant = ?"
    " FOR UPDATE";
constexpr char kSelectDisposed[] =
    "SELECT 1 FROM audit_entry WHERE resource_id = ? AND kind = ? LIMIT 1";

}  // namespace

absl::Status SqlExportStore::Record(const audit::Entry& entry, absl::Time deadline) {
  // After an unknown COMMIT it stands there twice rather than not at all.
  const db::TransactionOptions options{.deadline = deadline, .settles_unknown_commit = true};
  const absl::Status recorded = transactor_.Run(options, [&](db::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const db::Rows rows,
                     tx.Query(kLockReport, db::Params().Add(entry.resource_id).Add(entry.tenant)));
    if (!rows.empty()) {
      return journal_.Append(tx, entry, rows[0].IsNull(0) ? "" : rows[0].GetBytes(0));
    }
    ASSIGN_OR_RETURN(
        const db::Rows left,
        tx.Query(kSelectDisposed,
                 db::Params().Add(entry.resource_id).Add(static_cast<int>(entry.kind))));
    if (left.empty()) return status::NotFound("report");
    return journal_.Append(tx, entry, "");
  });
  // Nothing is left to lock of one that was disposed of: another export was quicker.
  if (absl::IsAlreadyExists(recorded)) {
    return status::Error(absl::StatusCode::kAborted, mamori::v1::ERROR_REASON_CONFLICT,
                         "the report is being exported elsewhere");
  }
  return recorded;
}

}  // namespace mamori::intake
