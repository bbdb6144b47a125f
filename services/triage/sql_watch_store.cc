#include "services/triage/sql_watch_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/db/in_list.h"
#include "common/idempotency/request_id.h"
#include "common/status/macros.h"
#include "common/time/day.h"

namespace mamori::triage {
namespace {

constexpr char kSelectHead[] = "SELECT position, floor FROM watch_head WHERE name = 'watch'";
constexpr char kLockHead[] =
    "SELECT position, floor FROM watch_head WHERE name = 'watch' FOR UPDATE";
constexpr char kInsertHead[] =
    "INSERT INTO watch_head (name, position, floor) VALUES ('watch', 0, 0)";
constexpr char kMoveHead[] =
    "UPDATE watch_head SET position = ? WHERE name = 'watch' AND position = ?";
constexpr char kRaiseFloor[] =
    "UPDATE watch_head SET floor = ? WHERE name = 'watch' AND floor <= ?";
constexpr char kAnyWaiting[] = "SELECT 1 FROM watch_event WHERE due_time <= ? LIMIT 1";
// Those that are due; the changes of one case keep their order, so one that waits holds later ones
// back.
constexpr char kSelectWaiting[] =
    "SELECT w.case_id, w.version, w.ordinal, w.tenant, w.event, w.due_time FROM watch_event w"
    " WHERE w.due_time <= ? AND NOT EXISTS (SELECT 1 FROM watch_event e WHERE e.case_id = w.case_id"
    " AND e.version < w.version AND e.due_time > ?) ORDER BY case_id, version, ordinal LIMIT ?";
constexpr char kDeleteWaiting[] = "DELETE FROM watch_event WHERE ";
constexpr char kOneWaiting[] = "(case_id = ? AND version = ? AND ordinal = ?)";
constexpr char kInsertLog[] =
    "INSERT INTO watch_log (position, tenant, create_time, event) VALUES ";
constexpr char kSelectLog[] =
    "SELECT position, event FROM watch_log WHERE tenant = ? AND position > ? AND position <= ?"
    " ORDER BY position LIMIT ?";
constexpr char kSelectOldest[] =
    "SELECT position, create_time FROM watch_log ORDER BY position LIMIT ?";
constexpr char kDeleteLog[] = "DELETE FROM watch_log WHERE position <= ?";
constexpr size_t kDeleteChunk = 64;

absl::StatusOr<WatchHead> LockHead(db::Tx& tx) {
  ASSIGN_OR_RETURN(db::Rows rows, tx.Query(kLockHead, {}));
  if (rows.empty()) {
    // The first of all. Another that is faster makes this fail, and the next call finds the row.
    RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertHead, {}));
    return WatchHead{};
  }
  return WatchHead{.position = rows[0].GetInt64(0), .floor = rows[0].GetInt64(1)};
}

// Rounded up to a power of two by repeating the last row, so that few statement texts exist.
absl::Status DeleteWaiting(db::Tx& tx, const db::Rows& rows) {
  for (size_t from = 0; from < rows.size(); from += kDeleteChunk) {
    const size_t count = std::min(kDeleteChunk, rows.size() - from);
    const size_t size = db::PaddedSize(count);
    std::string sql = kDeleteWaiting;
    db::Params params;
    for (size_t i = 0; i < size; ++i) {
      const db::Row& row = rows[from + std::min(i, count - 1)];
      absl::StrAppend(&sql, i == 0 ? "" : " OR ", kOneWaiting);
      params.Add(row.GetBytes(0)).Add(row.GetInt64(1)).Add(row.GetInt64(2));
    }
    RETURN_IF_ERROR(tx.ExecuteExpecting(static_cast<int64_t>(count), sql, params));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> SequenceIn(db::Tx& tx, int limit, absl::Time now) {
  // Held until COMMIT. On Galera, where another node does not see the lock, both change this row,
  // and the certification lets only one of them commit.
  ASSIGN_OR_RETURN(const WatchHead head, LockHead(tx));
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectWaiting, db::Params().Add(now).Add(now).Add(limit)));
  if (rows.empty()) return 0;
  std::vector<db::Params> log;
  int64_t position = head.position;
  for (const db::Row& row : rows) {
    db::Params params;
    // One that waited is told to the day here too.
    params.Add(++position).Add(row.GetBytes(3)).Add(time::Told(now, row.GetInt64(5) != 0));
    params.Add(row.GetBytes(4));
    log.push_back(std::move(params));
  }
  RETURN_IF_ERROR(tx.InsertRows(kInsertLog, log));
  RETURN_IF_ERROR(DeleteWaiting(tx, rows));
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kMoveHead, db::Params().Add(position).Add(head.position)));
  return static_cast<int64_t>(rows.size());
}

absl::StatusOr<int64_t> PruneIn(db::Tx& tx, absl::Time before, int limit) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectOldest, db::Params().Add(limit)));
  int64_t last = 0;
  for (const db::Row& row : rows) {
    if (row.GetTime(1) >= before) break;
    last = row.GetInt64(0);
  }
  if (last == 0) return 0;
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kRaiseFloor, db::Params().Add(last).Add(last)));
  return tx.Execute(kDeleteLog, db::Params().Add(last));
}

}  // namespace

absl::StatusOr<WatchHead> SqlWatchStore::Head(absl::Time deadline) {
  return transactor_.Run<WatchHead>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<WatchHead> {
        ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectHead, {}));
        ASSIGN_OR_RETURN(const db::Rows waiting,
                         tx.Query(kAnyWaiting, db::Params().Add(clock_.Now())));
        WatchHead head{.waiting = !waiting.empty()};
        if (rows.empty()) return head;
        head.position = rows[0].GetInt64(0);
        head.floor = rows[0].GetInt64(1);
        return head;
      });
}

absl::StatusOr<int64_t> SqlWatchStore::Sequence(int limit, absl::Time deadline) {
  // Rerun after an unknown COMMIT: rows that were moved on are gone from watch_event.
  const db::TransactionOptions options{.deadline = deadline, .settles_unknown_commit = true};
  return transactor_.Run<int64_t>(options,
                                  [&](db::Tx& tx) { return SequenceIn(tx, limit, clock_.Now()); });
}

absl::StatusOr<std::vector<WatchEntry>> SqlWatchStore::Read(std::string_view tenant, int64_t after,
                                                            int64_t upto, int limit,
                                                            absl::Time deadline) {
  using Entries = std::vector<WatchEntry>;
  return transactor_.Run<Entries>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<Entries> {
        db::Params params;
        params.Add(tenant).Add(after).Add(upto).Add(limit);
        ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectLog, params));
        Entries entries;
        for (const db::Row& row : rows) entries.push_back({row.GetInt64(0), row.GetBytes(1)});
        return entries;
      });
}

absl::StatusOr<int64_t> SqlWatchStore::Prune(absl::Time before, int limit, absl::Time deadline) {
  const db::TransactionOptions options{.deadline = deadline, .settles_unknown_commit = true};
  return transactor_.Run<int64_t>(options, [&](db::Tx& tx) { return PruneIn(tx, before, limit); });
}

absl::StatusOr<int64_t> SqlWatchStore::PruneAnswers(absl::Time before, int limit,
                                                    absl::Time deadline) {
  const db::TransactionOptions options{.deadline = deadline, .settles_unknown_commit = true};
  return transactor_.Run<int64_t>(
      options, [&](db::Tx& tx) { return idempotency::PruneAnswers(tx, before, limit); });
}

}  // namespace mamori::triage
