#include "services/triage/sql_crossing_rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

constexpr char kInsert[] =
    "INSERT INTO contact_crossing (crossing_id, tenant, company, actor_id, threshold, "
    "policy_digest, value, demand_id,"
    " window_end, contact_id, audience, state, case_id, create_time, audit_first)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kOfActor[] =
    " FROM contact_crossing x WHERE x.tenant = ? AND x.actor_id = ? AND x.company = ? AND "
    "x.window_end > ?"
    " AND x.window_end < ? ORDER BY x.window_end LIMIT 1000";

void AddOrNull(const id::Id& id, db::Params& params) {
  if (id.empty()) {
    params.AddNull();
  } else {
    params.Add(id);
  }
}

}  // namespace

CrossingRow ReadCrossing(const db::Row& row) {
  CrossingRow result{.crossing_id = row.GetBytes(0),
                     .tenant = row.GetBytes(1),
                     .company = row.GetBytes(2),
                     .actor = row.GetBytes(3),
                     .threshold = row.GetBytes(4),
                     .policy_digest = row.GetBytes(5),
                     .value = row.GetInt64(6),
                     .window_end = row.GetTime(8),
                     .contact_id = row.GetBytes(9),
                     .audience = static_cast<CrossingAudience>(row.GetInt64(10)),
                     .state = static_cast<v1::ContactSignalState>(row.GetInt64(11)),
                     .create_time = row.GetTime(13),
                     .dismissal = static_cast<v1::DismissalCause>(row.GetInt64(16)),
                     .audit_first = row.GetBytes(17)};
  if (!row.IsNull(7)) result.demand = row.GetBytes(7);
  if (!row.IsNull(12)) result.case_id = row.GetBytes(12);
  if (!row.IsNull(15)) {
    result.decided_by = row.GetBytes(14);
    result.decide_time = row.GetTime(15);
  }
  return result;
}

absl::Status InsertCrossing(db::Tx& tx, const AccessSeal& seal, CrossingRow row) {
  ASSIGN_OR_RETURN(const audit::Group group,
                   seal.journal().Begin(tx, {EntryOf(seal.journal().authenticator(), row,
                                                     {.caller = "triage"}, "IngestEvents")}));
  db::Params params;
  params.Add(row.crossing_id).Add(row.tenant).Add(row.company).Add(row.actor).Add(row.threshold);
  params.Add(row.policy_digest).Add(row.value);
  AddOrNull(row.demand, params);
  params.Add(row.window_end).Add(row.contact_id).Add(static_cast<int>(row.audience));
  params.Add(static_cast<int>(row.state));
  AddOrNull(row.case_id, params);
  params.Add(row.create_time).Add(group.hashes[0]);
  return tx.ExecuteExpecting(1, kInsert, params);
}

absl::StatusOr<std::vector<CrossingRow>> SelectCrossings(db::Tx& tx, const ContactEffect& contact,
                                                         const id::Id& actor, absl::Time from,
                                                         absl::Time to) {
  db::Params params;
  params.Add(contact.tenant).Add(actor).Add(contact.company).Add(from).Add(to);
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat("SELECT ", kCrossingColumns, kOfActor), params));
  std::vector<CrossingRow> crossings;
  for (const db::Row& row : rows) crossings.push_back(ReadCrossing(row));
  return crossings;
}

}  // namespace mamori::triage
