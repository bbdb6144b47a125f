// TenantRecordStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_TENANT_RECORD_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_TENANT_RECORD_STORE_H_

#include <optional>
#include <string_view>
#include <vector>

#include "common/db/transaction.h"
#include "common/sealing/sealer.h"
#include "common/time/clock.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_content.h"
#include "services/triage/tenant_record_store.h"
#include "services/triage/time_marks.h"

namespace mamori::triage {

class SqlTenantRecordStore final : public TenantRecordStore {
 public:
  SqlTenantRecordStore(db::Transactor& transactor, const time::Clock& clock, const AccessSeal& seal,
                       const sealing::Sealer& sealer, const TimeMarks& marks)
      : transactor_(transactor), clock_(clock), seal_(seal), content_(sealer), marks_(marks) {}

  absl::StatusOr<id::Id> Add(const CallKey& call, const ActCaller& caller, const RecordKind& kind,
                             const TenantRecord& record) override;
  absl::Status Change(const CallKey& call, const ActCaller& caller, const RecordKind& kind,
                      std::string_view tenant, const id::Id& record_id, Decide decide) override;
  absl::StatusOr<TenantRecord> Get(const RecordKind& kind, std::string_view tenant,
                                   const id::Id& record_id, absl::Time deadline) override;
  absl::StatusOr<std::vector<TenantRecord>> List(const RecordKind& kind, std::string_view tenant,
                                                 const std::optional<CasePosition>& position,
                                                 int limit, absl::Time deadline) override;

 private:
  db::Transactor& transactor_;
  const time::Clock& clock_;
  const AccessSeal& seal_;
  const CaseContent content_;
  const TimeMarks& marks_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_TENANT_RECORD_STORE_H_
