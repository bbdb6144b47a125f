#include "services/intake/erasure.h"

#include "common/sealing/envelope.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/intake/sql_evidence_store.h"

namespace mamori::intake {
namespace {

constexpr char kLockReport[] =
    "SELECT body, audit_first FROM report FORCE INDEX (by_id)"
    " WHERE report_id = ? AND tenant = ? FOR UPDATE";

}  // namespace

absl::Status Erasure::EraseReport(const std::string& tenant, const id::Id& report_id,
                                  const audit::Who& who, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const std::string key,
      transactor_.Run<std::string>(
          {.deadline = deadline}, [&](db::Tx& tx) -> absl::StatusOr<std::string> {
            ASSIGN_OR_RETURN(const db::Rows rows,
                             tx.Query(kLockReport, db::Params().Add(report_id).Add(tenant)));
            if (rows.empty()) return status::NotFound("report");
            ASSIGN_OR_RETURN(const sealing::Header header, sealing::HeaderOf(rows[0].GetBytes(0)));
            std::string id(header.key_id);
            RETURN_IF_ERROR(sealing::ListErased(tx, {id}, clock_.Now()));
            RETURN_IF_ERROR(DropEvidenceBytes(tx, tenant, report_id));
            RETURN_IF_ERROR(journal_.Append(tx,
                                            {.kind = audit::Kind::kReport,
                                             .resource_id = report_id,
                                             .tenant = tenant,
                                             .action = "EraseReport",
                                             .who = who},
                                            rows[0].IsNull(1) ? "" : rows[0].GetBytes(1)));
            return id;
          }));
  return eraser_.Erase({key}, deadline);
}

}  // namespace mamori::intake
