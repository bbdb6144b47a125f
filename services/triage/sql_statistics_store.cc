#include "services/triage/sql_statistics_store.h"

#include <functional>
#include <iterator>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/sql_work_rows.h"

namespace mamori::triage {
namespace {

constexpr char kGet[] = "SELECT statistics FROM statistics WHERE tenant = ? AND month = ?";
constexpr char kList[] =
    "SELECT statistics FROM statistics WHERE tenant = ? AND month < ? ORDER BY month DESC LIMIT ?";
constexpr char kInsert[] =
    "INSERT INTO statistics (tenant, month, create_time, statistics) VALUES (?, ?, ?, ?)";
// The tenants are few and their cases many: the index is skipped from one to the next.
constexpr char kTenants[] = "SELECT tenant, MIN(create_time) FROM case_record GROUP BY tenant";
constexpr char kPublished[] = "SELECT tenant, month FROM statistics";
// 9 is MERGED: its reports are counted where they are now.
constexpr char kOpened[] =
    " FROM case_record FORCE INDEX (by_time) WHERE tenant = ? AND create_time >= ? AND"
    " create_time < ? AND state <> 9 GROUP BY 1";
constexpr char kByCategory[] =
    "SELECT k.category, COUNT(*) FROM case_record c FORCE INDEX (by_time) JOIN case_category k"
    " ON k.case_id = c.case_id AND k.tenant = c.tenant AND k.create_time = c.create_time"
    " WHERE c.tenant = ? AND c.create_time >= ? AND c.create_time < ? AND c.state <> 9 GROUP BY 1";
// 7, 8, 9 and 20 are CLOSED, WITHDRAWN, MERGED and DISPOSED.
constexpr char kOpen[] =
    "SELECT state, COUNT(*) FROM case_record FORCE INDEX (by_state) WHERE tenant = ?"
    " AND state NOT IN (7, 8, 9, 20) AND create_time < ? GROUP BY 1";
// 1 is RUNNING, 3 COMPLETED, 4 CANCELLED: one that was cancelled after its time was missed all the
// same. 2 is PAUSED: when it is due is open, and it counts where it is due at last. All ranks are
// named, so that the queue's index answers it.
constexpr char kDueIn[] =
    " FROM deadline FORCE INDEX (by_queue) WHERE tenant = ? AND state IN (1, 3, 4)"
    " AND rank_order IN (0, 1, 2, 3) AND due_time >= ? AND due_time < ?"
    " AND (state <> 4 OR end_time >= due_time)";
constexpr char kDue[] =
    "SELECT regime, state = 3 AND end_time < due_time AS kept, COUNT(*), COUNT(DISTINCT case_id)";
constexpr char kGroupByTwo[] = " GROUP BY 1, 2";
constexpr char kCompletedIn[] =
    " FROM deadline WHERE tenant = ? AND end_time >= ? AND end_time < ? AND state = 3";

// Retaliation is reported as the first record of a case of its own. The kinds are those that are
// told of (WorkOf).
constexpr char kWorkIn[] =
    " FROM case_work FORCE INDEX (by_time) WHERE tenant = ? AND create_time >= ?"
    " AND create_time < ? AND version = 1 AND kind IN (1, 3, 4, 5, 6, 7, 9, 10)";
constexpr char kWork[] = "SELECT kind, COUNT(*), COUNT(DISTINCT case_id)";
constexpr char kCases[] = "SELECT COUNT(DISTINCT case_id)";

// 3, 4 and 5 are conclusions, measures and judgements (WorkKind).
constexpr char kDecided[] =
    "SELECT row_id, record_id, kind, version, author, create_time, body, sequence, case_id"
    " FROM case_work FORCE INDEX (by_time) WHERE tenant = ? AND create_time >= ? AND create_time < "
    "?"
    " AND kind IN (3, 4, 5) AND (create_time > ? OR row_id > ?) ORDER BY create_time, row_id LIMIT "
    "?";

constexpr char kLease[] = "statistics";
constexpr int kNoMonth = 999999;
// Counting a month of a large tenant reads all of its cases.
constexpr absl::Duration kBudget = absl::Minutes(2);

// The place in kDurationBuckets of how long a deadline took.
std::string BucketSql() {
  std::string sql = "CASE";
  const int last = static_cast<int>(std::size(kDurationBuckets)) - 1;
  for (int i = 0; i < last; ++i) {
    absl::StrAppend(&sql, " WHEN end_time - start_time < ",
                    absl::ToInt64Microseconds(absl::Hours(kDurationBuckets[i].below)), " THEN ", i);
  }
  return absl::StrCat(sql, " ELSE ", last, " END");
}

// "SELECT clock, {what}, ..." of what was completed in the month.
std::string CompletedSql(const std::string& what) {
  return absl::StrCat("SELECT clock, ", what, ", COUNT(*), COUNT(DISTINCT case_id)", kCompletedIn,
                      kGroupByTwo);
}

Tally TallyOf(const db::Row& row, size_t first) {
  return {row.GetInt64(first), row.GetInt64(first + 1)};
}

// The tenant and the month, for each query.
using Range = std::function<db::Params()>;

absl::StatusOr<int64_t> CasesIn(db::Tx& tx, const char* from, const Range& range) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(absl::StrCat(kCases, from), range()));
  return rows[0].GetInt64(0);
}

absl::Status CountWork(db::Tx& tx, const Range& range, MonthCounts& counts) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kWork, kWorkIn, " GROUP BY 1"), range()));
  for (const db::Row& row : rows) counts.work_by_kind[row.GetInt64(0)] = TallyOf(row, 1);
  ASSIGN_OR_RETURN(counts.work_cases, CasesIn(tx, kWorkIn, range));
  return absl::OkStatus();
}

absl::Status CountDeadlines(db::Tx& tx, const Range& range, MonthCounts& counts) {
  ASSIGN_OR_RETURN(db::Rows rows, tx.Query(absl::StrCat(kDue, kDueIn, kGroupByTwo), range()));
  for (const db::Row& row : rows) {
    counts.due[{static_cast<int>(row.GetInt64(0)), row.GetInt64(1) != 0}] = TallyOf(row, 2);
  }
  ASSIGN_OR_RETURN(counts.due_cases, CasesIn(tx, kDueIn, range));
  ASSIGN_OR_RETURN(rows, tx.Query(CompletedSql("end_time < due_time"), range()));
  for (const db::Row& row : rows) {
    counts.completed[row.GetBytes(0)].by_kept[row.GetInt64(1) != 0] = TallyOf(row, 2);
  }
  ASSIGN_OR_RETURN(rows, tx.Query(CompletedSql(BucketSql()), range()));
  for (const db::Row& row : rows) {
    counts.completed[row.GetBytes(0)].by_bucket[row.GetInt64(1)] = TallyOf(row, 2);
  }
  ASSIGN_OR_RETURN(rows, tx.Query(absl::StrCat("SELECT clock, COUNT(DISTINCT case_id)",
                                               kCompletedIn, " GROUP BY 1"),
                                  range()));
  for (const db::Row& row : rows) counts.completed[row.GetBytes(0)].cases = row.GetInt64(1);
  return absl::OkStatus();
}

absl::StatusOr<v1::Statistics> Parse(const db::Row& row) {
  v1::Statistics statistics;
  if (!statistics.ParseFromString(row.GetBytes(0))) {
    return absl::DataLossError("stored statistics cannot be read");
  }
  return statistics;
}

}  // namespace

absl::StatusOr<v1::Statistics> SqlStatisticsStore::Get(std::string_view tenant, int month,
                                                       absl::Time deadline) {
  return transactor_.Run<v1::Statistics>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<v1::Statistics> {
        ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kGet, db::Params().Add(tenant).Add(month)));
        if (rows.empty()) return status::NotFound("statistics");
        return Parse(rows[0]);
      });
}

absl::StatusOr<std::vector<v1::Statistics>> SqlStatisticsStore::List(std::string_view tenant,
                                                                     std::optional<int> before,
                                                                     int limit,
                                                                     absl::Time deadline) {
  using All = std::vector<v1::Statistics>;
  return transactor_.Run<All>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<All> {
        ASSIGN_OR_RETURN(
            const db::Rows rows,
            tx.Query(kList, db::Params().Add(tenant).Add(before.value_or(kNoMonth)).Add(limit)));
        All all;
        for (const db::Row& row : rows) {
          ASSIGN_OR_RETURN(all.emplace_back(), Parse(row));
        }
        return all;
      });
}

absl::StatusOr<std::optional<worker::Lease>> SqlStatisticsStore::TryLease(absl::Duration ttl) {
  return transactor_.Run<std::optional<worker::Lease>>(
      {.deadline = clock_.Now() + kBudget},
      [&](db::Tx& tx) { return worker::TryAcquire(tx, kLease, holder_, ttl); });
}

absl::StatusOr<std::vector<StatisticsStore::Published>> SqlStatisticsStore::PublishedOfAll() {
  using All = std::vector<Published>;
  return transactor_.Run<All>(
      {.deadline = clock_.Now() + kBudget, .read_only = true},
      [&](db::Tx& tx) -> absl::StatusOr<All> {
        std::map<std::string, std::set<int>> months;
        ASSIGN_OR_RETURN(db::Rows rows, tx.Query(kPublished, db::Params()));
        for (const db::Row& row : rows) {
          months[row.GetBytes(0)].insert(static_cast<int>(row.GetInt64(1)));
        }
        ASSIGN_OR_RETURN(rows, tx.Query(kTenants, db::Params()));
        All all;
        for (const db::Row& row : rows) {
          all.push_back({row.GetBytes(0), row.GetTime(1), months[row.GetBytes(0)]});
        }
        return all;
      });
}

absl::StatusOr<MonthCounts> SqlStatisticsStore::Count(std::string_view tenant, absl::Time begin,
                                                      absl::Time end) {
  const Range range = [&] { return db::Params().Add(tenant).Add(begin).Add(end); };
  return transactor_.Run<MonthCounts>(
      {.deadline = clock_.Now() + kBudget, .read_only = true},
      [&](db::Tx& tx) -> absl::StatusOr<MonthCounts> {
        MonthCounts counts;
        const auto opened = [&](const char* column) {
          return tx.Query(absl::StrCat("SELECT ", column, ", COUNT(*)", kOpened), range());
        };
        ASSIGN_OR_RETURN(db::Rows rows, opened("severity"));
        for (const db::Row& row : rows) {
          counts.opened_by_severity[row.GetInt64(0)] = row.GetInt64(1);
        }
        ASSIGN_OR_RETURN(rows, opened("report_kind"));
        for (const db::Row& row : rows) counts.opened_by_kind[row.GetInt64(0)] = row.GetInt64(1);
        ASSIGN_OR_RETURN(rows, opened("anonymous"));
        for (const db::Row& row : rows) {
          counts.opened_by_anonymity[row.GetInt64(0) != 0] = row.GetInt64(1);
        }
        RETURN_IF_ERROR(CountWork(tx, range, counts));
        ASSIGN_OR_RETURN(rows, opened("company"));
        for (const db::Row& row : rows) {
          counts.opened_by_company[row.GetBytes(0)] = row.GetInt64(1);
        }
        ASSIGN_OR_RETURN(rows, tx.Query(kByCategory, range()));
        for (const db::Row& row : rows) {
          counts.opened_by_category[row.GetBytes(0)] = row.GetInt64(1);
        }
        ASSIGN_OR_RETURN(rows, tx.Query(kOpen, db::Params().Add(tenant).Add(end)));
        for (const db::Row& row : rows) counts.open_by_state[row.GetInt64(0)] = row.GetInt64(1);
        RETURN_IF_ERROR(CountDeadlines(tx, range, counts));
        return counts;
      });
}

absl::StatusOr<std::vector<WorkRow>> SqlStatisticsStore::Decided(
    std::string_view tenant, absl::Time begin, absl::Time end, const std::optional<WorkRow>& after,
    int limit) {
  const absl::Time from = after.has_value() ? after->create_time : begin;
  db::Params params;
  params.Add(tenant).Add(from).Add(end).Add(from);
  params.Add(after.has_value() ? after->row_id : id::Id()).Add(limit);
  using Decisions = std::vector<WorkRow>;
  return transactor_.Run<Decisions>({.deadline = clock_.Now() + kBudget, .read_only = true},
                                    [&](db::Tx& tx) -> absl::StatusOr<Decisions> {
                                      ASSIGN_OR_RETURN(const db::Rows rows,
                                                       tx.Query(kDecided, params));
                                      Decisions decided;
                                      for (const db::Row& row : rows) {
                                        decided.push_back(ReadWork(row, row.GetBytes(8)));
                                      }
                                      return decided;
                                    });
}

absl::Status SqlStatisticsStore::Publish(const worker::Lease& lease, std::string_view tenant,
                                         int month, const v1::Statistics& statistics,
                                         absl::Time now) {
  return transactor_.Run({.deadline = clock_.Now() + kBudget}, [&](db::Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(worker::CheckFences(tx, {lease}));
    return tx.ExecuteExpecting(
        1, kInsert,
        db::Params().Add(tenant).Add(month).Add(now).Add(statistics.SerializeAsString()));
  });
}

}  // namespace mamori::triage
