#include "services/triage/record_row.h"

#include <utility>

#include "common/status/errors.h"

namespace mamori::triage {

absl::StatusOr<RecordRow> ReadRecord(const db::Row& row, const AccessSeal& seal,
                                     const RecordKind& kind) {
  const SealedAccess sealed{
      .version = row.GetInt64(3), .record = row.GetBytes(5), .tag = row.GetBytes(4)};
  const int64_t audited = row.IsNull(7) ? 0 : row.GetInt64(7);
  const std::string name = id::Name(kind.collection, row.GetBytes(0));
  if (!seal.IsOurs(kind.purpose, row.GetBytes(1), name, audited, sealed)) {
    return status::NotFound(kind.resource);
  }
  return RecordRow{.id = row.GetBytes(0),
                   .tenant = row.GetBytes(1),
                   .audit_first = row.GetBytes(2),
                   .version = sealed.version,
                   .record = sealed.record};
}

SealedAccess SealRecord(const AccessSeal& seal, const RecordKind& kind, std::string_view tenant,
                        const id::Id& id, int64_t version, std::string record) {
  SealedAccess sealed{.version = version, .record = std::move(record)};
  sealed.tag = seal.TagOf(kind.purpose, tenant, id::Name(kind.collection, id), sealed);
  return sealed;
}

audit::Entry EntryOf(const AccessSeal& seal, const RecordKind& kind, std::string_view tenant,
                     const id::Id& id, const SealedAccess& sealed, const ActCaller& caller) {
  audit::Entry entry;
  entry.kind = kind.kind;
  entry.resource_id = id;
  entry.tenant = std::string(tenant);
  entry.action = caller.action;
  entry.who = caller.who;
  entry.record = seal.journal().authenticator().OfRecord({kind.purpose, sealed.record});
  entry.access_version = sealed.version;
  entry.access = sealed.tag;
  return entry;
}

}  // namespace mamori::triage
