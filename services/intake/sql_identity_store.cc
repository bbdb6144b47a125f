#include "services/intake/sql_identity_store.h"

#include <utility>

#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/intake/report_chain.h"
#include "services/intake/sql_message_store.h"

namespace mamori::intake {
namespace {

// The reporter's own row: who reported for somebody has no identity of that person.
constexpr char kSelectIdentity[] =
    "SELECT person_hash, tag, identity FROM reporter_identity"
    " WHERE report_id = ? AND tenant = ? AND role = 1";
constexpr char kSelectReading[] =
    "SELECT act_id, tenant, report_id, create_time, request_key, told FROM identity_reading"
    " WHERE act_id = ? AND tenant = ?";
constexpr char kInsertReading[] =
    "INSERT INTO identity_reading (act_id, tenant, report_id, create_time, request_key, told)"
    " VALUES (?, ?, ?, ?, ?, ?)";

absl::StatusOr<std::optional<IdentityReading>> SelectReading(db::Tx& tx, const std::string& tenant,
                                                             const std::string& act_id) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectReading, db::Params().Add(act_id).Add(tenant)));
  if (rows.empty()) return std::optional<IdentityReading>();
  IdentityReading reading{.act_id = rows[0].GetBytes(0),
                          .tenant = rows[0].GetBytes(1),
                          .report_id = rows[0].GetBytes(2),
                          .create_time = rows[0].GetTime(3),
                          .request_key = rows[0].GetBytes(4),
                          .told = rows[0].GetInt64(5) != 0};
  return std::optional<IdentityReading>(std::move(reading));
}

}  // namespace

absl::StatusOr<std::string> SqlIdentityStore::FindIdentity(const std::string& tenant,
                                                           const std::string& report_id,
                                                           absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      transactor_.Run<db::Rows>({.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
        return tx.Query(kSelectIdentity, db::Params().Add(report_id).Add(tenant));
      }));
  for (const db::Row& row : rows) {
    const IdentityRow identity{.report_id = report_id,
                               .person_hash = row.GetBytes(0),
                               .tenant = tenant,
                               .role = ReporterRole::kReporter,
                               .identity = row.GetBytes(2),
                               .tag = row.GetBytes(1)};
    if (!keys_.Believes(identity)) return absl::DataLossError("an identity that is not ours");
    if (!identity.identity.empty()) return identity.identity;
  }
  return std::string();
}

absl::StatusOr<std::optional<IdentityReading>> SqlIdentityStore::FindReading(
    const std::string& tenant, const std::string& act_id, absl::Time deadline) {
  return transactor_.Run<std::optional<IdentityReading>>(
      {.deadline = deadline, .read_only = true},
      [&](db::Tx& tx) { return SelectReading(tx, tenant, act_id); });
}

absl::Status SqlIdentityStore::Record(const IdentityReading& reading, const audit::Who& who,
                                      bool by_day, const std::optional<NewMessage>& message,
                                      absl::Time deadline) {
  // After an unknown COMMIT the rerun finds the reading that is just the one wanted.
  return transactor_.Run({.deadline = deadline, .settles_unknown_commit = true},
                         [&](db::Tx& tx) { return RecordIn(tx, reading, who, by_day, message); });
}

absl::Status SqlIdentityStore::RecordIn(db::Tx& tx, const IdentityReading& reading,
                                        const audit::Who& who, bool by_day,
                                        const std::optional<NewMessage>& message) {
  ASSIGN_OR_RETURN(const LockedReport locked, LockReport(tx, reading.tenant, reading.report_id, 0));
  ASSIGN_OR_RETURN(const auto before, SelectReading(tx, reading.tenant, reading.act_id));
  if (before.has_value()) {
    if (before->request_key == reading.request_key && before->report_id == reading.report_id) {
      return absl::OkStatus();
    }
    return absl::AlreadyExistsError("the act was used");
  }
  ASSIGN_OR_RETURN(const bool withdrawn, IsWithdrawn(tx, reading.tenant, reading.report_id));
  if (withdrawn) return status::StateNotAllowed("the report was withdrawn");
  db::Params params;
  params.Add(reading.act_id).Add(reading.tenant).Add(reading.report_id).Add(reading.create_time);
  params.Add(reading.request_key).Add(reading.told);
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertReading, params));
  audit::Entry entry;
  entry.kind = audit::Kind::kReport;
  entry.resource_id = reading.report_id;
  entry.tenant = reading.tenant;
  entry.action = "UnsealIdentity";
  entry.who = who;
  entry.cause_kind = audit::Kind::kTwoPersonAct;
  entry.cause_id = reading.act_id;
  entry.by_day = by_day;
  RETURN_IF_ERROR(journal_.Append(tx, std::move(entry), locked.audit_first));
  return message.has_value() ? PostMessage(tx, journal_, *message).status() : absl::OkStatus();
}

}  // namespace mamori::intake
