#include "services/triage/time_marks.h"

#include "common/status/macros.h"

namespace mamori::triage {
namespace {

// Not NOW: that is what the session has set, or when the statement began.
constexpr char kSelectNewest[] =
    "SELECT MAX(time), CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED) FROM time_mark";
constexpr char kInsert[] = "INSERT INTO time_mark (mark_id, time) VALUES (?, ?)";
constexpr absl::Duration kHeartbeat = absl::Minutes(5);

}  // namespace

TimeMarks::TimeMarks(const time::Clock& clock, id::IdSource& ids, telemetry::Telemetry& telemetry,
                     const time::Clock* database)
    : clock_(clock), ids_(ids), telemetry_(telemetry), database_(database) {
  telemetry_.Gauge("mamori_clock_behind_seconds", 0);
  telemetry_.Gauge("mamori_clock_ahead_seconds", 0);
}

absl::StatusOr<ActTime> TimeMarks::Read(db::Tx& tx) const {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectNewest, {}));
  const absl::Time wall = clock_.Now();
  const absl::Time database = database_ != nullptr ? database_->Now() : rows[0].GetTime(1);
  const bool believed = wall - database <= kClockTolerance;
  const ActTime time{.wall = believed ? wall : database,
                     .newest = rows[0].IsNull(0) ? absl::InfinitePast() : rows[0].GetTime(0)};
  telemetry_.Gauge("mamori_clock_ahead_seconds",
                   believed ? 0 : absl::ToDoubleSeconds(wall - database));
  telemetry_.Gauge("mamori_clock_behind_seconds", absl::ToDoubleSeconds(ClockBehind(time)));
  return time;
}

absl::Status TimeMarks::Leave(db::Tx& tx, const ActTime& time, absl::Duration spacing) const {
  if (time.wall < time.newest + spacing) return absl::OkStatus();
  return tx.ExecuteExpecting(1, kInsert, db::Params().Add(ids_.NewId()).Add(time.wall));
}

absl::StatusOr<absl::Time> TimeMarks::Believed(db::Transactor& transactor) const {
  return transactor.Run<absl::Time>({.read_only = true},
                                    [&](db::Tx& tx) -> absl::StatusOr<absl::Time> {
                                      ASSIGN_OR_RETURN(const ActTime time, Read(tx));
                                      return time.wall;
                                    });
}

absl::StatusOr<bool> TimeMarks::RunOnce(db::Transactor& transactor) const {
  RETURN_IF_ERROR(transactor.Run({}, [&](db::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const ActTime time, Read(tx));
    return Leave(tx, time, kHeartbeat);
  }));
  return false;
}

}  // namespace mamori::triage
