// StatisticsStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_STATISTICS_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_STATISTICS_STORE_H_

#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/time/clock.h"
#include "services/triage/statistics_store.h"

namespace mamori::triage {

class SqlStatisticsStore final : public StatisticsStore {
 public:
  SqlStatisticsStore(db::Transactor& transactor, const time::Clock& clock, id::IdSource& ids)
      : transactor_(transactor), clock_(clock), holder_(ids.NewId()) {}

  absl::StatusOr<v1::Statistics> Get(std::string_view tenant, int month,
                                     absl::Time deadline) override;
  absl::StatusOr<std::vector<v1::Statistics>> List(std::string_view tenant,
                                                   std::optional<int> before, int limit,
                                                   absl::Time deadline) override;
  absl::StatusOr<std::optional<worker::Lease>> TryLease(absl::Duration ttl) override;
  absl::StatusOr<std::vector<Published>> PublishedOfAll() override;
  absl::StatusOr<MonthCounts> Count(std::string_view tenant, absl::Time begin,
                                    absl::Time end) override;
  absl::StatusOr<std::vector<WorkRow>> Decided(std::string_view tenant, absl::Time begin,
                                               absl::Time end, const std::optional<WorkRow>& after,
                                               int limit) override;
  absl::Status Publish(const worker::Lease& lease, std::string_view tenant, int month,
                       const v1::Statistics& statistics, absl::Time now) override;

 private:
  db::Transactor& transactor_;
  const time::Clock& clock_;  // how long a transaction may take
  const std::string holder_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_STATISTICS_STORE_H_
