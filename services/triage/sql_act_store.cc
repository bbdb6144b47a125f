#include "services/triage/sql_act_store.h"

#include <utility>

#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/sql_access_rows.h"
#include "services/triage/sql_act_rows.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/sql_hold_rows.h"
#include "services/triage/sql_hold_store.h"
#include "services/triage/sql_opinion_store.h"
#include "services/triage/sql_retention_rows.h"
#include "services/triage/sql_tenant_record_rows.h"

namespace mamori::triage {

using mamori::v1::CaseAccess;
using v1::TwoPersonAct;

namespace {

constexpr char kSelectReports[] =
    "SELECT report_id FROM case_report WHERE case_id = ? AND tenant = ?"
    " ORDER BY join_time, report_id LIMIT 1000";
constexpr char kSelectCaseOfReport[] =
    "SELECT case_id FROM case_report WHERE report_id = ? AND tenant = ?";

absl::StatusOr<std::vector<id::Id>> SelectReports(db::Tx& tx, std::string_view tenant,
                                                  const id::Id& case_id) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectReports, db::Params().Add(case_id).Add(tenant)));
  std::vector<id::Id> reports;
  for (const db::Row& row : rows) reports.push_back(row.GetBytes(0));
  return reports;
}

// What the act would be judged by now.
absl::Status LoadPast(db::Tx& tx, const AccessSeal& seal, ActResource& found) {
  for (const CaseRow& row : found.cases) {
    RETURN_IF_ERROR(SelectAccessPast(tx, seal, row.access, found.past));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ActResource> SqlActStore::Select(db::Tx& tx, std::string_view tenant,
                                                v1::ActKind kind, const std::string& resource,
                                                bool for_update) const {
  if (kind == v1::ACT_KIND_RELEASE_HOLD) {
    ASSIGN_OR_RETURN(const id::Id hold_id, id::FromName("holds", resource));
    return SelectHoldResource(tx, seal_, content_, tenant, hold_id, for_update);
  }
  if (kind == v1::ACT_KIND_TRAIN_OPINION) {
    return SelectOpinionResource(tx, tenant, resource, for_update);
  }
  if (kind == v1::ACT_KIND_DISPOSE_RECORD) {
    return SelectRecordResource(tx, tenant, resource, for_update);
  }
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", resource));
  ASSIGN_OR_RETURN(CaseRow row, SelectCase(tx, seal_, tenant, case_id, for_update));
  ActResource found;
  // What disposes is about all of the case, the others about who may see it.
  found.version = kind == v1::ACT_KIND_DISPOSE_CASE ? row.version : row.access_version;
  if (kind == v1::ACT_KIND_UNSEAL_IDENTITY) {
    ASSIGN_OR_RETURN(found.reports, SelectReports(tx, tenant, case_id));
  }
  if (kind == v1::ACT_KIND_DISPOSE_CASE) {
    ASSIGN_OR_RETURN(found.retention, SelectRetentionFacts(tx, seal_, row));
  }
  found.cases.push_back(std::move(row));
  return found;
}

absl::StatusOr<ActResource> SqlActStore::SelectRecordResource(db::Tx& tx, std::string_view tenant,
                                                              const std::string& resource,
                                                              bool for_update) const {
  ASSIGN_OR_RETURN(const RecordName name, ParseRecordName(resource));
  ASSIGN_OR_RETURN(RetainedRecord record, SelectRetained(tx, seal_, content_, *name.kind, tenant,
                                                         name.record_id, for_update));
  ASSIGN_OR_RETURN(record.held, IsHeld(tx, seal_, tenant, record));
  ActResource found;
  found.version = record.version;
  found.record = std::move(record);
  return found;
}

absl::StatusOr<sealing::DataKey> SqlActStore::KeyFor(db::Tx& tx, std::string_view tenant,
                                                     const ActResource& found,
                                                     absl::Time deadline) const {
  const bool of_case = found.hold.version() == 0 && found.cases.size() == 1;
  return of_case ? content_.KeyBeside(tx, found.cases[0], deadline)
                 : KeyBesideRecord(content_, tenant, found.record, deadline);
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
  using Answered = CaseContent::Answered<TwoPersonAct>;
  return content_.RespondOnce<TwoPersonAct>(
      transactor_, clock_, call, tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        ASSIGN_OR_RETURN(const ActResource found, Select(tx, tenant, kind, resource, true));
        ASSIGN_OR_RETURN(const ActTime time, marks_.Read(tx));
        ASSIGN_OR_RETURN(const NewAct act, decide(found, time));
        RETURN_IF_ERROR(marks_.Leave(tx, time));
        ASSIGN_OR_RETURN(sealing::DataKey key, KeyFor(tx, tenant, found, call.deadline));
        RETURN_IF_ERROR(InsertAct(tx, seal_, key, tenant, act, caller));
        if (act.told.has_value()) {
          RETURN_IF_ERROR(UpdateCase(tx, seal_, found.cases[0], *act.told));
        }
        return Answered{ToProto(act.act), std::move(key)};
      });
}

absl::StatusOr<TwoPersonAct> SqlActStore::Change(const CallKey& call, const ActCaller& caller,
                                                 std::string_view tenant, const id::Id& act_id,
                                                 Decide decide) {
  using Answered = CaseContent::Answered<TwoPersonAct>;
  return content_.RespondOnce<TwoPersonAct>(
      transactor_, clock_, call, tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        // The resource before the act, as whoever does it locks them: nobody waits in a circle.
        ASSIGN_OR_RETURN(const ActRow seen, SelectAct(tx, seal_, content_, tenant, act_id, false));
        ASSIGN_OR_RETURN(ActResource found,
                         Select(tx, tenant, seen.act.kind(), seen.act.resource(), true));
        RETURN_IF_ERROR(LoadPast(tx, seal_, found));
        ASSIGN_OR_RETURN(const ActRow row, SelectAct(tx, seal_, content_, tenant, act_id, true));
        ASSIGN_OR_RETURN(const ActTime time, marks_.Read(tx));
        ASSIGN_OR_RETURN(TwoPersonAct after, decide(row.act, found, time));
        RETURN_IF_ERROR(marks_.Leave(tx, time));
        ASSIGN_OR_RETURN(sealing::DataKey key,
                         content_.sealer().FetchKey(tenant, row.sealed, call.deadline));
        ASSIGN_OR_RETURN(const TwoPersonAct stored,
                         UpdateAct(tx, seal_, key, row, std::move(after), caller));
        return Answered{ToProto(stored), std::move(key)};
      });
}

absl::StatusOr<TwoPersonAct> SqlActStore::Get(std::string_view tenant, const id::Id& act_id,
                                              absl::Time deadline) {
  return transactor_.Run<TwoPersonAct>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<TwoPersonAct> {
        ASSIGN_OR_RETURN(const ActRow row, SelectAct(tx, seal_, content_, tenant, act_id, false));
        return row.act;
      });
}

absl::StatusOr<std::vector<TwoPersonAct>> SqlActStore::List(
    std::string_view tenant, const std::string& resource,
    const std::optional<CasePosition>& position, int limit, absl::Time deadline) {
  return transactor_.Run<std::vector<TwoPersonAct>>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
        return SelectActs(tx, seal_, content_, tenant, resource, position, limit);
      });
}

absl::StatusOr<CaseAccess> SqlActStore::ChangeAccessByAct(
    const CallKey& call, std::string_view tenant, const id::Id& case_id, const id::Id& act_id,
    const std::string& person, const std::vector<std::pair<std::string, std::string>>& fields,
    CaseStore::Decide decide) {
  using Answered = CaseContent::Answered<CaseAccess>;
  return content_.RespondOnce<CaseAccess>(
      transactor_, clock_, call, tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        ASSIGN_OR_RETURN(const CaseRow before, SelectCase(tx, seal_, tenant, case_id, true));
        ASSIGN_OR_RETURN(const CaseChange change, decide(before));
        const ActUse use{.tenant = std::string(tenant),
                         .act_id = act_id,
                         .kind = v1::ACT_KIND_REMOVE_EXCLUSION,
                         .resource = id::Name("cases", case_id),
                         .resource_version = before.access_version,
                         .fields = fields};
        RETURN_IF_ERROR(UseAct(tx, seal_, content_, marks_, use, person, {&before.access},
                               {change.who, change.action})
                            .status());
        ASSIGN_OR_RETURN(sealing::DataKey key, content_.KeyBeside(tx, before, call.deadline));
        RETURN_IF_ERROR(UpdateCase(tx, seal_, before, change));
        return Answered{ToProto(change.row.access), std::move(key)};
      });
}

absl::Status SqlActStore::UseForIdentity(const CallKey& call, const ActCaller& caller,
                                         std::string_view tenant, const id::Id& report_id,
                                         const id::Id& act_id, const std::string& person,
                                         Admit admit) {
  return idempotency::RespondOnce<v1::UseIdentityActResponse>(
             transactor_, clock_, call.deadline, call.key, call.digest,
             [&](db::Tx& tx) -> absl::StatusOr<v1::UseIdentityActResponse> {
               ASSIGN_OR_RETURN(
                   const db::Rows rows,
                   tx.Query(kSelectCaseOfReport, db::Params().Add(report_id).Add(tenant)));
               if (rows.empty()) return status::NotFound("case");
               ASSIGN_OR_RETURN(const CaseRow row,
                                SelectCase(tx, seal_, tenant, rows[0].GetBytes(0), true));
               RETURN_IF_ERROR(admit(row));
               const ActUse use{.tenant = std::string(tenant),
                                .act_id = act_id,
                                .kind = v1::ACT_KIND_UNSEAL_IDENTITY,
                                .resource = id::Name("cases", row.case_id),
                                .resource_version = row.access_version,
                                .fields = {{"report", id::Name("reports", report_id)}}};
               RETURN_IF_ERROR(
                   UseAct(tx, seal_, content_, marks_, use, person, {&row.access}, caller)
                       .status());
               return v1::UseIdentityActResponse();
             })
      .status();
}

}  // namespace mamori::triage
