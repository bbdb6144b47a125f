#include "services/triage/sql_contact_signal_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/idempotency/request_id.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/sql_crossing_rows.h"

namespace mamori::triage {
namespace {

constexpr char kFrom[] = " FROM contact_crossing x WHERE x.tenant = ?";
constexpr char kAfter[] = " AND x.create_time <= ? AND (x.create_time < ? OR x.crossing_id < ?)";
constexpr char kNewestFirst[] = " ORDER BY x.create_time DESC, x.crossing_id DESC LIMIT ?";
constexpr char kUpdate[] =
    "UPDATE contact_crossing SET state = ?, case_id = ?, decided_by = ?, decide_time = ?, "
    "dismissal = ?"
    " WHERE crossing_id = ? AND tenant = ? AND state = ?";

}  // namespace

absl::StatusOr<std::vector<CrossingRow>> SqlContactSignalStore::List(
    std::string_view tenant, const Filter& filter, const std::optional<CasePosition>& after,
    int limit, absl::Time deadline) {
  std::string sql =
      absl::StrCat("SELECT ", kCrossingColumns, kFrom,
                   filter.case_id.empty() ? " AND x.state = ?" : " AND x.case_id = ?");
  db::Params params;
  params.Add(tenant);
  if (filter.case_id.empty()) {
    params.Add(static_cast<int>(filter.state));
  } else {
    params.Add(filter.case_id);
  }
  if (after.has_value()) {
    sql += kAfter;
    params.Add(after->create_micros).Add(after->create_micros).Add(after->case_id);
  }
  sql += kNewestFirst;
  params.Add(limit);
  using Crossings = std::vector<CrossingRow>;
  return transactor_.Run<Crossings>({.deadline = deadline, .read_only = true},
                                    [&](db::Tx& tx) -> absl::StatusOr<Crossings> {
                                      ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(sql, params));
                                      Crossings crossings;
                                      for (const db::Row& row : rows)
                                        crossings.push_back(ReadCrossing(row));
                                      return crossings;
                                    });
}

absl::StatusOr<ContactSignalStore::Decision> SqlContactSignalStore::DecideOne(
    db::Tx& tx, std::string_view tenant, const id::Id& crossing_id, Decide decide) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(absl::StrCat("SELECT ", kCrossingColumns, kFrom,
                                                              " AND x.crossing_id = ? FOR UPDATE"),
                                                 db::Params().Add(tenant).Add(crossing_id)));
  if (rows.empty()) return status::NotFound("signal");
  const CrossingRow before = ReadCrossing(rows[0]);
  ASSIGN_OR_RETURN(Decision decision, decide(before));
  if (decision.opens.has_value()) {
    RETURN_IF_ERROR(InsertCases(tx, seal_, {{&*decision.opens, nullptr}}));
  }
  const CrossingRow& row = decision.row;
  db::Params params;
  params.Add(static_cast<int>(row.state));
  if (row.case_id.empty()) {
    params.AddNull();
  } else {
    params.Add(row.case_id);
  }
  params.Add(row.decided_by)
      .Add(row.decide_time.value_or(clock_.Now()))
      .Add(static_cast<int>(row.dismissal));
  params.Add(row.crossing_id).Add(tenant).Add(static_cast<int>(before.state));
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kUpdate, params));
  RETURN_IF_ERROR(seal_.journal().Append(
      tx, EntryOf(seal_.journal().authenticator(), row, decision.who, decision.action),
      before.audit_first));
  return decision;
}

absl::StatusOr<mamori::v1::Case> SqlContactSignalStore::Open(const CallKey& call,
                                                             std::string_view tenant,
                                                             const id::Id& crossing_id,
                                                             Decide decide) {
  return idempotency::RespondOnce<mamori::v1::Case>(
      transactor_, clock_, call.deadline, call.key, call.digest,
      [&](db::Tx& tx) -> absl::StatusOr<mamori::v1::Case> {
        ASSIGN_OR_RETURN(const Decision decision, DecideOne(tx, tenant, crossing_id, decide));
        if (!decision.opens.has_value()) return absl::InternalError("a decision without its case");
        return ToProto(decision.opens->row);
      });
}

absl::StatusOr<v1::ContactSignal> SqlContactSignalStore::Change(const CallKey& call,
                                                                std::string_view tenant,
                                                                const id::Id& crossing_id,
                                                                Decide decide, Answer answer) {
  return idempotency::RespondOnce<v1::ContactSignal>(
      transactor_, clock_, call.deadline, call.key, call.digest,
      [&](db::Tx& tx) -> absl::StatusOr<v1::ContactSignal> {
        ASSIGN_OR_RETURN(const Decision decision, DecideOne(tx, tenant, crossing_id, decide));
        return answer(decision.row);
      });
}

}  // namespace mamori::triage
