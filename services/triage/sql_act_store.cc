#include "services/triage/sql_act_store.h"

#include <utility>

#include "common/idempotency/request_id.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/sql_act_rows.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/sql_hold_store.h"
#include "services/triage/sql_opinion_store.h"
#include "services/triage/sql_retention_rows.h"

namespace mamori::triage {

using mamori::v1::CaseAccess;
using v1::TwoPersonAct;

absl::StatusOr<ActResource> SqlActStore::Select(db::Tx& tx, std::string_view tenant,
                                                v1::ActKind kind, const std::string& resource,
                                                bool for_update) const {
  if (kind == v1::ACT_KIND_RELEASE_HOLD) {
    ASSIGN_OR_RETURN(const id::Id hold_id, id::FromName("holds", resource));
    return SelectHoldResource(tx, seal_, tenant, hold_id, for_update);
  }
  if (kind == v1::ACT_KIND_TRAIN_OPINION) {
    return SelectOpinionResource(tx, tenant, resource, for_update);
  }
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", resource));
  ASSIGN_OR_RETURN(CaseRow row, SelectCase(tx, seal_, tenant, case_id, for_update));
  ActResource found;
  found.version = kind == v1::ACT_KIND_REMOVE_EXCLUSION ? row.access_version : row.version;
  if (kind == v1::ACT_KIND_DISPOSE_CASE) {
    ASSIGN_OR_RETURN(found.retention, SelectRetentionFacts(tx, seal_, row));
  }
  found.cases.push_back(std::move(row));
  return found;
}

absl::StatusOr<ActResource> SqlActStore::ReadResource(std::string_view tenant, v1::ActKind kind,
                                                      const std::string& resource,
                                                      absl::Time deadline) {
  return transactor_.Run<ActResource>({.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
    return Select(tx, tenant, kind, resource, /*for_update=*/false);
  });
}

absl::StatusOr<TwoPersonAct> SqlActStore::Add(const CallKey& call, const ActCaller& caller,
                                              std::string_view tenant, v1::ActKind kind,
                                              const std::string& resource, DecideNew decide) {
  return idempotency::RespondOnce<TwoPersonAct>(
      transactor_, clock_, call.deadline, call.key, call.digest,
      [&](db::Tx& tx) -> absl::StatusOr<TwoPersonAct> {
        ASSIGN_OR_RETURN(const ActResource found, Select(tx, tenant, kind, resource, true));
        ASSIGN_OR_RETURN(const ActTime time, marks_.Read(tx));
        ASSIGN_OR_RETURN(const NewAct act, decide(found, time));
        RETURN_IF_ERROR(marks_.Leave(tx, time));
        RETURN_IF_ERROR(InsertAct(tx, seal_, tenant, act, caller));
        if (act.told.has_value()) {
          RETURN_IF_ERROR(UpdateCase(tx, seal_, found.cases[0], *act.told));
        }
        return ToProto(act.act);
      });
}

absl::StatusOr<TwoPersonAct> SqlActStore::Change(const CallKey& call, const ActCaller& caller,
                                                 std::string_view tenant, const id::Id& act_id,
                                                 Decide decide) {
  return idempotency::RespondOnce<TwoPersonAct>(
      transactor_, clock_, call.deadline, call.key, call.digest,
      [&](db::Tx& tx) -> absl::StatusOr<TwoPersonAct> {
        // The resource before the act, as whoever does it locks them: nobody waits in a circle.
        ASSIGN_OR_RETURN(const ActRow seen, SelectAct(tx, seal_, tenant, act_id, false));
        ASSIGN_OR_RETURN(const ActResource found,
                         Select(tx, tenant, seen.act.kind(), seen.act.resource(), true));
        ASSIGN_OR_RETURN(const ActRow row, SelectAct(tx, seal_, tenant, act_id, true));
        ASSIGN_OR_RETURN(const ActTime time, marks_.Read(tx));
        ASSIGN_OR_RETURN(TwoPersonAct after, decide(row.act, found, time));
        RETURN_IF_ERROR(marks_.Leave(tx, time));
        ASSIGN_OR_RETURN(const TwoPersonAct stored,
                         UpdateAct(tx, seal_, row, std::move(after), caller));
        return ToProto(stored);
      });
}

absl::StatusOr<TwoPersonAct> SqlActStore::Get(std::string_view tenant, const id::Id& act_id,
                                              absl::Time deadline) {
  return transactor_.Run<TwoPersonAct>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<TwoPersonAct> {
        ASSIGN_OR_RETURN(const ActRow row, SelectAct(tx, seal_, tenant, act_id, false));
        return row.act;
      });
}

absl::StatusOr<std::vector<TwoPersonAct>> SqlActStore::List(
    std::string_view tenant, const std::string& resource,
    const std::optional<CasePosition>& position, int limit, absl::Time deadline) {
  return transactor_.Run<std::vector<TwoPersonAct>>(
      {.deadline = deadline, .read_only = true},
      [&](db::Tx& tx) { return SelectActs(tx, seal_, tenant, resource, position, limit); });
}

absl::StatusOr<CaseAccess> SqlActStore::ChangeAccessByAct(
    const CallKey& call, std::string_view tenant, const id::Id& case_id, const id::Id& act_id,
    const std::string& person, const std::vector<std::pair<std::string, std::string>>& fields,
    CaseStore::Decide decide) {
  return idempotency::RespondOnce<CaseAccess>(
      transactor_, clock_, call.deadline, call.key, call.digest,
      [&](db::Tx& tx) -> absl::StatusOr<CaseAccess> {
        ASSIGN_OR_RETURN(const CaseRow before, SelectCase(tx, seal_, tenant, case_id, true));
        ASSIGN_OR_RETURN(const CaseChange change, decide(before));
        const ActUse use{.tenant = std::string(tenant),
                         .act_id = act_id,
                         .kind = v1::ACT_KIND_REMOVE_EXCLUSION,
                         .resource = id::Name("cases", case_id),
                         .resource_version = before.access_version,
                         .fields = fields};
        RETURN_IF_ERROR(
            UseAct(tx, seal_, marks_, use, person, {&before.access}, {change.who, change.action})
                .status());
        RETURN_IF_ERROR(UpdateCase(tx, seal_, before, change));
        return ToProto(change.row.access);
      });
}

}  // namespace mamori::triage
