// Rows with a record that triage alone writes: each is authenticated together with its version, and
// its chain in the audit tells which version is the latest.
#ifndef MAMORI_SERVICES_TRIAGE_RECORD_ROW_H_
#define MAMORI_SERVICES_TRIAGE_RECORD_ROW_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/audit/entry.h"
#include "common/db/tx.h"
#include "services/triage/access_seal.h"
#include "services/triage/act_store.h"

namespace mamori::triage {

// What tells the rows of one table from those of another.
struct RecordKind {
  const char* purpose;     // of the authentication
  const char* collection;  // of the resource's name, as in id::Name
  const char* resource;    // that is not found when its row is not believed
  audit::Kind kind;
};

struct RecordRow {
  id::Id id;
  std::string tenant;
  std::string audit_first;
  int64_t version = 0;
  std::string record;
};

// Of the columns id, tenant, audit_first, version, tag, record, one of the table's own, and the
// latest version that the audit knows. NOT_FOUND for what was not sealed last: it is counted.
absl::StatusOr<RecordRow> ReadRecord(const db::Row& row, const AccessSeal& seal,
                                     const RecordKind& kind);

// With its tag.
SealedAccess SealRecord(const AccessSeal& seal, const RecordKind& kind, std::string_view tenant,
                        const id::Id& id, int64_t version, std::string record);

audit::Entry EntryOf(const AccessSeal& seal, const RecordKind& kind, std::string_view tenant,
                     const id::Id& id, const SealedAccess& sealed, const ActCaller& caller);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_RECORD_ROW_H_
