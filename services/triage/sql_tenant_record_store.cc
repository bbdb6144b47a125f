#include "services/triage/sql_tenant_record_store.h"

#include <string>
#include <utility>

#include "common/status/macros.h"
#include "services/triage/sql_tenant_record_rows.h"

namespace mamori::triage {

absl::StatusOr<id::Id> SqlTenantRecordStore::Add(const CallKey& call, const ActCaller& caller,
                                                 const RecordKind& kind,
                                                 const TenantRecord& record) {
  using Answered = CaseContent::Answered<std::string>;
  return content_.AnswerOnce(
      transactor_, clock_, call, record.tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        ASSIGN_OR_RETURN(sealing::DataKey key, content_.NewKey(record.tenant, call.deadline));
        RETURN_IF_ERROR(InsertRecord(tx, seal_, key, kind, record, caller));
        return Answered{record.record_id, std::move(key)};
      });
}

absl::Status SqlTenantRecordStore::Change(const CallKey& call, const ActCaller& caller,
                                          const RecordKind& kind, std::string_view tenant,
                                          const id::Id& record_id, Decide decide) {
  using Answered = CaseContent::Answered<std::string>;
  return content_
      .AnswerOnce(
          transactor_, clock_, call, tenant,
          [&](db::Tx& tx) -> absl::StatusOr<Answered> {
            ASSIGN_OR_RETURN(OpenedRecord before,
                             SelectRecord(tx, seal_, content_, kind, tenant, record_id, true));
            ASSIGN_OR_RETURN(const ActTime time, marks_.Read(tx));
            ASSIGN_OR_RETURN(std::string body, decide(before.record, Effective(time)));
            if (body != before.record.body) {
              RETURN_IF_ERROR(UpdateRecord(tx, seal_, kind, before, std::move(body), caller));
            }
            return Answered{record_id, std::move(before.key)};
          })
      .status();
}

absl::StatusOr<TenantRecord> SqlTenantRecordStore::Get(const RecordKind& kind,
                                                       std::string_view tenant,
                                                       const id::Id& record_id,
                                                       absl::Time deadline) {
  return transactor_.Run<TenantRecord>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<TenantRecord> {
        ASSIGN_OR_RETURN(OpenedRecord opened,
                         SelectRecord(tx, seal_, content_, kind, tenant, record_id, false));
        return std::move(opened.record);
      });
}

absl::StatusOr<std::vector<TenantRecord>> SqlTenantRecordStore::List(
    const RecordKind& kind, std::string_view tenant, const std::optional<CasePosition>& position,
    int limit, absl::Time deadline) {
  const RecordPage page{std::string(tenant), position, limit, deadline};
  return transactor_.Run<std::vector<TenantRecord>>(
      {.deadline = deadline, .read_only = true},
      [&](db::Tx& tx) { return SelectNewest(tx, seal_, content_, kind, page); });
}

}  // namespace mamori::triage
