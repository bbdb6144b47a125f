#include "services/triage/sql_hold_store.h"

#include <set>
#include <utility>

#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/sql_act_rows.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/sql_hold_rows.h"
#include "services/triage/sql_tenant_record_rows.h"

namespace mamori::triage {
namespace {

using v1::LegalHold;

// In the order of their ids, as merges lock them.
absl::StatusOr<std::vector<CaseRow>> SelectCases(db::Tx& tx, const AccessSeal& seal,
                                                 std::string_view tenant, std::set<id::Id> ids,
                                                 bool for_update) {
  std::vector<CaseRow> rows;
  for (const id::Id& one : ids) {
    ASSIGN_OR_RETURN(CaseRow row, SelectCase(tx, seal, tenant, one, for_update));
    rows.push_back(std::move(row));
  }
  return rows;
}

// Beside the cases those that they were merged into, and so on: a tombstone is as good a name.
absl::StatusOr<std::vector<CaseRow>> SelectWithMerged(db::Tx& tx, const AccessSeal& seal,
                                                      std::string_view tenant,
                                                      const std::vector<id::Id>& cases,
                                                      bool for_update) {
  std::set<id::Id> all(cases.begin(), cases.end());
  for (;;) {
    ASSIGN_OR_RETURN(std::vector<CaseRow> rows, SelectCases(tx, seal, tenant, all, for_update));
    const size_t before = all.size();
    for (const CaseRow& row : rows) {
      if (!row.merged_into.empty()) all.insert(row.merged_into);
    }
    if (all.size() == before) return rows;
  }
}

absl::StatusOr<ActResource> SelectScope(db::Tx& tx, const AccessSeal& seal,
                                        const CaseContent& content, std::string_view tenant,
                                        const HoldScope& scope, bool for_update) {
  ActResource resource;
  ASSIGN_OR_RETURN(resource.cases, SelectWithMerged(tx, seal, tenant, scope.cases, for_update));
  if (scope.record.has_value()) {
    ASSIGN_OR_RETURN(resource.record, SelectRetained(tx, seal, content, *scope.record->kind, tenant,
                                                     scope.record->record_id, for_update));
  }
  return resource;
}

}  // namespace

absl::StatusOr<ActResource> SelectHoldResource(db::Tx& tx, const AccessSeal& seal,
                                               const CaseContent& content, std::string_view tenant,
                                               const id::Id& hold_id, bool for_update) {
  ASSIGN_OR_RETURN(const HoldScope held, SelectHeld(tx, tenant, hold_id));
  ActResource resource;
  ASSIGN_OR_RETURN(resource.cases, SelectCases(tx, seal, tenant,
                                               {held.cases.begin(), held.cases.end()}, for_update));
  if (held.record.has_value()) {
    absl::StatusOr<RetainedRecord> record = SelectRetained(
        tx, seal, content, *held.record->kind, tenant, held.record->record_id, for_update);
    if (record.ok()) resource.record = *std::move(record);
    if (!absl::IsNotFound(record.status())) RETURN_IF_ERROR(record.status());
  }
  ASSIGN_OR_RETURN(const HoldRow row, SelectHold(tx, seal, content, tenant, hold_id, for_update));
  resource.hold = row.hold;
  resource.version = row.hold.version();
  return resource;
}

absl::StatusOr<LegalHold> SqlHoldStore::Place(const CallKey& call, const ActCaller& caller,
                                              std::string_view tenant, const id::Id& hold_id,
                                              const HoldScope& scope, DecideNew decide) {
  using Answered = CaseContent::Answered<LegalHold>;
  return content_.RespondOnce<LegalHold>(
      transactor_, clock_, call, tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        ASSIGN_OR_RETURN(const ActResource resource, SelectScope(tx, seal_, content_, tenant, scope,
                                                                 /*for_update=*/true));
        ASSIGN_OR_RETURN(LegalHold hold, decide(resource));
        RETURN_IF_ERROR(TouchHoldHead(tx, tenant));
        const HoldRow row{
            .hold_id = hold_id, .tenant = std::string(tenant), .hold = std::move(hold)};
        ASSIGN_OR_RETURN(sealing::DataKey key,
                         KeyBesideRecord(content_, tenant, resource.record, call.deadline));
        RETURN_IF_ERROR(InsertHold(tx, seal_, key, row, resource.cases, scope.record, caller));
        return Answered{row.hold, std::move(key)};
      });
}

absl::StatusOr<LegalHold> SqlHoldStore::Release(const CallKey& call, const ActCaller& caller,
                                                std::string_view tenant, const id::Id& hold_id,
                                                const id::Id& act_id, const std::string& person,
                                                Admit admit) {
  using Answered = CaseContent::Answered<LegalHold>;
  return content_.RespondOnce<LegalHold>(
      transactor_, clock_, call, tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        ASSIGN_OR_RETURN(
            const ActResource resource,
            SelectHoldResource(tx, seal_, content_, tenant, hold_id, /*for_update=*/true));
        RETURN_IF_ERROR(admit(resource));
        ASSIGN_OR_RETURN(const HoldRow row, SelectHold(tx, seal_, content_, tenant, hold_id, true));
        if (row.hold.has_release_time()) return status::StateNotAllowed("the hold was released");
        const ActUse use{.tenant = std::string(tenant),
                         .act_id = act_id,
                         .kind = v1::ACT_KIND_RELEASE_HOLD,
                         .resource = id::Name("holds", hold_id),
                         .resource_version = resource.version};
        ASSIGN_OR_RETURN(const v1::TwoPersonAct act, UseAct(tx, seal_, content_, marks_, use,
                                                            person, resource.access(), caller));
        LegalHold released = row.hold;
        *released.mutable_release_time() = time::ToTimestamp(clock_.Now());
        released.set_release_act(act.name());
        ASSIGN_OR_RETURN(sealing::DataKey key, KeyOfHold(content_, row, call.deadline));
        ASSIGN_OR_RETURN(LegalHold stored,
                         UpdateHold(tx, seal_, key, row, std::move(released), caller));
        return Answered{std::move(stored), std::move(key)};
      });
}

absl::StatusOr<ActResource> SqlHoldStore::ReadScope(std::string_view tenant, const HoldScope& scope,
                                                    absl::Time deadline) {
  return transactor_.Run<ActResource>({.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
    return SelectScope(tx, seal_, content_, tenant, scope, false);
  });
}

absl::StatusOr<ActResource> SqlHoldStore::ReadHold(std::string_view tenant, const id::Id& hold_id,
                                                   absl::Time deadline) {
  return transactor_.Run<ActResource>({.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
    return SelectHoldResource(tx, seal_, content_, tenant, hold_id, false);
  });
}

absl::StatusOr<std::vector<ActResource>> SqlHoldStore::List(
    std::string_view tenant, bool released, const std::optional<CasePosition>& position, int limit,
    absl::Time deadline) {
  using All = std::vector<ActResource>;
  return transactor_.Run<All>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<All> {
        ASSIGN_OR_RETURN(const std::vector<LegalHold> holds,
                         SelectHolds(tx, seal_, content_, tenant, released, position, limit));
        All all;
        for (const LegalHold& hold : holds) {
          ASSIGN_OR_RETURN(const id::Id hold_id, id::FromName("holds", hold.name()));
          ASSIGN_OR_RETURN(ActResource resource,
                           SelectHoldResource(tx, seal_, content_, tenant, hold_id, false));
          all.push_back(std::move(resource));
        }
        return all;
      });
}

}  // namespace mamori::triage
