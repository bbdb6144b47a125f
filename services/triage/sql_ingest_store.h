// IngestStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_INGEST_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_INGEST_STORE_H_

#include "common/db/transaction.h"
#include "common/outbox/inbox.h"
#include "common/time/clock.h"
#include "services/triage/access_seal.h"
#include "services/triage/case_content.h"
#include "services/triage/ingest_store.h"
#include "services/triage/sql_case_rows.h"

namespace mamori::triage {

class SqlIngestStore final : public IngestStore {
 public:
  SqlIngestStore(db::Transactor& transactor, const time::Clock& clock, const AccessSeal& seal,
                 const sealing::Sealer& sealer)
      : transactor_(transactor), clock_(clock), seal_(seal), content_(sealer) {}

  absl::StatusOr<std::map<id::Id, std::string>> FindDigests(std::string_view tenant,
                                                            const std::vector<id::Id>& case_ids,
                                                            const std::vector<id::Id>& report_ids,
                                                            absl::Time deadline) override;
  absl::StatusOr<std::map<id::Id, ContactCount>> CountContacts(
      std::string_view tenant, const std::vector<id::Id>& report_ids, absl::Time deadline) override;
  std::vector<absl::Status> Apply(absl::Span<const IngestItem> items, absl::Time deadline) override;

 private:
  db::Transactor& transactor_;
  const time::Clock& clock_;
  const AccessSeal& seal_;
  const CaseContent content_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_INGEST_STORE_H_
