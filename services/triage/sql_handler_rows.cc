#include "services/triage/sql_handler_rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/handler_rules.h"
#include "services/triage/record_row.h"

namespace mamori::triage {
namespace {

constexpr RecordKind kHandlers{"handler_designation", "handlers", "handler",
                               audit::Kind::kDesignatedHandler};
// The last column is the version that the audit knows (150 is audit::Kind::kDesignatedHandler).
constexpr char kColumns[] =
    "SELECT h.handler_id, h.tenant, h.audit_first, h.version, h.tag, h.record, h.person,"
    " (SELECT e.access_version FROM audit_entry e WHERE e.resource_id = h.handler_id"
    " AND e.kind = 150 ORDER BY e.sequence DESC LIMIT 1) FROM handler_designation h";
constexpr char kAfter[] = " WHERE h.tenant = ? AND h.person > ? ORDER BY h.person LIMIT ?";
constexpr char kOfAll[] =
    " WHERE (h.tenant, h.person) > (?, ?) ORDER BY h.tenant, h.person LIMIT ?";
constexpr char kInsert[] =
    "INSERT INTO handler_designation (handler_id, tenant, person, version, audit_first, tag,"
    " record) VALUES (?, ?, ?, ?, ?, ?, ?)";
constexpr char kUpdate[] =
    "UPDATE handler_designation SET version = ?, tag = ?, record = ?"
    " WHERE handler_id = ? AND tenant = ? AND version = ?";
// 2 is CLOCK_REGIME_WHISTLEBLOWER.
constexpr char kSelectWhistleblower[] =
    "SELECT 1 FROM deadline WHERE case_id = ? AND tenant = ? AND regime = 2 LIMIT 1";

SealedAccess SealHandler(const AccessSeal& seal, const HandlerRow& row,
                         const v1::DesignatedHandler& handler) {
  return SealRecord(seal, kHandlers, row.tenant, row.handler_id, handler.version(),
                    handler.SerializeAsString());
}

absl::StatusOr<HandlerRow> ReadHandler(const db::Row& row, const AccessSeal& seal) {
  ASSIGN_OR_RETURN(RecordRow read, ReadRecord(row, seal, kHandlers));
  HandlerRow result{.handler_id = std::move(read.id),
                    .tenant = std::move(read.tenant),
                    .audit_first = std::move(read.audit_first)};
  // The person's column only finds: a row that was pointed at another person finds nobody.
  if (!result.handler.ParseFromString(read.record) || result.handler.person() != row.GetBytes(6)) {
    return status::NotFound("handler");
  }
  return result;
}

absl::Status NotDesignated() {
  return status::Error(absl::StatusCode::kFailedPrecondition,
                       mamori::v1::ERROR_REASON_HANDLER_NOT_DESIGNATED,
                       "the person is no designated handler who has accepted the duties");
}

absl::Status CheckDesignated(db::Tx& tx, const AccessSeal& seal, const CaseRow& row,
                             const std::string& person,
                             const mamori::v1::DesignatedHandlerPolicy& policy) {
  const absl::StatusOr<HandlerRow> found = SelectHandlerOf(tx, seal, row.tenant, person);
  if (absl::IsNotFound(found.status())) return NotDesignated();
  RETURN_IF_ERROR(found.status());
  return MayHandle(found->handler, DutyVersionOf(policy)) ? absl::OkStatus() : NotDesignated();
}

}  // namespace

const mamori::v1::DesignatedHandlerPolicy& HandlersOf(const CaseChange& change) {
  return change.handlers == nullptr ? mamori::v1::DesignatedHandlerPolicy::default_instance()
                                    : *change.handlers;
}

absl::StatusOr<HandlerRow> SelectHandler(db::Tx& tx, const AccessSeal& seal,
                                         std::string_view tenant, const id::Id& handler_id,
                                         bool for_update) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kColumns, " WHERE h.handler_id = ? AND h.tenant = ?",
                                         for_update ? " FOR UPDATE" : ""),
                            db::Params().Add(handler_id).Add(tenant)));
  if (rows.empty()) return status::NotFound("handler");
  return ReadHandler(rows[0], seal);
}

absl::StatusOr<HandlerRow> SelectHandlerOf(db::Tx& tx, const AccessSeal& seal,
                                           std::string_view tenant, const std::string& person) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query(absl::StrCat(kColumns, " WHERE h.tenant = ? AND h.person = ? FOR UPDATE"),
               db::Params().Add(tenant).Add(person)));
  if (rows.empty()) return status::NotFound("handler");
  return ReadHandler(rows[0], seal);
}

absl::StatusOr<std::vector<v1::DesignatedHandler>> SelectHandlers(db::Tx& tx,
                                                                  const AccessSeal& seal,
                                                                  std::string_view tenant,
                                                                  const std::string& after,
                                                                  int limit) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(absl::StrCat(kColumns, kAfter),
                                                 db::Params().Add(tenant).Add(after).Add(limit)));
  std::vector<v1::DesignatedHandler> handlers;
  for (const db::Row& row : rows) {
    absl::StatusOr<HandlerRow> one = ReadHandler(row, seal);
    if (one.ok()) handlers.push_back(std::move(one->handler));
  }
  return handlers;
}

absl::StatusOr<std::vector<HandlerRow>> SelectAllHandlers(db::Tx& tx, const AccessSeal& seal) {
  constexpr int kAtATime = 1000;
  std::vector<HandlerRow> handlers;
  std::string tenant, person;
  for (;;) {
    ASSIGN_OR_RETURN(const db::Rows rows,
                     tx.Query(absl::StrCat(kColumns, kOfAll),
                              db::Params().Add(tenant).Add(person).Add(kAtATime)));
    for (const db::Row& row : rows) {
      absl::StatusOr<HandlerRow> one = ReadHandler(row, seal);
      if (one.ok()) handlers.push_back(*std::move(one));
    }
    if (rows.size() < kAtATime) return handlers;
    tenant = rows.back().GetBytes(1);
    person = rows.back().GetBytes(6);
  }
}

absl::Status InsertHandler(db::Tx& tx, const AccessSeal& seal, HandlerRow row,
                           const ActCaller& caller) {
  SealedAccess sealed = SealHandler(seal, row, row.handler);
  ASSIGN_OR_RETURN(const audit::Group group,
                   seal.journal().Begin(
                       tx, {EntryOf(seal, kHandlers, row.tenant, row.handler_id, sealed, caller)}));
  db::Params params;
  params.Add(row.handler_id).Add(row.tenant).Add(row.handler.person()).Add(sealed.version);
  params.Add(group.hashes[0]).Add(std::move(sealed.tag)).Add(std::move(sealed.record));
  return tx.ExecuteExpecting(1, kInsert, params);
}

absl::Status UpdateHandler(db::Tx& tx, const AccessSeal& seal, const HandlerRow& before,
                           const v1::DesignatedHandler& after, const ActCaller& caller) {
  const SealedAccess sealed = SealHandler(seal, before, after);
  db::Params params;
  params.Add(sealed.version).Add(sealed.tag).Add(sealed.record);
  params.Add(before.handler_id).Add(before.tenant).Add(before.handler.version());
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kUpdate, params));
  return seal.journal().Append(
      tx, EntryOf(seal, kHandlers, before.tenant, before.handler_id, sealed, caller),
      before.audit_first);
}

absl::StatusOr<bool> NeedsHandler(db::Tx& tx, const CaseRow& row,
                                  const mamori::v1::DesignatedHandlerPolicy& policy) {
  if (row.access.handlers_only() || IsNamedKind(policy, row.kind)) return true;
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectWhistleblower, db::Params().Add(row.case_id).Add(row.tenant)));
  return !rows.empty();
}

absl::Status CheckHandler(db::Tx& tx, const AccessSeal& seal, const CaseRow& row,
                          const std::string& person,
                          const mamori::v1::DesignatedHandlerPolicy& policy) {
  ASSIGN_OR_RETURN(const bool needed, NeedsHandler(tx, row, policy));
  return needed ? CheckDesignated(tx, seal, row, person, policy) : absl::OkStatus();
}

absl::Status CheckHandlerOfMerged(db::Tx& tx, const AccessSeal& seal, bool was_one,
                                  const CaseChange& into) {
  const CaseRow& row = into.row;
  if (row.assignee.empty()) return absl::OkStatus();
  if (was_one) return CheckDesignated(tx, seal, row, row.assignee, HandlersOf(into));
  return CheckHandler(tx, seal, row, row.assignee, HandlersOf(into));
}

absl::Status CheckHandlerOfClocks(db::Tx& tx, const AccessSeal& seal, const CaseRow& row,
                                  const std::vector<DeadlineRow>& started,
                                  const mamori::v1::DesignatedHandlerPolicy& policy) {
  if (!HasWhistleblower(started) || row.assignee.empty()) return absl::OkStatus();
  return CheckDesignated(tx, seal, row, row.assignee, policy);
}

}  // namespace mamori::triage
