// AccessStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_ACCESS_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_ACCESS_STORE_H_

#include "common/db/transaction.h"
#include "services/triage/access_seal.h"
#include "services/triage/access_store.h"

namespace mamori::triage {

class SqlAccessStore final : public AccessStore {
 public:
  SqlAccessStore(db::Transactor& transactor, const AccessSeal& seal)
      : transactor_(transactor), seal_(seal) {}

  absl::StatusOr<Records> ReadByCase(std::string_view tenant, const std::vector<id::Id>& case_ids,
                                     absl::Time deadline) override;
  absl::StatusOr<Records> ReadByReport(std::string_view tenant,
                                       const std::vector<id::Id>& report_ids,
                                       absl::Time deadline) override;

 private:
  absl::StatusOr<Records> Read(const char* head, std::string_view tenant,
                               const std::vector<id::Id>& ids, absl::Time deadline);

  db::Transactor& transactor_;
  const AccessSeal& seal_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_ACCESS_STORE_H_
