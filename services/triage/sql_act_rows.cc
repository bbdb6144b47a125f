#include "services/triage/sql_act_rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/aead.h"
#include "common/sealing/fields.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/record_row.h"
#include "services/triage/sql_access_rows.h"

namespace mamori::triage {
namespace {

constexpr RecordKind kActs{"two_person_act", "acts", "act", audit::Kind::kTwoPersonAct};
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

SealedAccess SealAct(const AccessSeal& seal, const sealing::DataKey& key, std::string_view tenant,
                     const id::Id& act_id, const v1::TwoPersonAct& act) {
  std::string bytes = act.SerializeAsString();
  std::string record = key.Seal(sealing::ActRecord(tenant, act_id, act.version()), bytes);
  crypto::Wipe(bytes);
  return SealRecord(seal, kActs, tenant, act_id, act.version(), std::move(record));
}

// Believed, and sealed still.
absl::StatusOr<ActRow> ReadAct(const db::Row& row, const AccessSeal& seal) {
  ASSIGN_OR_RETURN(RecordRow read, ReadRecord(row, seal, kActs));
  ActRow result{.act_id = std::move(read.id),
                .tenant = std::move(read.tenant),
                .audit_first = std::move(read.audit_first),
                .sealed = std::move(read.record)};
  result.act.set_version(read.version);
  return result;
}

absl::Status Open(const sealing::KeyRing& keys, ActRow& row) {
  absl::StatusOr<std::string> bytes =
      keys.Open(sealing::ActRecord(row.tenant, row.act_id, row.act.version()), row.sealed);
  if (sealing::IsErased(bytes.status())) return status::NotFound("act");
  RETURN_IF_ERROR(bytes.status());
  const bool parsed = row.act.ParseFromString(*bytes);
  crypto::Wipe(*bytes);
  return parsed ? absl::OkStatus() : absl::DataLossError("a stored act cannot be read");
}

// Within a transaction, which has a row locked: the key store's own time limits bound it.
absl::Time NoDeadline() { return absl::InfiniteFuture(); }

}  // namespace

absl::StatusOr<ActRow> SelectAct(db::Tx& tx, const AccessSeal& seal, const CaseContent& content,
                                 std::string_view tenant, const id::Id& act_id, bool for_update) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kColumns, " WHERE a.act_id = ? AND a.tenant = ?",
                                         for_update ? " FOR UPDATE" : ""),
                            db::Params().Add(act_id).Add(tenant)));
  if (rows.empty()) return status::NotFound("act");
  ASSIGN_OR_RETURN(ActRow row, ReadAct(rows[0], seal));
  ASSIGN_OR_RETURN(const sealing::KeyRing keys, content.sealer().Fetch({row.sealed}, NoDeadline()));
  RETURN_IF_ERROR(Open(keys, row));
  return row;
}

absl::StatusOr<std::vector<v1::TwoPersonAct>> SelectActs(
    db::Tx& tx, const AccessSeal& seal, const CaseContent& content, std::string_view tenant,
    const std::string& resource, const std::optional<CasePosition>& position, int limit) {
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
    std::vector<ActRow> believed;
    for (const db::Row& row : rows) {
      absl::StatusOr<ActRow> one = ReadAct(row, seal);
      if (one.ok()) believed.push_back(*std::move(one));
      after = {.create_micros = row.GetInt64(6), .case_id = row.GetBytes(0)};
    }
    std::vector<std::string_view> sealed;
    for (const ActRow& one : believed) sealed.push_back(one.sealed);
    ASSIGN_OR_RETURN(const sealing::KeyRing keys, content.sealer().Fetch(sealed, NoDeadline()));
    for (ActRow& one : believed) {
      const absl::Status opened = Open(keys, one);
      if (absl::IsNotFound(opened)) continue;
      RETURN_IF_ERROR(opened);
      acts.push_back(std::move(one.act));
    }
    const int count = static_cast<int>(acts.size());
    if (static_cast<int>(rows.size()) < want || count == limit) return acts;
  }
}

absl::StatusOr<std::vector<v1::TwoPersonAct>> SelectWaitingActs(db::Tx& tx, const AccessSeal& seal,
                                                                const CaseContent& content,
                                                                std::string_view tenant,
                                                                const std::string& resource) {
  constexpr int kMost = 1000;
  ASSIGN_OR_RETURN(std::vector<v1::TwoPersonAct> acts,
                   SelectActs(tx, seal, content, tenant, resource, std::nullopt, kMost));
  std::erase_if(acts, [](const v1::TwoPersonAct& act) {
    return act.state() != v1::ACT_STATE_REQUESTED && act.state() != v1::ACT_STATE_APPROVED;
  });
  return acts;
}

absl::Status InsertAct(db::Tx& tx, const AccessSeal& seal, const sealing::DataKey& key,
                       std::string_view tenant, const NewAct& act, const ActCaller& caller) {
  SealedAccess sealed = SealAct(seal, key, tenant, act.act_id, act.act);
  ASSIGN_OR_RETURN(
      const audit::Group group,
      seal.journal().Begin(tx, {EntryOf(seal, kActs, tenant, act.act_id, sealed, caller)}));
  db::Params params;
  params.Add(act.act_id).Add(tenant).Add(act.act.resource());
  params.Add(time::FromTimestamp(act.act.request_time())).Add(sealed.version);
  params.Add(group.hashes[0]).Add(std::move(sealed.tag)).Add(std::move(sealed.record));
  return tx.ExecuteExpecting(1, kInsert, params);
}

absl::StatusOr<v1::TwoPersonAct> UpdateAct(db::Tx& tx, const AccessSeal& seal,
                                           const sealing::DataKey& key, const ActRow& before,
                                           v1::TwoPersonAct after, const ActCaller& caller) {
  after.set_version(before.act.version() + 1);
  const SealedAccess sealed = SealAct(seal, key, before.tenant, before.act_id, after);
  db::Params params;
  params.Add(sealed.version).Add(sealed.tag).Add(sealed.record);
  params.Add(before.act_id).Add(before.tenant).Add(before.act.version());
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kUpdate, params));
  RETURN_IF_ERROR(seal.journal().Append(
      tx, EntryOf(seal, kActs, before.tenant, before.act_id, sealed, caller), before.audit_first));
  return after;
}

absl::StatusOr<v1::TwoPersonAct> UseAct(db::Tx& tx, const AccessSeal& seal,
                                        const CaseContent& content, const TimeMarks& marks,
                                        const ActUse& use, std::string_view person,
                                        const std::vector<const mamori::v1::CaseAccess*>& access,
                                        const ActCaller& caller) {
  ASSIGN_OR_RETURN(const ActRow row, SelectAct(tx, seal, content, use.tenant, use.act_id, true));
  // One about what the person may not see is told from none by no error.
  if (row.act.resource() != use.resource) return status::NotFound("act");
  ASSIGN_OR_RETURN(const ActTime time, marks.Read(tx));
  AccessPast past;
  for (const auto* one : access) RETURN_IF_ERROR(SelectAccessPast(tx, seal, *one, past));
  RETURN_IF_ERROR(CheckUse(
      row.act, person, HashOfUse(use, row.act),
      {.time = time, .access = access, .past = &past, .resource_version = use.resource_version}));
  v1::TwoPersonAct used = row.act;
  used.set_state(v1::ACT_STATE_USED);
  RETURN_IF_ERROR(marks.Leave(tx, time));
  ASSIGN_OR_RETURN(const sealing::DataKey key,
                   content.sealer().FetchKey(use.tenant, row.sealed, NoDeadline()));
  return UpdateAct(tx, seal, key, row, std::move(used), caller);
}

}  // namespace mamori::triage
