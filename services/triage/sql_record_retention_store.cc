#include "services/triage/sql_record_retention_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/idempotency/request_id.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/sql_act_rows.h"
#include "services/triage/sql_disposition_rows.h"
#include "services/triage/sql_hold_rows.h"
#include "services/triage/sql_tenant_record_rows.h"

namespace mamori::triage {
namespace {

using v1::Disposition;

// Whom a record that is gone was about: to be recognised, not to be read, and with nothing in
// common with the same person's of another record.
std::string KeptOutOf(const AccessSeal& seal, const RecordName& name, std::string_view tenant,
                      std::string_view person) {
  return seal.HashOf("disposition_kept_out", tenant,
                     absl::StrCat(NameOf(name), "\n", std::string(person)));
}

Disposed ChainOf(const RecordName& name, std::string_view tenant) {
  return {name.kind->kind, tenant, name.record_id};
}

Disposition Told(Disposition stored) {
  stored.clear_kept_out();
  stored.clear_key_id();
  return stored;
}

}  // namespace

absl::StatusOr<std::vector<RetainedRecord>> SqlRecordRetentionStore::ListRetained(
    const RecordKind& kind, std::string_view tenant, absl::Time before,
    const std::optional<CasePosition>& position, int limit, absl::Time deadline) {
  using Found = std::vector<RetainedRecord>;
  const RecordPage page{std::string(tenant), position, limit, deadline};
  return transactor_.Run<Found>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<Found> {
        ASSIGN_OR_RETURN(const std::vector<TenantRecord> records,
                         SelectOldest(tx, seal_, content_, kind, page, before));
        Found found;
        for (const TenantRecord& record : records) {
          ASSIGN_OR_RETURN(RetainedRecord one, RetainedOf(kind, record));
          ASSIGN_OR_RETURN(one.held, IsHeld(tx, seal_, tenant, one));
          found.push_back(std::move(one));
        }
        return found;
      });
}

absl::StatusOr<RetainedRecord> SqlRecordRetentionStore::Read(const RecordName& name,
                                                             std::string_view tenant,
                                                             absl::Time deadline) {
  return transactor_.Run<RetainedRecord>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
        return SelectRetained(tx, seal_, content_, *name.kind, tenant, name.record_id, false);
      });
}

absl::StatusOr<Disposition> SqlRecordRetentionStore::DisposeIn(
    db::Tx& tx, const ActCaller& caller, const RecordName& name, std::string_view tenant,
    const id::Id& act_id, const std::string& person, Decide decide) const {
  ASSIGN_OR_RETURN(const OpenedRecord opened,
                   SelectRecord(tx, seal_, content_, *name.kind, tenant, name.record_id, true));
  ASSIGN_OR_RETURN(RetainedRecord found, RetainedOf(*name.kind, opened.record));
  RETURN_IF_ERROR(TouchHoldHead(tx, tenant));
  ASSIGN_OR_RETURN(found.held, IsHeld(tx, seal_, tenant, found));
  ASSIGN_OR_RETURN(Disposition certificate, decide(found));
  const ActUse use{.tenant = std::string(tenant),
                   .act_id = act_id,
                   .kind = v1::ACT_KIND_DISPOSE_RECORD,
                   .resource = NameOf(found),
                   .resource_version = found.version};
  ASSIGN_OR_RETURN(const v1::TwoPersonAct act,
                   UseAct(tx, seal_, content_, marks_, use, person, {}, caller));
  NameAct(act, certificate);
  certificate.set_kept_out(KeptOutOf(seal_, name, tenant, found.person));
  certificate.set_key_id(opened.key.id());
  RETURN_IF_ERROR(sealing::ListErased(tx, {opened.key.id()}, clock_.Now()));
  ASSIGN_OR_RETURN(std::string commitment,
                   InsertDisposition(tx, ChainOf(name, tenant), certificate));
  RETURN_IF_ERROR(DeleteRecord(tx, seal_, *name.kind, opened, std::move(commitment), caller));
  return certificate;
}

absl::StatusOr<Disposition> SqlRecordRetentionStore::Dispose(
    const CallKey& call, const ActCaller& caller, const RecordName& name, std::string_view tenant,
    const id::Id& act_id, const std::string& person, Decide decide) {
  // Neither the request nor the certificate has words of anybody's, so its digest tells none.
  const absl::StatusOr<Disposition> disposed = idempotency::RespondOnce<Disposition>(
      transactor_, clock_, call.deadline, call.key, call.digest,
      [&](db::Tx& tx) -> absl::StatusOr<Disposition> {
        ASSIGN_OR_RETURN(Disposition stored,
                         DisposeIn(tx, caller, name, tenant, act_id, person, decide));
        return Told(std::move(stored));
      });
  RETURN_IF_ERROR(disposed.status());
  // Listed with the commit. Where this fails it is done as soon as the key store is there, and a
  // call that is sent again does it before it is answered.
  ASSIGN_OR_RETURN(const Disposition stored, ReadDisposition(name, tenant, call.deadline));
  RETURN_IF_ERROR(eraser_.Erase({stored.key_id()}, call.deadline));
  return disposed;
}

absl::StatusOr<Disposition> SqlRecordRetentionStore::ReadDisposition(const RecordName& name,
                                                                     std::string_view tenant,
                                                                     absl::Time deadline) {
  return transactor_.Run<Disposition>({.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
    return SelectDisposition(tx, ChainOf(name, tenant));
  });
}

absl::StatusOr<Disposition> SqlRecordRetentionStore::GetDisposition(const RecordName& name,
                                                                    std::string_view tenant,
                                                                    std::string_view person,
                                                                    absl::Time deadline) {
  ASSIGN_OR_RETURN(Disposition stored, ReadDisposition(name, tenant, deadline));
  if (stored.kept_out() == KeptOutOf(seal_, name, tenant, person)) {
    return status::NotFound("disposition");
  }
  return Told(std::move(stored));
}

}  // namespace mamori::triage
