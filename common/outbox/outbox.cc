#include "common/outbox/outbox.h"

#include "absl/time/time.h"
#include "common/db/database_time.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/time/timestamp.h"

namespace mamori::outbox {
namespace {

// Due at once: no later than now by the database's clock, which every relay goes by, whatever clock
// said when it happened. Of a time told to the day the row tells no more.
constexpr char kInsert[] =
    "INSERT INTO outbox (shard, due_time, subject_id, subject_sequence, create_time, event) VALUES "
    "(?, LEAST(?, " MAMORI_DATABASE_NOW " DIV ? * ?), ?, ?, ?, ?)";

// A time told to the day only says nothing about how long the row has waited.
// Bounded, because a COUNT over a long table would cost most exactly when the service is behind.
constexpr char kMeasure[] =
    "SELECT COUNT(CASE WHEN refused = 0 THEN 1 END), COUNT(CASE WHEN held THEN 1 END),"
    " COUNT(CASE WHEN refused <> 0 THEN 1 END),"
    " COALESCE(MIN(CASE WHEN refused = 0 THEN told END), 0),"
    " COALESCE(MIN(CASE WHEN refused = 0 AND NOT held THEN told END), 0)"
    " FROM (SELECT refused, refused = 0 AND attempt_count >= ? AS held,"
    " CASE WHEN create_time % 86400000000 <> 0 THEN create_time END AS told"
    " FROM outbox LIMIT ?) waiting";

}  // namespace

int ShardOf(std::string_view subject_id) {
  return subject_id.empty() ? 0 : static_cast<unsigned char>(subject_id.back()) % kShards;
}

absl::Status Append(db::Tx& tx, const std::vector<v1::Event>& events) {
  std::vector<const v1::Event*> pointers;
  pointers.reserve(events.size());
  for (const v1::Event& event : events) pointers.push_back(&event);
  return Append(tx, pointers);
}

absl::Status Append(db::Tx& tx, const std::vector<const v1::Event*>& events) {
  for (const v1::Event* event : events) {
    if (event->event_id().size() != 16 || event->subject_id().size() != 16 ||
        event->subject_sequence() < 1 || event->tenant().empty() || event->source().empty() ||
        event->fact_case() == v1::Event::FACT_NOT_SET) {
      return absl::InternalError("an event without id, subject, sequence, tenant, source or fact");
    }
  }
  return tx.InsertRows(kInsert, events.size(), [&events](size_t i, db::Params& params) {
    const v1::Event& event = *events[i];
    const absl::Time time = time::FromTimestamp(event.event_time());
    const bool by_day = time == time::BeginOfDay(time);
    const int64_t unit = by_day ? absl::ToInt64Microseconds(time::kDay) : 1;
    params.Add(ShardOf(event.subject_id()))
        .Add(time)
        .Add(unit)
        .Add(unit)
        .AddView(event.subject_id())
        .Add(static_cast<int64_t>(event.subject_sequence()))
        .Add(time)
        .Add(event.SerializeAsString());
  });
}

absl::StatusOr<Backlog> MeasureBacklog(db::Tx& tx, int64_t limit) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kMeasure, db::Params().Add(kHeldAttempts).Add(limit)));
  if (rows.size() != 1) return absl::InternalError("a count without a row");
  const int64_t held = rows[0].GetInt64(1);
  return Backlog{.depth = rows[0].GetInt64(0),
                 .oldest_micros = rows[0].GetInt64(held > kHeldAtMost ? 3 : 4),
                 .held = held,
                 .refused = rows[0].GetInt64(2)};
}

}  // namespace mamori::outbox
