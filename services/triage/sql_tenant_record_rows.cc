#include "services/triage/sql_tenant_record_rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/aead.h"
#include "common/sealing/fields.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

// The last column is the version that the audit knows.
constexpr char kColumns[] =
    "SELECT r.record_id, r.tenant, r.audit_first, r.version, r.tag, r.record, r.create_time,"
    " (SELECT e.access_version FROM audit_entry e WHERE e.resource_id = r.record_id"
    " AND e.kind = r.kind ORDER BY e.sequence DESC LIMIT 1) FROM tenant_record r"
    " WHERE r.tenant = ? AND r.kind = ?";
constexpr char kNewestFirst[] =
    " AND (r.create_time, r.record_id) < (?, ?)"
    " ORDER BY r.create_time DESC, r.record_id DESC LIMIT ?";
constexpr char kOldestFirst[] =
    " AND r.create_time < ? AND (r.create_time, r.record_id) > (?, ?)"
    " ORDER BY r.create_time, r.record_id LIMIT ?";
constexpr char kInsert[] =
    "INSERT INTO tenant_record (record_id, tenant, kind, create_time, version, audit_first, tag,"
    " record) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kUpdate[] =
    "UPDATE tenant_record SET version = ?, tag = ?, record = ?"
    " WHERE record_id = ? AND tenant = ? AND kind = ? AND version = ?";
constexpr char kDelete[] =
    "DELETE FROM tenant_record WHERE record_id = ? AND tenant = ? AND kind = ? AND version = ?";

sealing::Field FieldOf(const TenantRecord& record) {
  return sealing::TenantRecord(record.tenant, record.record_id, record.version);
}

// As it is stored.
struct StoredRecord {
  TenantRecord record;
  std::string audit_first;
  std::string sealed;
};

SealedAccess SealedOf(const AccessSeal& seal, const sealing::DataKey& key, const RecordKind& kind,
                      const TenantRecord& record) {
  return SealRecord(seal, kind, record.tenant, record.record_id, record.version,
                    key.Seal(FieldOf(record), record.body));
}

// Believed, and sealed still.
absl::StatusOr<StoredRecord> ReadStored(const db::Row& row, const AccessSeal& seal,
                                        const RecordKind& kind) {
  ASSIGN_OR_RETURN(RecordRow read, ReadRecord(row, seal, kind));
  return StoredRecord{.record = {.record_id = std::move(read.id),
                                 .tenant = std::move(read.tenant),
                                 .create_time = row.GetTime(6),
                                 .version = read.version,
                                 .body = {}},
                      .audit_first = std::move(read.audit_first),
                      .sealed = std::move(read.record)};
}

// Adds those that open to `all`. Their keys are fetched together.
absl::Status OpenInto(const sealing::Sealer& sealer, std::vector<StoredRecord> found,
                      absl::Time deadline, std::vector<TenantRecord>& all) {
  std::vector<std::string_view> sealed;
  for (const StoredRecord& one : found) sealed.push_back(one.sealed);
  ASSIGN_OR_RETURN(const sealing::KeyRing keys, sealer.Fetch(sealed, deadline));
  for (StoredRecord& one : found) {
    absl::StatusOr<std::string> body = keys.Open(FieldOf(one.record), one.sealed);
    if (sealing::IsErased(body.status())) continue;  // of a backup that was put back
    RETURN_IF_ERROR(body.status());
    one.record.body = *std::move(body);
    all.push_back(std::move(one.record));
  }
  return absl::OkStatus();
}

// `first` are the parameters of `order` before the position, which begins at `after`.
absl::StatusOr<std::vector<TenantRecord>> SelectPage(db::Tx& tx, const AccessSeal& seal,
                                                     const CaseContent& content,
                                                     const RecordKind& kind, const RecordPage& page,
                                                     const char* order, const db::Params& first,
                                                     CasePosition after) {
  if (page.position.has_value()) after = *page.position;
  std::vector<TenantRecord> all;
  // Further on where a row is not believed or does not open, so that it does not end the list.
  for (;;) {
    const int want = page.limit - static_cast<int>(all.size());
    db::Params params;
    params.Add(page.tenant).Add(static_cast<int>(kind.kind)).Append(first);
    params.Add(after.create_micros).Add(after.case_id).Add(want);
    ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(absl::StrCat(kColumns, order), params));
    std::vector<StoredRecord> found;
    for (const db::Row& row : rows) {
      after = {.create_micros = row.GetInt64(6), .case_id = row.GetBytes(0)};
      absl::StatusOr<StoredRecord> stored = ReadStored(row, seal, kind);
      if (stored.ok()) found.push_back(*std::move(stored));
    }
    RETURN_IF_ERROR(OpenInto(content.sealer(), std::move(found), page.deadline, all));
    if (static_cast<int>(rows.size()) < want || static_cast<int>(all.size()) == page.limit) {
      return all;
    }
  }
}

db::Params AtVersion(const OpenedRecord& before, const RecordKind& kind) {
  db::Params params;
  params.Add(before.record.record_id).Add(before.record.tenant);
  params.Add(static_cast<int>(kind.kind)).Add(before.record.version);
  return params;
}

}  // namespace

absl::StatusOr<OpenedRecord> SelectRecord(db::Tx& tx, const AccessSeal& seal,
                                          const CaseContent& content, const RecordKind& kind,
                                          std::string_view tenant, const id::Id& record_id,
                                          bool for_update) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query(absl::StrCat(kColumns, " AND r.record_id = ?", for_update ? " FOR UPDATE" : ""),
               db::Params().Add(tenant).Add(static_cast<int>(kind.kind)).Add(record_id)));
  if (rows.empty()) return status::NotFound(kind.resource);
  ASSIGN_OR_RETURN(StoredRecord stored, ReadStored(rows[0], seal, kind));
  absl::StatusOr<sealing::DataKey> key =
      content.sealer().FetchKey(tenant, stored.sealed, absl::InfiniteFuture());
  if (sealing::IsErased(key.status())) return status::NotFound(kind.resource);
  RETURN_IF_ERROR(key.status());
  ASSIGN_OR_RETURN(stored.record.body, key->Open(FieldOf(stored.record), stored.sealed));
  return OpenedRecord{std::move(stored.record), std::move(stored.audit_first), *std::move(key)};
}

absl::StatusOr<RetainedRecord> SelectRetained(db::Tx& tx, const AccessSeal& seal,
                                              const CaseContent& content, const RecordKind& kind,
                                              std::string_view tenant, const id::Id& record_id,
                                              bool for_update) {
  ASSIGN_OR_RETURN(const OpenedRecord opened,
                   SelectRecord(tx, seal, content, kind, tenant, record_id, for_update));
  ASSIGN_OR_RETURN(RetainedRecord found, RetainedOf(kind, opened.record));
  found.key_id = opened.key.id();
  return found;
}

absl::StatusOr<sealing::DataKey> KeyBesideRecord(const CaseContent& content,
                                                 std::string_view tenant,
                                                 const std::optional<RetainedRecord>& record,
                                                 absl::Time deadline) {
  return record.has_value() ? content.sealer().FetchKeyById(tenant, record->key_id, deadline)
                            : content.NewKey(tenant, deadline);
}

absl::StatusOr<std::vector<TenantRecord>> SelectNewest(db::Tx& tx, const AccessSeal& seal,
                                                       const CaseContent& content,
                                                       const RecordKind& kind,
                                                       const RecordPage& page) {
  return SelectPage(tx, seal, content, kind, page, kNewestFirst, {},
                    {.create_micros = INT64_MAX, .case_id = std::string(16, '\xff')});
}

absl::StatusOr<std::vector<TenantRecord>> SelectOldest(db::Tx& tx, const AccessSeal& seal,
                                                       const CaseContent& content,
                                                       const RecordKind& kind,
                                                       const RecordPage& page, absl::Time before) {
  return SelectPage(tx, seal, content, kind, page, kOldestFirst, db::Params().Add(before),
                    {.create_micros = INT64_MIN, .case_id = std::string(16, '\0')});
}

absl::Status InsertRecord(db::Tx& tx, const AccessSeal& seal, const sealing::DataKey& key,
                          const RecordKind& kind, const TenantRecord& record,
                          const ActCaller& caller) {
  SealedAccess sealed = SealedOf(seal, key, kind, record);
  ASSIGN_OR_RETURN(const audit::Group group,
                   seal.journal().Begin(
                       tx, {EntryOf(seal, kind, record.tenant, record.record_id, sealed, caller)}));
  db::Params params;
  params.Add(record.record_id).Add(record.tenant).Add(static_cast<int>(kind.kind));
  params.Add(record.create_time).Add(sealed.version).Add(group.hashes[0]);
  params.Add(std::move(sealed.tag)).Add(std::move(sealed.record));
  return tx.ExecuteExpecting(1, kInsert, params);
}

absl::Status UpdateRecord(db::Tx& tx, const AccessSeal& seal, const RecordKind& kind,
                          const OpenedRecord& before, std::string body, const ActCaller& caller) {
  TenantRecord after = before.record;
  after.body = std::move(body);
  ++after.version;
  const SealedAccess sealed = SealedOf(seal, before.key, kind, after);
  db::Params params;
  params.Add(sealed.version).Add(sealed.tag).Add(sealed.record).Append(AtVersion(before, kind));
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kUpdate, params));
  return seal.journal().Append(
      tx, EntryOf(seal, kind, after.tenant, after.record_id, sealed, caller), before.audit_first);
}

absl::Status DeleteRecord(db::Tx& tx, const AccessSeal& seal, const RecordKind& kind,
                          const OpenedRecord& before, std::string commitment,
                          const ActCaller& caller) {
  const TenantRecord& record = before.record;
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kDelete, AtVersion(before, kind)));
  // Of a version that no row has: one that is put back is not believed.
  const SealedAccess gone =
      SealRecord(seal, kind, record.tenant, record.record_id, record.version + 1, "");
  audit::Entry entry = EntryOf(seal, kind, record.tenant, record.record_id, gone, caller);
  entry.commitment = std::move(commitment);
  return seal.journal().Append(tx, std::move(entry), before.audit_first);
}

}  // namespace mamori::triage
