// IngestStore on the tables inbox, notification, delivery and timer; reads webhook_endpoint.
#ifndef MAMORI_SERVICES_NOTIFICATION_SQL_INGEST_STORE_H_
#define MAMORI_SERVICES_NOTIFICATION_SQL_INGEST_STORE_H_

#include <vector>

#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "common/id/id.h"
#include "services/notification/ingest_store.h"

namespace mamori::notification {

class SqlIngestStore final : public IngestStore {
 public:
  SqlIngestStore(db::Transactor& transactor, id::IdSource& ids, const audit::Journal& journal)
      : transactor_(transactor), ids_(ids), journal_(journal) {}

  std::vector<absl::Status> Apply(absl::Span<const RoutedEvent> events, absl::Time now,
                                  absl::Time deadline) override;

 private:
  absl::Status ApplyEffects(db::Tx& tx, const std::vector<const RoutedEvent*>& events,
                            absl::Time now);

  db::Transactor& transactor_;
  id::IdSource& ids_;
  const audit::Journal& journal_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_SQL_INGEST_STORE_H_
