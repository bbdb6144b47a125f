#include "services/triage/sql_handler_store.h"

#include <utility>

#include "common/idempotency/request_id.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/sql_handler_rows.h"

namespace mamori::triage {

using v1::DesignatedHandler;

namespace {

// 9 and 20 are MERGED and DISPOSED: nobody works on those again. In the order of their ids, in
// which merges lock cases too.
constexpr char kCasesOf[] =
    "SELECT case_id FROM case_record FORCE INDEX (by_assignee) WHERE tenant = ? AND assignee = ?"
    " AND state NOT IN (9, 20) ORDER BY case_id FOR UPDATE";

absl::Status TakeCases(db::Tx& tx, const AccessSeal& seal, std::string_view tenant,
                       const std::string& person, const mamori::v1::DesignatedHandlerPolicy& policy,
                       HandlerStore::Give give) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kCasesOf, db::Params().Add(tenant).Add(person)));
  for (const db::Row& found : rows) {
    ASSIGN_OR_RETURN(const CaseRow row,
                     SelectCase(tx, seal, tenant, found.GetBytes(0), /*for_update=*/true));
    ASSIGN_OR_RETURN(const bool needed, NeedsHandler(tx, row, policy));
    if (needed) RETURN_IF_ERROR(UpdateCase(tx, seal, row, give(row)));
  }
  return absl::OkStatus();
}

absl::StatusOr<DesignatedHandler> Update(db::Tx& tx, const AccessSeal& seal,
                                         const ActCaller& caller, std::string_view tenant,
                                         const id::Id& handler_id,
                                         const HandlerStore::Decide& decide) {
  ASSIGN_OR_RETURN(const HandlerRow before,
                   SelectHandler(tx, seal, tenant, handler_id, /*for_update=*/true));
  ASSIGN_OR_RETURN(DesignatedHandler after, decide(before.handler));
  RETURN_IF_ERROR(UpdateHandler(tx, seal, before, after, caller));
  return after;
}

}  // namespace

absl::StatusOr<DesignatedHandler> SqlHandlerStore::Designate(
    const CallKey& call, const ActCaller& caller, std::string_view tenant,
    const std::string& person, const id::Id& handler_id, DecideNew decide) {
  return idempotency::RespondOnce<DesignatedHandler>(
      transactor_, clock_, call.deadline, call.key, call.digest,
      [&](db::Tx& tx) -> absl::StatusOr<DesignatedHandler> {
        const absl::StatusOr<HandlerRow> before = SelectHandlerOf(tx, seal_, tenant, person);
        if (before.ok()) {
          ASSIGN_OR_RETURN(DesignatedHandler after, decide(&before->handler));
          RETURN_IF_ERROR(UpdateHandler(tx, seal_, *before, after, caller));
          return after;
        }
        if (!absl::IsNotFound(before.status())) return before.status();
        ASSIGN_OR_RETURN(DesignatedHandler fresh, decide(nullptr));
        fresh.set_name(id::Name("handlers", handler_id));
        // Fails where a row of the person is there that is not believed.
        RETURN_IF_ERROR(InsertHandler(tx, seal_,
                                      {.handler_id = handler_id,
                                       .tenant = std::string(tenant),
                                       .audit_first = "",
                                       .handler = fresh},
                                      caller));
        return fresh;
      });
}

absl::StatusOr<DesignatedHandler> SqlHandlerStore::Change(const CallKey& call,
                                                          const ActCaller& caller,
                                                          std::string_view tenant,
                                                          const id::Id& handler_id, Decide decide) {
  return idempotency::RespondOnce<DesignatedHandler>(
      transactor_, clock_, call.deadline, call.key, call.digest,
      [&](db::Tx& tx) { return Update(tx, seal_, caller, tenant, handler_id, decide); });
}

absl::StatusOr<DesignatedHandler> SqlHandlerStore::End(
    const CallKey& call, const ActCaller& caller, std::string_view tenant, const id::Id& handler_id,
    Decide decide, const mamori::v1::DesignatedHandlerPolicy& policy, Give give) {
  return idempotency::RespondOnce<DesignatedHandler>(
      transactor_, clock_, call.deadline, call.key, call.digest,
      [&](db::Tx& tx) -> absl::StatusOr<DesignatedHandler> {
        ASSIGN_OR_RETURN(DesignatedHandler after,
                         Update(tx, seal_, caller, tenant, handler_id, decide));
        // Whoever assigns meanwhile waits for the designation, and finds it ended.
        RETURN_IF_ERROR(TakeCases(tx, seal_, tenant, after.person(), policy, give));
        return after;
      });
}

absl::StatusOr<DesignatedHandler> SqlHandlerStore::Get(std::string_view tenant,
                                                       const id::Id& handler_id,
                                                       absl::Time deadline) {
  return transactor_.Run<DesignatedHandler>(
      {.deadline = deadline, .read_only = true},
      [&](db::Tx& tx) -> absl::StatusOr<DesignatedHandler> {
        ASSIGN_OR_RETURN(HandlerRow row,
                         SelectHandler(tx, seal_, tenant, handler_id, /*for_update=*/false));
        return std::move(row.handler);
      });
}

absl::StatusOr<std::vector<DesignatedHandler>> SqlHandlerStore::List(std::string_view tenant,
                                                                     const std::string& after,
                                                                     int limit,
                                                                     absl::Time deadline) {
  return transactor_.Run<std::vector<DesignatedHandler>>(
      {.deadline = deadline, .read_only = true},
      [&](db::Tx& tx) { return SelectHandlers(tx, seal_, tenant, after, limit); });
}

}  // namespace mamori::triage
