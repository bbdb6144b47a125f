#include "services/triage/sql_retention_rows.h"

#include <algorithm>

#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/triage/sql_hold_rows.h"

namespace mamori::triage {
namespace {

constexpr char kStart[] =
    "INSERT INTO case_retention (case_id, tenant, close_time) VALUES (?, ?, ?)"
    " ON DUPLICATE KEY UPDATE close_time = ?";
constexpr char kSelectNewest[] = "SELECT MAX(time) FROM time_mark";
constexpr char kEnd[] = "DELETE FROM case_retention WHERE case_id = ? AND tenant = ?";
constexpr char kSelectFacts[] =
    "SELECT r.close_time, (SELECT m.state FROM case_record m WHERE m.case_id = ? AND m.tenant = ?)"
    " FROM case_retention r WHERE r.case_id = ? AND r.tenant = ?";

// From the later of the clock and the newest recorded time: by a clock that was set back a case
// would be old at once.
absl::Status Start(db::Tx& tx, const CaseRow& row) {
  ASSIGN_OR_RETURN(const db::Rows marks, tx.Query(kSelectNewest, {}));
  const absl::Time newest = marks[0].IsNull(0) ? absl::InfinitePast() : marks[0].GetTime(0);
  const absl::Time close_time = std::max(row.update_time, time::Told(newest, row.anonymous));
  db::Params params;
  params.Add(row.case_id).Add(row.tenant).Add(close_time).Add(close_time);
  return tx.Execute(kStart, params).status();
}

}  // namespace

absl::Status TrackClosing(db::Tx& tx, const CaseRow& before, const CaseRow& after) {
  if (before.state == after.state) return absl::OkStatus();
  if (IsRetained(after.state)) return Start(tx, after);
  if (!IsRetained(before.state)) return absl::OkStatus();
  return tx.Execute(kEnd, db::Params().Add(after.case_id).Add(after.tenant)).status();
}

absl::Status RestartRetention(db::Tx& tx, const CaseRow& row) {
  return IsRetained(row.state) ? Start(tx, row) : absl::OkStatus();
}

absl::StatusOr<RetentionFacts> SelectRetentionFacts(db::Tx& tx, const AccessSeal& seal,
                                                    const CaseRow& row) {
  RetentionFacts facts{.state = row.state, .kind = row.kind};
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query(kSelectFacts,
               db::Params().Add(row.merged_into).Add(row.tenant).Add(row.case_id).Add(row.tenant)));
  if (!rows.empty()) {
    facts.close_time = rows[0].GetTime(0);
    if (!rows[0].IsNull(1)) {
      facts.merged_into = static_cast<mamori::v1::CaseState>(rows[0].GetInt64(1));
    }
  }
  ASSIGN_OR_RETURN(facts.held, IsHeld(tx, seal, row));
  return facts;
}

}  // namespace mamori::triage
