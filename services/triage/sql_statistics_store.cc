#include "services/triage/sql_statistics_store.h"

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
constexpr char kTenants[] =
    "SELECT t.tenant FROM (SELECT tenant, MIN(create_time) AS first FROM case_record GROUP BY"
    " tenant) t LEFT JOIN statistics s ON s.tenant = t.tenant AND s.month = ?"
    " WHERE t.first < ? AND s.tenant IS NULL";
// 9 is MERGED: its reports are counted where they are now.
constexpr char kOpened[] =
    " FROM case_record FORCE INDEX (by_time) WHERE tenant = ? AND create_time >= ? AND"
    " create_time < ? AND state <> 9 GROUP BY 1";
constexpr char kByCategory[] =
    "SELECT k.category, COUNT(*) FROM case_record c FORCE INDEX (by_time) JOIN case_category k"
    " ON k.case_id = c.case_id AND k.tenant = c.tenant AND k.create_time = c.create_time"
    " WHERE c.tenant = ? AND c.create_time >= ? AND c.create_time < ? AND c.state <> 9 GROUP BY 1";
// 7, 8 and 9 are CLOSED, WITHDRAWN and MERGED.
constexpr char kOpen[] =
    "SELECT state, COUNT(*) FROM case_record FORCE INDEX (by_state) WHERE tenant = ?"
    " AND state NOT IN (7, 8, 9) AND create_time < ? GROUP BY 1";
// 1 is RUNNING, 2 PAUSED, 3 COMPLETED. All ranks are named, so that the queue's index answers it.
constexpr char kDue[] =
    "SELECT clock, regime, state = 3 AND end_time < due_time AS kept, COUNT(*) FROM deadline"
    " FORCE INDEX (by_queue) WHERE tenant = ? AND state IN (1, 2, 3) AND rank_order IN (0, 1, 2, 3)"
    " AND due_time >= ? AND due_time < ? GROUP BY 1, 2, 3";
constexpr char kCompleted[] =
    "SELECT clock, end_time < due_time AS kept, (end_time - start_time) DIV 3600000000 AS hours,"
    " COUNT(*) FROM deadline WHERE tenant = ? AND end_time >= ? AND end_time < ? AND state = 3"
    " GROUP BY 1, 2, 3";

// Retaliation is reported as the first record of a case of its own.
constexpr char kWork[] =
    "SELECT kind, COUNT(*) FROM case_work FORCE INDEX (by_time) WHERE tenant = ?"
    " AND create_time >= ? AND create_time < ? AND version = 1 GROUP BY 1";

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

absl::StatusOr<std::vector<std::string>> SqlStatisticsStore::Unpublished(int month,
                                                                         absl::Time end) {
  using Tenants = std::vector<std::string>;
  return transactor_.Run<Tenants>(
      {.deadline = clock_.Now() + kBudget, .read_only = true},
      [&](db::Tx& tx) -> absl::StatusOr<Tenants> {
        ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kTenants, db::Params().Add(month).Add(end)));
        Tenants tenants;
        for (const db::Row& row : rows) tenants.push_back(row.GetBytes(0));
        return tenants;
      });
}

absl::StatusOr<MonthCounts> SqlStatisticsStore::Count(std::string_view tenant, absl::Time begin,
                                                      absl::Time end) {
  const auto range = [&] { return db::Params().Add(tenant).Add(begin).Add(end); };
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
        ASSIGN_OR_RETURN(rows, tx.Query(kWork, range()));
        for (const db::Row& row : rows) counts.work_by_kind[row.GetInt64(0)] = row.GetInt64(1);
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
        ASSIGN_OR_RETURN(rows, tx.Query(kDue, range()));
        for (const db::Row& row : rows) {
          counts.due.push_back({row.GetBytes(0),
                                static_cast<mamori::v1::ClockRegime>(row.GetInt64(1)),
                                row.GetInt64(2) != 0, row.GetInt64(3)});
        }
        ASSIGN_OR_RETURN(rows, tx.Query(kCompleted, range()));
        for (const db::Row& row : rows) {
          counts.completed.push_back(
              {row.GetBytes(0), row.GetInt64(1) != 0, row.GetInt64(2), row.GetInt64(3)});
        }
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
