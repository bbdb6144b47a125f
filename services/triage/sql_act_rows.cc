#include "services/triage/sql_act_rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"

namespace mamori::triage {
namespace {

constexpr char kPurpose[] = "two_person_act";
// The last column is the version that the audit knows (110 is audit::Kind::kTwoPersonAct).
constexpr char kColumns[] =
    "SELECT a.act_id, a.tenant, a.audit_first, a.version, a.tag, a.record, a.create_time,"
    " (SELECT e.access_version FROM audit_entry e WHERE e.resource_id = a.act_id AND e.kind = 110"
    " ORDER BY e.sequence DESC LIMIT 1) FROM two_person_act a";
constexpr char kOfResource[] =
    " WHERE a.tenant = ? AND a.resource = ? AND (a.create_time, a.act_id) < (?, ?)"
    " ORDER BY a.create_time DESC, a.act_id DESC LIMIT ?";
constexpr char kInsert[] =
    "INSERT INTO two_person_act (act_id, tenant, resource, create_time, version, audit_first, tag,"
    " record) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kUpdate[] =
    "UPDATE two_person_act SET version = ?, tag = ?, record = ?"
    " WHERE act_id = ? AND tenant = ? AND version = ?";

SealedAccess SealAct(const AccessSeal& seal, std::string_view tenant, const v1::TwoPersonAct& act) {
  SealedAccess sealed{.version = act.version(), .record = act.SerializeAsString()};
  sealed.tag = seal.TagOf(kPurpose, tenant, act.name(), sealed);
  return sealed;
}

audit::Entry EntryOf(const AccessSeal& seal, std::string_view tenant, const id::Id& act_id,
                     const SealedAccess& sealed, const ActCaller& caller) {
  audit::Entry entry;
  entry.kind = audit::Kind::kTwoPersonAct;
  entry.resource_id = act_id;
  entry.tenant = std::string(tenant);
  entry.action = caller.action;
  entry.who = caller.who;
  entry.record = seal.journal().authenticator().OfRecord({kPurpose, sealed.record});
  entry.access_version = sealed.version;
  entry.access = sealed.tag;
  return entry;
}

absl::StatusOr<ActRow> ReadAct(const db::Row& row, const AccessSeal& seal) {
  ActRow result{
      .act_id = row.GetBytes(0), .tenant = row.GetBytes(1), .audit_first = row.GetBytes(2)};
  const SealedAccess sealed{
      .version = row.GetInt64(3), .record = row.GetBytes(5), .tag = row.GetBytes(4)};
  const std::string name = id::Name("acts", result.act_id);
  const int64_t audited = row.IsNull(7) ? 0 : row.GetInt64(7);
  if (!seal.IsOurs(kPurpose, result.tenant, name, audited, sealed) ||
      !result.act.ParseFromString(sealed.record)) {
    return status::NotFound("act");
  }
  return result;
}

}  // namespace

absl::StatusOr<ActRow> SelectAct(db::Tx& tx, const AccessSeal& seal, std::string_view tenant,
                                 const id::Id& act_id, bool for_update) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kColumns, " WHERE a.act_id = ? AND a.tenant = ?",
                                         for_update ? " FOR UPDATE" : ""),
                            db::Params().Add(act_id).Add(tenant)));
  if (rows.empty()) return status::NotFound("act");
  return ReadAct(rows[0], seal);
}

absl::StatusOr<std::vector<v1::TwoPersonAct>> SelectActs(
    db::Tx& tx, const AccessSeal& seal, std::string_view tenant, const std::string& resource,
    const std::optional<CasePosition>& position, int limit) {
  CasePosition after = position.value_or(
      CasePosition{.create_micros = INT64_MAX, .case_id = std::string(16, '\xff')});
  std::vector<v1::TwoPersonAct> acts;
  // Further on where a row is not believed, so that it does not end the list.
  for (;;) {
    const int want = limit - static_cast<int>(acts.size());
    ASSIGN_OR_RETURN(const db::Rows rows,
                     tx.Query(absl::StrCat(kColumns, kOfResource), db::Params()
                                                                       .Add(tenant)
                                                                       .Add(resource)
                                                                       .Add(after.create_micros)
                                                                       .Add(after.case_id)
                                                                       .Add(want)));
    for (const db::Row& row : rows) {
      absl::StatusOr<ActRow> one = ReadAct(row, seal);
      if (one.ok()) acts.push_back(std::move(one->act));
      after = {.create_micros = row.GetInt64(6), .case_id = row.GetBytes(0)};
    }
    const int count = static_cast<int>(acts.size());
    if (static_cast<int>(rows.size()) < want || count == limit) return acts;
  }
}

absl::StatusOr<std::vector<v1::TwoPersonAct>> SelectWaitingActs(db::Tx& tx, const AccessSeal& seal,
                                                                std::string_view tenant,
                                                                const std::string& resource) {
  constexpr int kMost = 1000;
  ASSIGN_OR_RETURN(std::vector<v1::TwoPersonAct> acts,
                   SelectActs(tx, seal, tenant, resource, std::nullopt, kMost));
  std::erase_if(acts, [](const v1::TwoPersonAct& act) {
    return act.state() != v1::ACT_STATE_REQUESTED && act.state() != v1::ACT_STATE_APPROVED;
  });
  return acts;
}

absl::Status InsertAct(db::Tx& tx, const AccessSeal& seal, std::string_view tenant,
                       const NewAct& act, const ActCaller& caller) {
  SealedAccess sealed = SealAct(seal, tenant, act.act);
  ASSIGN_OR_RETURN(const audit::Group group,
                   seal.journal().Begin(tx, {EntryOf(seal, tenant, act.act_id, sealed, caller)}));
  db::Params params;
  params.Add(act.act_id).Add(tenant).Add(act.act.resource());
  params.Add(time::FromTimestamp(act.act.request_time())).Add(sealed.version);
  params.Add(group.hashes[0]).Add(std::move(sealed.tag)).Add(std::move(sealed.record));
  return tx.ExecuteExpecting(1, kInsert, params);
}

absl::StatusOr<v1::TwoPersonAct> UpdateAct(db::Tx& tx, const AccessSeal& seal, const ActRow& before,
                                           v1::TwoPersonAct after, const ActCaller& caller) {
  after.set_version(before.act.version() + 1);
  const SealedAccess sealed = SealAct(seal, before.tenant, after);
  db::Params params;
  params.Add(sealed.version).Add(sealed.tag).Add(sealed.record);
  params.Add(before.act_id).Add(before.tenant).Add(before.act.version());
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kUpdate, params));
  RETURN_IF_ERROR(seal.journal().Append(
      tx, EntryOf(seal, before.tenant, before.act_id, sealed, caller), before.audit_first));
  return after;
}

absl::StatusOr<v1::TwoPersonAct> UseAct(db::Tx& tx, const AccessSeal& seal, const TimeMarks& marks,
                                        const ActUse& use, std::string_view person,
                                        const std::vector<const mamori::v1::CaseAccess*>& access,
                                        const ActCaller& caller) {
  ASSIGN_OR_RETURN(const ActRow row, SelectAct(tx, seal, use.tenant, use.act_id, true));
  ASSIGN_OR_RETURN(const ActTime time, marks.Read(tx));
  RETURN_IF_ERROR(
      CheckUse(row.act, person, HashOfUse(use, row.act),
               {.time = time, .access = access, .resource_version = use.resource_version}));
  v1::TwoPersonAct used = row.act;
  used.set_state(v1::ACT_STATE_USED);
  RETURN_IF_ERROR(marks.Leave(tx, time));
  return UpdateAct(tx, seal, row, std::move(used), caller);
}

}  // namespace mamori::triage
