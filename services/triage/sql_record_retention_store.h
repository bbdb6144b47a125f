// RecordRetentionStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_RECORD_RETENTION_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_RECORD_RETENTION_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/db/transaction.h"
#include "common/sealing/eraser.h"
#include "common/time/clock.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_content.h"
#include "services/triage/record_retention_store.h"
#include "services/triage/time_marks.h"

namespace mamori::triage {

class SqlRecordRetentionStore final : public RecordRetentionStore {
 public:
  SqlRecordRetentionStore(db::Transactor& transactor, const time::Clock& clock,
                          const AccessSeal& seal, const sealing::Sealer& sealer,
                          sealing::Eraser& eraser, const TimeMarks& marks)
      : transactor_(transactor),
        clock_(clock),
        seal_(seal),
        content_(sealer),
        eraser_(eraser),
        marks_(marks) {}

  absl::StatusOr<std::vector<RetainedRecord>> ListRetained(
      const RecordKind& kind, std::string_view tenant, absl::Time before,
      const std::optional<CasePosition>& position, int limit, absl::Time deadline) override;
  absl::StatusOr<RetainedRecord> Read(const RecordName& name, std::string_view tenant,
                                      absl::Time deadline) override;
  absl::StatusOr<v1::Disposition> Dispose(const CallKey& call, const ActCaller& caller,
                                          const RecordName& name, std::string_view tenant,
                                          const id::Id& act_id, const std::string& person,
                                          Decide decide) override;
  absl::StatusOr<v1::Disposition> GetDisposition(const RecordName& name, std::string_view tenant,
                                                 std::string_view person,
                                                 absl::Time deadline) override;

 private:
  // The whole of Dispose but for the key store's part; the certificate as it is stored.
  absl::StatusOr<v1::Disposition> DisposeIn(db::Tx& tx, const ActCaller& caller,
                                            const RecordName& name, std::string_view tenant,
                                            const id::Id& act_id, const std::string& person,
                                            Decide decide) const;
  absl::StatusOr<v1::Disposition> ReadDisposition(const RecordName& name, std::string_view tenant,
                                                  absl::Time deadline);

  db::Transactor& transactor_;
  const time::Clock& clock_;
  const AccessSeal& seal_;
  const CaseContent content_;
  sealing::Eraser& eraser_;
  const TimeMarks& marks_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_RECORD_RETENTION_STORE_H_
