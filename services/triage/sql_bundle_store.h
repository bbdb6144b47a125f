#ifndef MAMORI_SERVICES_TRIAGE_SQL_BUNDLE_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_BUNDLE_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "common/db/transaction.h"
#include "common/sealing/sealer.h"
#include "services/triage/access_seal.h"
#include "services/triage/bundle_store.h"
#include "services/triage/case_content.h"

namespace mamori::triage {

class SqlBundleStore final : public BundleStore {
 public:
  SqlBundleStore(db::Transactor& transactor, const AccessSeal& seal, const sealing::Sealer& sealer)
      : transactor_(transactor), seal_(seal), content_(sealer) {}

  absl::StatusOr<CaseRow> Record(std::string_view tenant, const id::Id& case_id,
                                 const audit::Who& who, const std::string& action, NoteRow purpose,
                                 Admit admit, absl::Time deadline) override;
  absl::StatusOr<std::vector<JoinedReport>> ListReports(const CaseRow& row,
                                                        absl::Time deadline) override;
  absl::StatusOr<std::vector<CommittedRow>> ListCommitted(const CaseRow& row,
                                                          absl::Time deadline) override;

 private:
  absl::StatusOr<db::Rows> Read(const CaseRow& row, const char* sql, absl::Time deadline);

  db::Transactor& transactor_;
  const AccessSeal& seal_;
  const CaseContent content_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_BUNDLE_STORE_H_
