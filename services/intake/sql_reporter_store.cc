#include "services/intake/sql_reporter_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_replace.h"
#include "common/db/in_list.h"
#include "common/outbox/outbox.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/intake/report_chain.h"

namespace mamori::intake {
namespace {

constexpr char kInsertIdentities[] =
    "INSERT INTO reporter_identity (report_id, person_hash, tenant, role, tag, identity) VALUES ";
constexpr char kSelectRole[] =
    "SELECT role, tag FROM reporter_identity WHERE report_id = ? AND person_hash = ? AND tenant = "
    "?";
// One round trip for what the tables say and for the newest that the audit knows (kinds of
// common/audit/entry.h). Of a report that is gone the audit's entries stay.
constexpr char kSelectDecisions[] =
    "SELECT 250, report_id, version, scope, people, tag FROM sharing"
    " WHERE tenant = ? AND report_id IN (%I)"
    " UNION ALL SELECT 251, report_id, 1, 0, '', '' FROM withdrawal"
    " WHERE tenant = ? AND report_id IN (%I)"
    " UNION ALL SELECT 0, e.resource_id, e.access_version, 250, '', ''"
    " FROM report r FORCE INDEX (by_id) JOIN audit_entry e ON e.resource_id = r.report_id"
    " AND e.kind = 250 WHERE r.tenant = ? AND r.report_id IN (%I)"
    " UNION ALL SELECT 0, e.resource_id, e.access_version, 251, '', ''"
    " FROM report r FORCE INDEX (by_id) JOIN audit_entry e ON e.resource_id = r.report_id"
    " AND e.kind = 251 WHERE r.tenant = ? AND r.report_id IN (%I)";
constexpr int64_t kSharing = 250, kWithdrawal = 251;
static_assert(kSharing == static_cast<int64_t>(audit::Kind::kSharing));
static_assert(kWithdrawal == static_cast<int64_t>(audit::Kind::kWithdrawal));
constexpr char kInsertSharing[] =
    "INSERT INTO sharing (report_id, version, tenant, scope, create_time, tag, people)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)";
constexpr char kInsertWithdrawal[] =
    "INSERT INTO withdrawal (report_id, tenant, create_time) VALUES (?, ?, ?)";

}  // namespace

absl::Status InsertIdentities(db::Tx& tx, const std::vector<const NewReport*>& reports) {
  std::vector<const IdentityRow*> rows;
  for (const NewReport* report : reports) {
    for (const IdentityRow& row : report->identities) rows.push_back(&row);
  }
  if (rows.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsertIdentities, rows.size(), [&](size_t i, db::Params& params) {
    params.AddView(rows[i]->report_id)
        .AddView(rows[i]->person_hash)
        .AddView(rows[i]->tenant)
        .Add(static_cast<int>(rows[i]->role))
        .AddView(rows[i]->tag)
        .AddView(rows[i]->identity);
  });
}

SqlReporterStore::SqlReporterStore(db::Transactor& transactor, const ReporterKeys& keys,
                                   const audit::Journal& journal, telemetry::Telemetry& telemetry)
    : transactor_(transactor), keys_(keys), journal_(journal), telemetry_(telemetry) {
  for (const char* what : {"identity", "sharing", "withdrawal"}) {
    telemetry_.Count("mamori_intake_reporter_refused_total", {{"what", what}}, 0);
  }
}

void SqlReporterStore::Refuse(const char* what) {
  telemetry_.Count("mamori_intake_reporter_refused_total", {{"what", what}});
  telemetry_.Log(telemetry::Level::kError, "reporter.refused", {{"what", what}});
}

absl::StatusOr<db::Rows> SqlReporterStore::Read(absl::Time deadline, const std::string& sql,
                                                const db::Params& params) {
  return transactor_.Run<db::Rows>({.deadline = deadline, .read_only = true},
                                   [&](db::Tx& tx) { return tx.Query(sql, params); });
}

absl::StatusOr<ReporterRole> SqlReporterStore::RoleOf(const std::string& tenant,
                                                      const std::string& report_id,
                                                      const std::string& person,
                                                      absl::Time deadline) {
  IdentityRow row{.report_id = report_id,
                  .person_hash = keys_.PersonHash(tenant, report_id, person),
                  .tenant = tenant};
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      Read(deadline, kSelectRole, db::Params().Add(report_id).Add(row.person_hash).Add(tenant)));
  if (rows.empty()) return ReporterRole::kNone;
  row.role = static_cast<ReporterRole>(rows[0].GetInt64(0));
  row.tag = rows[0].GetBytes(1);
  if (keys_.Believes(row)) return row.role;
  Refuse("identity");
  return ReporterRole::kNone;
}

absl::StatusOr<ReporterDecisions> SqlReporterStore::Select(
    db::Tx& tx, const std::string& tenant, const std::vector<std::string>& report_ids) {
  ReporterDecisions found;
  if (report_ids.empty()) return found;
  const std::vector<std::string> list = db::InList(report_ids);
  db::Params params;
  for (int i = 0; i < 4; ++i) params.Add(tenant).AddAll(list);
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query(absl::StrReplaceAll(kSelectDecisions, {{"%I", db::Placeholders(list.size())}}),
               params));
  std::map<std::string, int64_t> audited;
  std::set<std::string> told;
  for (const db::Row& one : rows) {
    const std::string& report_id = one.GetBytes(1);
    if (one.GetInt64(0) == kWithdrawal) {
      found.withdrawn.insert(report_id);
    } else if (one.GetInt64(0) == kSharing) {
      SharingRow row{.report_id = report_id,
                     .version = one.GetInt64(2),
                     .tenant = tenant,
                     .scope = static_cast<int>(one.GetInt64(3)),
                     .people = one.GetBytes(4),
                     .tag = one.GetBytes(5)};
      if (!keys_.Believes(row)) {
        Refuse("sharing");
        return absl::DataLossError("a sharing decision that is not ours");
      }
      SharingRow& kept = found.sharing[report_id];
      if (row.version > kept.version) kept = std::move(row);
    } else if (one.GetInt64(3) == kWithdrawal) {
      told.insert(report_id);
    } else {
      int64_t& newest = audited[report_id];
      newest = std::max(newest, one.GetInt64(2));
    }
  }
  for (const std::string& report_id : told) {
    // Somebody deleted its row: it was withdrawn all the same.
    if (found.withdrawn.insert(report_id).second) Refuse("withdrawal");
  }
  for (const auto& [report_id, version] : audited) {
    const auto kept = found.sharing.find(report_id);
    if (kept != found.sharing.end() && kept->second.version >= version) continue;
    Refuse("sharing");
    return absl::DataLossError("a sharing decision is missing");
  }
  return found;
}

absl::StatusOr<ReporterDecisions> SqlReporterStore::FindDecisions(
    const std::string& tenant, const std::vector<std::string>& report_ids, absl::Time deadline) {
  return transactor_.Run<ReporterDecisions>(
      {.deadline = deadline, .read_only = true},
      [&](db::Tx& tx) { return Select(tx, tenant, report_ids); });
}

absl::StatusOr<SharingRow> SqlReporterStore::Share(const ReporterAct& act, SharingRow row,
                                                   absl::Time deadline) {
  // A rerun after an unknown COMMIT finds the decision that is just the one wanted.
  return transactor_.Run<SharingRow>({.deadline = deadline, .settles_unknown_commit = true},
                                     [&](db::Tx& tx) { return ShareIn(tx, act, row); });
}

absl::StatusOr<SharingRow> SqlReporterStore::ShareIn(db::Tx& tx, const ReporterAct& act,
                                                     const SharingRow& wanted) {
  ASSIGN_OR_RETURN(const LockedReport locked, LockReport(tx, act.tenant, act.report_id, 0));
  ASSIGN_OR_RETURN(ReporterDecisions decisions, Select(tx, act.tenant, {act.report_id}));
  const SharingRow& current = decisions.sharing[act.report_id];
  SharingRow next = wanted;
  next.version = wanted.version + 1;
  keys_.Seal(next);
  if (current.tag == next.tag) return current;
  if (current.version != wanted.version) return status::EtagMismatch();
  db::Params values;
  values.Add(next.report_id).Add(next.version).Add(next.tenant).Add(next.scope).Add(act.now);
  values.Add(next.tag).Add(next.people);
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertSharing, values));
  RETURN_IF_ERROR(RecordDecision(tx, journal_, act, audit::kSetSharing,
                                 {.kind = audit::Kind::kSharing,
                                  .version = next.version,
                                  .value = next.scope,
                                  .people = next.people},
                                 locked.audit_first));
  return next;
}

absl::Status SqlReporterStore::Withdraw(const ReporterAct& act, const mamori::v1::Event& event,
                                        absl::Time deadline) {
  ASSIGN_OR_RETURN(const ReporterDecisions before,
                   FindDecisions(act.tenant, {act.report_id}, deadline));
  if (before.withdrawn.contains(act.report_id)) return absl::OkStatus();
  const absl::Status done = transactor_.Run({.deadline = deadline, .settles_unknown_commit = true},
                                            [&](db::Tx& tx) { return WithdrawIn(tx, act, event); });
  // By an unknown COMMIT, or by the same call that was faster.
  return absl::IsAlreadyExists(done) ? absl::OkStatus() : done;
}

absl::Status SqlReporterStore::WithdrawIn(db::Tx& tx, const ReporterAct& act,
                                          const mamori::v1::Event& event) {
  ASSIGN_OR_RETURN(const LockedReport locked, LockReport(tx, act.tenant, act.report_id, 1));
  RETURN_IF_ERROR(tx.ExecuteExpecting(
      1, kInsertWithdrawal, db::Params().Add(act.report_id).Add(act.tenant).Add(act.now)));
  RETURN_IF_ERROR(RecordDecision(tx, journal_, act, audit::kWithdrawReport,
                                 {.kind = audit::Kind::kWithdrawal}, locked.audit_first));
  std::vector<mamori::v1::Event> events = {event};
  events[0].set_subject_sequence(locked.event_sequence);
  return outbox::Append(tx, events);
}

}  // namespace mamori::intake
