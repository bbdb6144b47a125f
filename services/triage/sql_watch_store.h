// WatchStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_WATCH_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_WATCH_STORE_H_

#include "common/db/transaction.h"
#include "common/time/clock.h"
#include "services/triage/watch_store.h"

namespace mamori::triage {

class SqlWatchStore final : public WatchStore {
 public:
  SqlWatchStore(db::Transactor& transactor, const time::Clock& clock)
      : transactor_(transactor), clock_(clock) {}

  absl::StatusOr<WatchHead> Head(absl::Time deadline) override;
  absl::StatusOr<int64_t> Sequence(int limit, absl::Time deadline) override;
  absl::StatusOr<std::vector<WatchEntry>> Read(std::string_view tenant, int64_t after, int64_t upto,
                                               int limit, absl::Time deadline) override;
  absl::StatusOr<int64_t> Prune(absl::Time before, int limit, absl::Time deadline) override;
  absl::StatusOr<int64_t> PruneAnswers(absl::Time before, int limit, absl::Time deadline) override;

 private:
  db::Transactor& transactor_;
  const time::Clock& clock_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_WATCH_STORE_H_
