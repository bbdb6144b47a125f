#include "services/triage/sql_hold_rows.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/audit/content.h"
#include "common/crypto/aead.h"
#include "common/db/in_list.h"
#include "common/sealing/fields.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/record_row.h"

namespace mamori::triage {
namespace {

constexpr RecordKind kHolds{"legal_hold", "holds", "hold", audit::Kind::kLegalHold};
constexpr int kOfCase = audit::kTargetIsCase;
constexpr int kOfActor = audit::kTargetIsPerson;
constexpr int kOfRecord = audit::kTargetIsRecord;
// The last column is the version that the audit knows (111 is audit::Kind::kLegalHold).
constexpr char kColumns[] =
    "SELECT h.hold_id, h.tenant, h.audit_first, h.version, h.tag, h.record, h.place_time,"
    " (SELECT e.access_version FROM audit_entry e WHERE e.resource_id = h.hold_id AND e.kind = 111"
    " ORDER BY e.sequence DESC LIMIT 1) FROM legal_hold h";
constexpr char kOfTenant[] =
    " WHERE h.tenant = ? AND h.released <= ? AND (h.place_time, h.hold_id) < (?, ?)"
    " ORDER BY h.place_time DESC, h.hold_id DESC LIMIT ?";
constexpr char kInsert[] =
    "INSERT INTO legal_hold (hold_id, tenant, place_time, released, version, audit_first, tag,"
    " record) VALUES (?, ?, ?, 0, ?, ?, ?, ?)";
constexpr char kUpdate[] =
    "UPDATE legal_hold SET released = ?, version = ?, tag = ?, record = ?"
    " WHERE hold_id = ? AND tenant = ? AND version = ?";
constexpr char kInsertTargets[] =
    "INSERT INTO legal_hold_target (tenant, kind, target, hold_id) VALUES ";
constexpr char kSelectTargets[] =
    "SELECT kind, target FROM legal_hold_target WHERE hold_id = ? AND tenant = ?"
    " ORDER BY kind, target";
constexpr char kSelectMergedInto[] =
    "SELECT merged_into FROM case_record WHERE tenant = ? AND merged_into IS NOT NULL"
    " AND case_id IN (";
constexpr char kTouchHead[] =
    "INSERT INTO hold_head (tenant, version) VALUES (?, 1)"
    " ON DUPLICATE KEY UPDATE version = version + 1";
// The holds on targets of a kind: as the rows name them, and as the audit does.
constexpr char kSelectHolds[] =
    "SELECT t.hold_id, NULL, NULL FROM legal_hold_target t"
    " WHERE t.tenant = ? AND t.kind = ? AND t.target IN (%T)"
    " UNION ALL SELECT e.resource_id, e.entry, e.mac FROM audit_entry e"
    " WHERE e.kind = ? AND e.resource_id IN (%T)";

// The first byte of a record, which is authenticated with it: whether it holds is known without a
// key.
constexpr char kHolding = 0;
constexpr char kReleased = 1;

SealedAccess SealHold(const AccessSeal& seal, const sealing::DataKey& key, const HoldRow& row,
                      const v1::LegalHold& hold) {
  std::string bytes = hold.SerializeAsString();
  std::string record(1, hold.has_release_time() ? kReleased : kHolding);
  record += key.Seal(sealing::HoldRecord(row.tenant, row.hold_id, hold.version()), bytes);
  crypto::Wipe(bytes);
  return SealRecord(seal, kHolds, row.tenant, row.hold_id, hold.version(), std::move(record));
}

// Believed, and sealed still.
absl::StatusOr<HoldRow> ReadHold(const db::Row& row, const AccessSeal& seal) {
  ASSIGN_OR_RETURN(RecordRow read, ReadRecord(row, seal, kHolds));
  if (read.record.empty()) return status::NotFound("hold");
  HoldRow result{.hold_id = std::move(read.id),
                 .tenant = std::move(read.tenant),
                 .audit_first = std::move(read.audit_first),
                 .sealed = std::move(read.record)};
  result.hold.set_version(read.version);
  return result;
}

std::string_view SealedOf(const HoldRow& row) { return std::string_view(row.sealed).substr(1); }

absl::Status Open(const sealing::KeyRing& keys, HoldRow& row) {
  absl::StatusOr<std::string> bytes =
      keys.Open(sealing::HoldRecord(row.tenant, row.hold_id, row.hold.version()), SealedOf(row));
  if (sealing::IsErased(bytes.status())) return status::NotFound("hold");
  RETURN_IF_ERROR(bytes.status());
  const bool parsed = row.hold.ParseFromString(*bytes);
  crypto::Wipe(*bytes);
  return parsed ? absl::OkStatus() : absl::DataLossError("a stored hold cannot be read");
}

// A person as a hold on them is found: the database does not name whom one is kept for.
std::string TargetOf(const AccessSeal& seal, std::string_view tenant, std::string_view person) {
  return seal.HashOf("hold_target", tenant, person);
}

// Whatever targets of a kind ever had put upon them: a row that was deleted is missing here from
// one of two places alone. DATA_LOSS for an entry that is not ours.
absl::StatusOr<std::set<id::Id>> SelectHoldsOn(db::Tx& tx, const AccessSeal& seal,
                                               std::string_view tenant, int kind,
                                               const std::vector<std::string>& targets) {
  std::set<id::Id> holds;
  if (targets.empty()) return holds;
  std::vector<std::string> chains;
  for (const std::string& one : targets) chains.push_back(audit::HeldChainOf(kind, one).id);
  const std::vector<std::string> list = db::InList(targets), ids = db::InList(chains);
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query(absl::StrReplaceAll(kSelectHolds, {{"%T", db::Placeholders(list.size())}}),
               db::Params()
                   .Add(tenant)
                   .Add(kind)
                   .AddAll(list)
                   .Add(static_cast<int>(audit::HeldChainOf(kind, "").kind))
                   .AddAll(ids)));
  for (const db::Row& row : rows) {
    if (row.IsNull(1)) {
      holds.insert(row.GetBytes(0));
      continue;
    }
    const absl::StatusOr<audit::Entry> entry = audit::Decode(row.GetBytes(1));
    if (!entry.ok() ||
        seal.journal().authenticator().OfEntry(audit::HashOf(row.GetBytes(1))) != row.GetBytes(2)) {
      seal.Missing();  // alarms
      return absl::DataLossError("an entry about holds that is not ours");
    }
    holds.insert(entry->cause_id);
  }
  return holds;
}

// Whether one of the holds on `targets` holds.
absl::StatusOr<bool> Holds(db::Tx& tx, const AccessSeal& seal, const std::string& tenant, int kind,
                           const std::vector<std::string>& targets) {
  const auto holds = SelectHoldsOn(tx, seal, tenant, kind, targets);
  if (absl::IsDataLoss(holds.status())) return true;
  RETURN_IF_ERROR(holds.status());
  if (holds->empty()) return false;
  const std::vector<std::string> list = db::InList({holds->begin(), holds->end()});
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kColumns, " WHERE h.tenant = ? AND h.hold_id IN (",
                                         db::Placeholders(list.size()), ")"),
                            db::Params().Add(tenant).AddAll(list)));
  if (rows.size() < holds->size()) {
    seal.Missing();  // alarms
    return true;
  }
  for (const db::Row& row : rows) {
    const absl::StatusOr<HoldRow> hold = ReadHold(row, seal);
    if (!hold.ok() || hold->sealed[0] != kReleased) return true;
  }
  return false;
}

// Beside the cases those that they were merged into, and so on.
absl::StatusOr<std::vector<std::string>> WithMerged(db::Tx& tx, std::string_view tenant,
                                                    const std::vector<id::Id>& cases) {
  std::set<std::string> all(cases.begin(), cases.end());
  for (std::vector<std::string> fresh(all.begin(), all.end()); !fresh.empty();) {
    const std::vector<std::string> list = db::InList(std::exchange(fresh, {}));
    ASSIGN_OR_RETURN(const db::Rows rows,
                     tx.Query(absl::StrCat(kSelectMergedInto, db::Placeholders(list.size()), ")"),
                              db::Params().Add(tenant).AddAll(list)));
    for (const db::Row& row : rows) {
      if (all.insert(row.GetBytes(0)).second) fresh.push_back(row.GetBytes(0));
    }
  }
  return std::vector<std::string>(all.begin(), all.end());
}

// Of an audit entry of a target.
audit::Entry HeldEntry(std::string_view tenant, int kind, std::string_view target,
                       const id::Id& hold_id, const ActCaller& caller, bool by_day) {
  const audit::HeldChain chain = audit::HeldChainOf(kind, target);
  audit::Entry entry;
  entry.kind = chain.kind;
  entry.resource_id = chain.id;
  entry.tenant = std::string(tenant);
  entry.action = caller.action;
  entry.who = caller.who;
  entry.cause_kind = audit::Kind::kLegalHold;
  entry.cause_id = hold_id;
  entry.by_day = by_day;
  return entry;
}

// The rows of targets and what the audit is told of them, which are of one kind of target.
class NewTargets {
 public:
  explicit NewTargets(int kind) : kind_(kind) {}

  void Add(std::string_view tenant, std::string_view target, const id::Id& hold_id,
           const ActCaller& caller, bool by_day) {
    rows_.push_back(db::Params().Add(tenant).Add(kind_).Add(target).Add(hold_id));
    // The chain of a target begins with its first hold.
    entries_.push_back({HeldEntry(tenant, kind_, target, hold_id, caller, by_day), ""});
  }
  absl::Status Insert(db::Tx& tx, const audit::Journal& journal) && {
    if (rows_.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(tx.InsertRows(kInsertTargets, rows_));
    return journal.AppendEach(tx, std::move(entries_));
  }

 private:
  const int kind_;
  std::vector<db::Params> rows_;
  std::vector<audit::Continuation> entries_;
};

}  // namespace

absl::StatusOr<HoldRow> SelectHold(db::Tx& tx, const AccessSeal& seal, const CaseContent& content,
                                   std::string_view tenant, const id::Id& hold_id,
                                   bool for_update) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kColumns, " WHERE h.hold_id = ? AND h.tenant = ?",
                                         for_update ? " FOR UPDATE" : ""),
                            db::Params().Add(hold_id).Add(tenant)));
  if (rows.empty()) return status::NotFound("hold");
  ASSIGN_OR_RETURN(HoldRow row, ReadHold(rows[0], seal));
  ASSIGN_OR_RETURN(const sealing::KeyRing keys,
                   content.sealer().Fetch({SealedOf(row)}, absl::InfiniteFuture()));
  RETURN_IF_ERROR(Open(keys, row));
  return row;
}

absl::StatusOr<std::vector<v1::LegalHold>> SelectHolds(db::Tx& tx, const AccessSeal& seal,
                                                       const CaseContent& content,
                                                       std::string_view tenant, bool released,
                                                       const std::optional<CasePosition>& position,
                                                       int limit) {
  CasePosition after = position.value_or(
      CasePosition{.create_micros = INT64_MAX, .case_id = std::string(16, '\xff')});
  std::vector<v1::LegalHold> holds;
  // Further on where a row is not believed or does not open, so that it does not end the list.
  for (;;) {
    const int want = limit - static_cast<int>(holds.size());
    ASSIGN_OR_RETURN(const db::Rows rows,
                     tx.Query(absl::StrCat(kColumns, kOfTenant), db::Params()
                                                                     .Add(tenant)
                                                                     .Add(released)
                                                                     .Add(after.create_micros)
                                                                     .Add(after.case_id)
                                                                     .Add(want)));
    std::vector<HoldRow> believed;
    for (const db::Row& row : rows) {
      absl::StatusOr<HoldRow> one = ReadHold(row, seal);
      if (one.ok()) believed.push_back(*std::move(one));
      after = {.create_micros = row.GetInt64(6), .case_id = row.GetBytes(0)};
    }
    std::vector<std::string_view> sealed;
    for (const HoldRow& one : believed) sealed.push_back(SealedOf(one));
    ASSIGN_OR_RETURN(const sealing::KeyRing keys,
                     content.sealer().Fetch(sealed, absl::InfiniteFuture()));
    for (HoldRow& one : believed) {
      const absl::Status opened = Open(keys, one);
      if (absl::IsNotFound(opened)) continue;
      RETURN_IF_ERROR(opened);
      holds.push_back(std::move(one.hold));
    }
    const int count = static_cast<int>(holds.size());
    if (static_cast<int>(rows.size()) < want || count == limit) return holds;
  }
}

absl::StatusOr<HoldScope> SelectHeld(db::Tx& tx, std::string_view tenant, const id::Id& hold_id) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectTargets, db::Params().Add(hold_id).Add(tenant)));
  HoldScope held;
  for (const db::Row& row : rows) {
    if (row.GetInt64(0) == kOfCase) held.cases.push_back(row.GetBytes(1));
    if (row.GetInt64(0) == kOfRecord) {
      ASSIGN_OR_RETURN(held.record, ParseRecordName(row.GetBytes(1)));
    }
  }
  return held;
}

absl::StatusOr<sealing::DataKey> KeyOfHold(const CaseContent& content, const HoldRow& row,
                                           absl::Time deadline) {
  return content.sealer().FetchKey(row.tenant, SealedOf(row), deadline);
}

absl::Status InsertHold(db::Tx& tx, const AccessSeal& seal, const sealing::DataKey& key,
                        const HoldRow& row, const std::vector<CaseRow>& cases,
                        const std::optional<RecordName>& record, const ActCaller& caller) {
  SealedAccess sealed = SealHold(seal, key, row, row.hold);
  ASSIGN_OR_RETURN(
      const audit::Group group,
      seal.journal().Begin(tx, {EntryOf(seal, kHolds, row.tenant, row.hold_id, sealed, caller)}));
  db::Params params;
  params.Add(row.hold_id).Add(row.tenant).Add(time::FromTimestamp(row.hold.place_time()));
  params.Add(sealed.version).Add(group.hashes[0]);
  params.Add(std::move(sealed.tag)).Add(std::move(sealed.record));
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsert, params));
  NewTargets of_cases(kOfCase);
  for (const CaseRow& one : cases) {
    of_cases.Add(row.tenant, one.case_id, row.hold_id, caller, one.anonymous);
  }
  RETURN_IF_ERROR(std::move(of_cases).Insert(tx, seal.journal()));
  NewTargets of_record(kOfRecord);
  if (record.has_value()) {
    of_record.Add(row.tenant, NameOf(*record), row.hold_id, caller, /*by_day=*/false);
  }
  RETURN_IF_ERROR(std::move(of_record).Insert(tx, seal.journal()));
  NewTargets of_actor(kOfActor);
  if (!row.hold.actor().empty()) {
    of_actor.Add(row.tenant, TargetOf(seal, row.tenant, row.hold.actor()), row.hold_id, caller,
                 /*by_day=*/false);
  }
  return std::move(of_actor).Insert(tx, seal.journal());
}

absl::StatusOr<v1::LegalHold> UpdateHold(db::Tx& tx, const AccessSeal& seal,
                                         const sealing::DataKey& key, const HoldRow& before,
                                         v1::LegalHold after, const ActCaller& caller) {
  after.set_version(before.hold.version() + 1);
  const SealedAccess sealed = SealHold(seal, key, before, after);
  db::Params params;
  params.Add(after.has_release_time()).Add(sealed.version).Add(sealed.tag).Add(sealed.record);
  params.Add(before.hold_id).Add(before.tenant).Add(before.hold.version());
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kUpdate, params));
  RETURN_IF_ERROR(seal.journal().Append(
      tx, EntryOf(seal, kHolds, before.tenant, before.hold_id, sealed, caller),
      before.audit_first));
  return after;
}

absl::Status TouchHoldHead(db::Tx& tx, std::string_view tenant) {
  return tx.Execute(kTouchHead, db::Params().Add(tenant)).status();
}

absl::Status CopyHolds(db::Tx& tx, const AccessSeal& seal, const id::Id& from,
                       const CaseChange& into) {
  const CaseRow& row = into.row;
  ASSIGN_OR_RETURN(const std::set<id::Id> holds,
                   SelectHoldsOn(tx, seal, row.tenant, kOfCase, {from}));
  ASSIGN_OR_RETURN(const std::set<id::Id> there,
                   SelectHoldsOn(tx, seal, row.tenant, kOfCase, {row.case_id}));
  NewTargets targets(kOfCase);
  for (const id::Id& one : holds) {
    if (there.contains(one)) continue;
    targets.Add(row.tenant, row.case_id, one, {into.who, into.action}, row.anonymous);
  }
  return std::move(targets).Insert(tx, seal.journal());
}

absl::StatusOr<bool> IsHeld(db::Tx& tx, const AccessSeal& seal, const CaseRow& row) {
  ASSIGN_OR_RETURN(const bool by_case, Holds(tx, seal, row.tenant, kOfCase, {row.case_id}));
  if (by_case) return true;
  std::set<std::string> people;
  for (const auto& slot : row.access.slots()) {
    for (const auto& match : slot.matches())
      people.insert(TargetOf(seal, row.tenant, match.person()));
  }
  return Holds(tx, seal, row.tenant, kOfActor, {people.begin(), people.end()});
}

absl::StatusOr<bool> IsHeld(db::Tx& tx, const AccessSeal& seal, std::string_view tenant,
                            const RetainedRecord& record) {
  const std::string of(tenant);
  ASSIGN_OR_RETURN(const bool by_name, Holds(tx, seal, of, kOfRecord, {NameOf(record)}));
  if (by_name) return true;
  if (!record.person.empty()) {
    ASSIGN_OR_RETURN(const bool by_person,
                     Holds(tx, seal, of, kOfActor, {TargetOf(seal, tenant, record.person)}));
    if (by_person) return true;
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> cases, WithMerged(tx, tenant, record.cases));
  return Holds(tx, seal, of, kOfCase, cases);
}

}  // namespace mamori::triage
