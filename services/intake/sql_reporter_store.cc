#include "services/intake/sql_reporter_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
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
constexpr char kSelectSharing[] =
    "SELECT report_id, version, tenant, scope, people, tag FROM sharing"
    " WHERE tenant = ? AND report_id IN (";
constexpr char kInsertSharing[] =
    "INSERT INTO sharing (report_id, version, tenant, scope, create_time, tag, people)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)";
constexpr char kSelectWithdrawn[] =
    "SELECT report_id FROM withdrawal WHERE tenant = ? AND report_id IN (";
constexpr char kInsertWithdrawal[] =
    "INSERT INTO withdrawal (report_id, tenant, create_time) VALUES (?, ?, ?)";
std::string AddList(const char* head, const std::string& tenant,
                    const std::vector<std::string>& ids, db::Params& params) {
  const std::vector<std::string> list = db::InList(ids);
  params.Add(tenant).AddAll(list);
  return absl::StrCat(head, db::Placeholders(list.size()), ")");
}

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
  for (const char* what : {"identity", "sharing"}) {
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

absl::StatusOr<std::map<std::string, SharingRow>> SqlReporterStore::Newest(const db::Rows& rows) {
  std::map<std::string, SharingRow> newest;
  for (const db::Row& one : rows) {
    SharingRow row{.report_id = one.GetBytes(0),
                   .version = one.GetInt64(1),
                   .tenant = one.GetBytes(2),
                   .scope = static_cast<int>(one.GetInt64(3)),
                   .people = one.GetBytes(4),
                   .tag = one.GetBytes(5)};
    if (!keys_.Believes(row)) {
      Refuse("sharing");
      return absl::DataLossError("a sharing decision that is not ours");
    }
    SharingRow& kept = newest[row.report_id];
    if (row.version > kept.version) kept = std::move(row);
  }
  return newest;
}

absl::StatusOr<std::map<std::string, SharingRow>> SqlReporterStore::FindSharing(
    const std::string& tenant, const std::vector<std::string>& report_ids, absl::Time deadline) {
  if (report_ids.empty()) return std::map<std::string, SharingRow>();
  db::Params params;
  const std::string sql = AddList(kSelectSharing, tenant, report_ids, params);
  ASSIGN_OR_RETURN(const db::Rows rows, Read(deadline, sql, params));
  return Newest(rows);
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
  db::Params params;
  const std::string sql = AddList(kSelectSharing, act.tenant, {act.report_id}, params);
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(sql, params));
  ASSIGN_OR_RETURN(auto newest, Newest(rows));
  const SharingRow& current = newest[act.report_id];
  SharingRow next = wanted;
  next.version = wanted.version + 1;
  keys_.Seal(next);
  if (current.tag == next.tag) return current;
  if (current.version != wanted.version) return status::EtagMismatch();
  db::Params values;
  values.Add(next.report_id).Add(next.version).Add(next.tenant).Add(next.scope).Add(act.now);
  values.Add(next.tag).Add(next.people);
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertSharing, values));
  RETURN_IF_ERROR(RecordReporterAct(tx, journal_, act, "SetSharing", next.tag, locked.audit_first));
  return next;
}

absl::StatusOr<std::vector<std::string>> SqlReporterStore::FindWithdrawn(
    const std::string& tenant, const std::vector<std::string>& report_ids, absl::Time deadline) {
  std::vector<std::string> withdrawn;
  if (report_ids.empty()) return withdrawn;
  db::Params params;
  const std::string sql = AddList(kSelectWithdrawn, tenant, report_ids, params);
  ASSIGN_OR_RETURN(const db::Rows rows, Read(deadline, sql, params));
  for (const db::Row& row : rows) withdrawn.push_back(row.GetBytes(0));
  return withdrawn;
}

absl::Status SqlReporterStore::Withdraw(const ReporterAct& act, const mamori::v1::Event& event,
                                        absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto before, FindWithdrawn(act.tenant, {act.report_id}, deadline));
  if (!before.empty()) return absl::OkStatus();
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
  RETURN_IF_ERROR(RecordReporterAct(tx, journal_, act, "WithdrawReport", "", locked.audit_first));
  std::vector<mamori::v1::Event> events = {event};
  events[0].set_subject_sequence(locked.event_sequence);
  return outbox::Append(tx, events);
}

}  // namespace mamori::intake
