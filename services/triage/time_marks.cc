#include "services/triage/time_marks.h"

#include "common/status/macros.h"

namespace mamori::triage {
namespace {

constexpr char kSelectNewest[] = "SELECT MAX(time) FROM time_mark";
constexpr char kInsert[] = "INSERT INTO time_mark (mark_id, time) VALUES (?, ?)";
constexpr absl::Duration kHeartbeat = absl::Minutes(5);

}  // namespace

TimeMarks::TimeMarks(const time::Clock& clock, id::IdSource& ids, telemetry::Telemetry& telemetry)
    : clock_(clock), ids_(ids), telemetry_(telemetry) {
  telemetry_.Gauge("mamori_clock_behind_seconds", 0);
}

absl::StatusOr<ActTime> TimeMarks::Read(db::Tx& tx) const {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectNewest, {}));
  const bool none = rows.empty() || rows[0].IsNull(0);
  const ActTime time{.wall = clock_.Now(),
                     .newest = none ? absl::InfinitePast() : rows[0].GetTime(0)};
  telemetry_.Gauge("mamori_clock_behind_seconds", absl::ToDoubleSeconds(ClockBehind(time)));
  return time;
}

absl::Status TimeMarks::Leave(db::Tx& tx, const ActTime& time, absl::Duration spacing) const {
  if (time.wall < time.newest + spacing) return absl::OkStatus();
  return tx.ExecuteExpecting(1, kInsert, db::Params().Add(ids_.NewId()).Add(time.wall));
}

absl::StatusOr<bool> TimeMarks::RunOnce(db::Transactor& transactor) const {
  RETURN_IF_ERROR(transactor.Run({}, [&](db::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const ActTime time, Read(tx));
    return Leave(tx, time, kHeartbeat);
  }));
  return false;
}

}  // namespace mamori::triage
