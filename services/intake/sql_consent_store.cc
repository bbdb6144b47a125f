#include "services/intake/sql_consent_store.h"

#include <vector>

#include "common/outbox/outbox.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/intake/report_chain.h"

namespace mamori::intake {
namespace {

// With the newest that the audit knows, also where there is no row (252 is audit::Kind::kConsent).
constexpr char kSelectNewest[] =
    "SELECT c.version, c.given, c.tag,"
    " (SELECT e.access_version FROM audit_entry e WHERE e.resource_id = ? AND e.kind = 252"
    " ORDER BY e.sequence DESC LIMIT 1)"
    " FROM (SELECT 1) one LEFT JOIN consent c ON c.report_id = ? AND c.tenant = ?"
    " ORDER BY c.version DESC LIMIT 1";
constexpr char kInsert[] =
    "INSERT INTO consent (report_id, version, tenant, given, create_time, tag)"
    " VALUES (?, ?, ?, ?, ?, ?)";

}  // namespace

SqlConsentStore::SqlConsentStore(db::Transactor& transactor, const ReporterKeys& keys,
                                 const audit::Journal& journal, telemetry::Telemetry& telemetry)
    : transactor_(transactor), keys_(keys), journal_(journal), telemetry_(telemetry) {
  telemetry_.Count("mamori_intake_reporter_refused_total", {{"what", "consent"}}, 0);
}

absl::StatusOr<ConsentRow> SqlConsentStore::Newest(db::Tx& tx, const std::string& tenant,
                                                   const std::string& report_id) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectNewest, db::Params().Add(report_id).Add(report_id).Add(tenant)));
  ConsentRow row{.report_id = report_id, .tenant = tenant};
  const int64_t audited = rows[0].IsNull(3) ? 0 : rows[0].GetInt64(3);
  if (!rows[0].IsNull(0)) {
    row.version = rows[0].GetInt64(0);
    row.given = rows[0].GetInt64(1) != 0;
    row.tag = rows[0].GetBytes(2);
  } else if (audited == 0) {
    return row;
  }
  // An older one is ours too, when the newest was deleted.
  if (row.version >= audited && keys_.Believes(row)) return row;
  telemetry_.Count("mamori_intake_reporter_refused_total", {{"what", "consent"}});
  telemetry_.Log(telemetry::Level::kError, "reporter.refused", {{"what", "consent"}});
  return absl::DataLossError("a decision about consent that is not ours");
}

absl::StatusOr<ConsentRow> SqlConsentStore::FindConsent(const std::string& tenant,
                                                        const std::string& report_id,
                                                        absl::Time deadline) {
  return transactor_.Run<ConsentRow>({.deadline = deadline, .read_only = true},
                                     [&](db::Tx& tx) { return Newest(tx, tenant, report_id); });
}

absl::StatusOr<ConsentRow> SqlConsentStore::Decide(const ReporterAct& act, bool given,
                                                   const mamori::v1::Event& event,
                                                   absl::Time deadline) {
  // A rerun after an unknown COMMIT finds the decision that is just the one wanted.
  return transactor_.Run<ConsentRow>({.deadline = deadline, .settles_unknown_commit = true},
                                     [&](db::Tx& tx) { return DecideIn(tx, act, given, event); });
}

absl::StatusOr<ConsentRow> SqlConsentStore::DecideIn(db::Tx& tx, const ReporterAct& act, bool given,
                                                     const mamori::v1::Event& event) {
  ASSIGN_OR_RETURN(const LockedReport locked, LockReport(tx, act.tenant, act.report_id, 0));
  if (locked.kind != mamori::v1::REPORT_KIND_CONSULTATION) {
    return status::StateNotAllowed("the report is no consultation");
  }
  ASSIGN_OR_RETURN(const bool withdrawn, IsWithdrawn(tx, act.tenant, act.report_id));
  if (withdrawn && given) return status::StateNotAllowed("the report was withdrawn");
  ASSIGN_OR_RETURN(ConsentRow row, Newest(tx, act.tenant, act.report_id));
  if (row.given == given) return row;
  ++row.version;
  row.given = given;
  keys_.Seal(row);
  db::Params params;
  params.Add(row.report_id).Add(row.version).Add(row.tenant).Add(row.given).Add(act.now);
  params.Add(row.tag);
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsert, params));
  RETURN_IF_ERROR(RecordDecision(
      tx, journal_, act, given ? audit::kGiveConsent : audit::kWithdrawConsent,
      {.kind = audit::Kind::kConsent, .version = row.version, .value = row.given ? 1 : 0},
      locked.audit_first));
  std::vector<mamori::v1::Event> events = {event};
  events[0].mutable_consent_decided()->set_version(row.version);
  events[0].mutable_consent_decided()->set_given(given);
  ASSIGN_OR_RETURN(const LockedReport counted, LockReport(tx, act.tenant, act.report_id, 1));
  events[0].set_subject_sequence(counted.event_sequence);
  RETURN_IF_ERROR(outbox::Append(tx, events));
  return row;
}

}  // namespace mamori::intake
