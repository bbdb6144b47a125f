#include "services/triage/sql_tenant_record_store.h"

#include <string>
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
constexpr char kAfter[] =
    " AND (r.create_time, r.record_id) < (?, ?)"
    " ORDER BY r.create_time DESC, r.record_id DESC LIMIT ?";
constexpr char kInsert[] =
    "INSERT INTO tenant_record (record_id, tenant, kind, create_time, version, audit_first, tag,"
    " record) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kUpdate[] =
    "UPDATE tenant_record SET version = ?, tag = ?, record = ?"
    " WHERE record_id = ? AND tenant = ? AND kind = ? AND version = ?";

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

// Opened, and with what opened it.
struct OpenedRecord {
  TenantRecord record;
  std::string audit_first;
  sealing::DataKey key;
};

absl::StatusOr<OpenedRecord> Select(db::Tx& tx, const AccessSeal& seal, const CaseContent& content,
                                    const RecordKind& kind, std::string_view tenant,
                                    const id::Id& record_id, bool for_update) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query(absl::StrCat(kColumns, " AND r.record_id = ?", for_update ? " FOR UPDATE" : ""),
               db::Params().Add(tenant).Add(static_cast<int>(kind.kind)).Add(record_id)));
  if (rows.empty()) return status::NotFound(kind.resource);
  ASSIGN_OR_RETURN(StoredRecord stored, ReadStored(rows[0], seal, kind));
  ASSIGN_OR_RETURN(sealing::DataKey key,
                   content.sealer().FetchKey(tenant, stored.sealed, absl::InfiniteFuture()));
  ASSIGN_OR_RETURN(stored.record.body, key.Open(FieldOf(stored.record), stored.sealed));
  return OpenedRecord{std::move(stored.record), std::move(stored.audit_first), std::move(key)};
}

// Their keys are fetched together.
absl::StatusOr<std::vector<TenantRecord>> OpenAll(const sealing::Sealer& sealer,
                                                  std::vector<StoredRecord> found,
                                                  absl::Time deadline) {
  std::vector<std::string_view> sealed;
  for (const StoredRecord& one : found) sealed.push_back(one.sealed);
  ASSIGN_OR_RETURN(const sealing::KeyRing keys, sealer.Fetch(sealed, deadline));
  std::vector<TenantRecord> all;
  for (StoredRecord& one : found) {
    ASSIGN_OR_RETURN(one.record.body, keys.Open(FieldOf(one.record), one.sealed));
    all.push_back(std::move(one.record));
  }
  return all;
}

}  // namespace

absl::StatusOr<id::Id> SqlTenantRecordStore::Add(const CallKey& call, const ActCaller& caller,
                                                 const RecordKind& kind,
                                                 const TenantRecord& record) {
  using Answered = CaseContent::Answered<std::string>;
  return content_.AnswerOnce(
      transactor_, clock_, call, record.tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        ASSIGN_OR_RETURN(sealing::DataKey key, content_.NewKey(record.tenant, call.deadline));
        SealedAccess sealed = SealedOf(seal_, key, kind, record);
        ASSIGN_OR_RETURN(const audit::Group group,
                         seal_.journal().Begin(tx, {EntryOf(seal_, kind, record.tenant,
                                                            record.record_id, sealed, caller)}));
        db::Params params;
        params.Add(record.record_id).Add(record.tenant).Add(static_cast<int>(kind.kind));
        params.Add(record.create_time).Add(sealed.version).Add(group.hashes[0]);
        params.Add(std::move(sealed.tag)).Add(std::move(sealed.record));
        RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsert, params));
        return Answered{record.record_id, std::move(key)};
      });
}

absl::Status SqlTenantRecordStore::Change(const CallKey& call, const ActCaller& caller,
                                          const RecordKind& kind, std::string_view tenant,
                                          const id::Id& record_id, Decide decide) {
  using Answered = CaseContent::Answered<std::string>;
  return content_
      .AnswerOnce(
          transactor_, clock_, call, tenant,
          [&](db::Tx& tx) -> absl::StatusOr<Answered> {
            ASSIGN_OR_RETURN(OpenedRecord before,
                             Select(tx, seal_, content_, kind, tenant, record_id, true));
            ASSIGN_OR_RETURN(std::string body, decide(before.record));
            if (body == before.record.body) return Answered{record_id, std::move(before.key)};
            TenantRecord after = before.record;
            after.body = std::move(body);
            ++after.version;
            const SealedAccess sealed = SealedOf(seal_, before.key, kind, after);
            db::Params params;
            params.Add(sealed.version).Add(sealed.tag).Add(sealed.record);
            params.Add(record_id).Add(tenant).Add(static_cast<int>(kind.kind));
            params.Add(before.record.version);
            RETURN_IF_ERROR(tx.ExecuteExpecting(1, kUpdate, params));
            RETURN_IF_ERROR(seal_.journal().Append(
                tx, EntryOf(seal_, kind, tenant, record_id, sealed, caller), before.audit_first));
            return Answered{record_id, std::move(before.key)};
          })
      .status();
}

absl::StatusOr<TenantRecord> SqlTenantRecordStore::Get(const RecordKind& kind,
                                                       std::string_view tenant,
                                                       const id::Id& record_id,
                                                       absl::Time deadline) {
  return transactor_.Run<TenantRecord>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<TenantRecord> {
        ASSIGN_OR_RETURN(OpenedRecord opened,
                         Select(tx, seal_, content_, kind, tenant, record_id, false));
        return std::move(opened.record);
      });
}

absl::StatusOr<std::vector<TenantRecord>> SqlTenantRecordStore::List(
    const RecordKind& kind, std::string_view tenant, const std::optional<CasePosition>& position,
    int limit, absl::Time deadline) {
  using All = std::vector<TenantRecord>;
  return transactor_.Run<All>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<All> {
        CasePosition after = position.value_or(
            CasePosition{.create_micros = INT64_MAX, .case_id = std::string(16, '\xff')});
        std::vector<StoredRecord> found;
        // Further on where a row is not believed, so that it does not end the list.
        for (;;) {
          const int want = limit - static_cast<int>(found.size());
          db::Params params;
          params.Add(tenant).Add(static_cast<int>(kind.kind)).Add(after.create_micros);
          params.Add(after.case_id).Add(want);
          ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(absl::StrCat(kColumns, kAfter), params));
          for (const db::Row& row : rows) {
            after = {.create_micros = row.GetInt64(6), .case_id = row.GetBytes(0)};
            absl::StatusOr<StoredRecord> stored = ReadStored(row, seal_, kind);
            if (stored.ok()) found.push_back(*std::move(stored));
          }
          if (static_cast<int>(rows.size()) < want || static_cast<int>(found.size()) == limit)
            break;
        }
        return OpenAll(content_.sealer(), std::move(found), deadline);
      });
}

}  // namespace mamori::triage
