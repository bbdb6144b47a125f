// The statements on designations that several stores need.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_HANDLER_ROWS_H_
#define MAMORI_SERVICES_TRIAGE_SQL_HANDLER_ROWS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/tx.h"
#include "mamori/triage/v1/designated_handler_service.pb.h"
#include "services/triage/access_seal.h"
#include "services/triage/act_store.h"
#include "services/triage/deadline_row.h"

namespace mamori::triage {

// A designation as it is stored.
struct HandlerRow {
  id::Id handler_id;
  std::string tenant;
  std::string audit_first;
  v1::DesignatedHandler handler;
};

// NOT_FOUND also for a row that is not believed, which is alarmed. Locked.
absl::StatusOr<HandlerRow> SelectHandler(db::Tx& tx, const AccessSeal& seal,
                                         std::string_view tenant, const id::Id& handler_id,
                                         bool for_update);
absl::StatusOr<HandlerRow> SelectHandlerOf(db::Tx& tx, const AccessSeal& seal,
                                           std::string_view tenant, const std::string& person);
// Those after `after` by person; what is not believed is left out.
absl::StatusOr<std::vector<v1::DesignatedHandler>> SelectHandlers(db::Tx& tx,
                                                                  const AccessSeal& seal,
                                                                  std::string_view tenant,
                                                                  const std::string& after,
                                                                  int limit);

// Of every tenant; what is not believed is left out.
absl::StatusOr<std::vector<HandlerRow>> SelectAllHandlers(db::Tx& tx, const AccessSeal& seal);

// With its first audit entry; and over what this transaction has locked.
absl::Status InsertHandler(db::Tx& tx, const AccessSeal& seal, HandlerRow row,
                           const ActCaller& caller);
absl::Status UpdateHandler(db::Tx& tx, const AccessSeal& seal, const HandlerRow& before,
                           const v1::DesignatedHandler& after, const ActCaller& caller);

// The policy that a change goes by.
const mamori::v1::DesignatedHandlerPolicy& HandlersOf(const CaseChange& change);

// Whether the case is one of public-interest whistleblowing, by its kind or by a clock that began.
absl::StatusOr<bool> NeedsHandler(db::Tx& tx, const CaseRow& row,
                                  const mamori::v1::DesignatedHandlerPolicy& policy);

// That `person` may have the case: it is none of public-interest whistleblowing, or the person is a
// handler who has accepted the duties in force. Holds until the commit. FAILED_PRECONDITION with
// HANDLER_NOT_DESIGNATED.
absl::Status CheckHandler(db::Tx& tx, const AccessSeal& seal, const CaseRow& row,
                          const std::string& person,
                          const mamori::v1::DesignatedHandlerPolicy& policy);
// The same of a case for which these deadlines begin.
absl::Status CheckHandlerOfClocks(db::Tx& tx, const AccessSeal& seal, const CaseRow& row,
                                  const std::vector<DeadlineRow>& started,
                                  const mamori::v1::DesignatedHandlerPolicy& policy);

// And of whoever has a case that another one was merged into, when that was one or this becomes it.
absl::Status CheckHandlerOfMerged(db::Tx& tx, const AccessSeal& seal, bool was_one,
                                  const CaseChange& into);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_HANDLER_ROWS_H_
