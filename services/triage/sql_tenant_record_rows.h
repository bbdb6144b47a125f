// The statements on records that are the tenant's.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_TENANT_RECORD_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_TENANT_RECORD_ROWS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/tx.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_content.h"
#include "services/triage/tenant_record_store.h"

namespace mamori::triage {

// Opened, and with what opened it.
struct OpenedRecord {
  TenantRecord record;
  std::string audit_first;
  sealing::DataKey key;
};

// NOT_FOUND also for a row that is not believed, and for one whose key was erased.
absl::StatusOr<OpenedRecord> SelectRecord(db::Tx& tx, const AccessSeal& seal,
                                          const CaseContent& content, const RecordKind& kind,
                                          std::string_view tenant, const id::Id& record_id,
                                          bool for_update);
// The same as far as its retention goes; whether a hold keeps it is asked apart (IsHeld).
absl::StatusOr<RetainedRecord> SelectRetained(db::Tx& tx, const AccessSeal& seal,
                                              const CaseContent& content, const RecordKind& kind,
                                              std::string_view tenant, const id::Id& record_id,
                                              bool for_update);

// The key of what is written about a record, so that it goes with it; a new one where there is
// none.
absl::StatusOr<sealing::DataKey> KeyBesideRecord(const CaseContent& content,
                                                 std::string_view tenant,
                                                 const std::optional<RetainedRecord>& record,
                                                 absl::Time deadline);

// At most `limit` after `position` where there is one, of those that SelectRecord finds. Their keys
// are fetched together.
struct RecordPage {
  std::string tenant;
  std::optional<CasePosition> position;
  int limit = 0;
  absl::Time deadline;
};
absl::StatusOr<std::vector<TenantRecord>> SelectNewest(db::Tx& tx, const AccessSeal& seal,
                                                       const CaseContent& content,
                                                       const RecordKind& kind,
                                                       const RecordPage& page);
// Oldest first, of those that were created before `before`.
absl::StatusOr<std::vector<TenantRecord>> SelectOldest(db::Tx& tx, const AccessSeal& seal,
                                                       const CaseContent& content,
                                                       const RecordKind& kind,
                                                       const RecordPage& page, absl::Time before);

// Each with its audit entry. `key` is the record's.
absl::Status InsertRecord(db::Tx& tx, const AccessSeal& seal, const sealing::DataKey& key,
                          const RecordKind& kind, const TenantRecord& record,
                          const ActCaller& caller);
// Over what this transaction has locked; its version grows by one.
absl::Status UpdateRecord(db::Tx& tx, const AccessSeal& seal, const RecordKind& kind,
                          const OpenedRecord& before, std::string body, const ActCaller& caller);
// The row goes; the audit's entry, the last of the chain, has `commitment`.
absl::Status DeleteRecord(db::Tx& tx, const AccessSeal& seal, const RecordKind& kind,
                          const OpenedRecord& before, std::string commitment,
                          const ActCaller& caller);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_TENANT_RECORD_ROWS_H_
