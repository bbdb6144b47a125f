// Fires the timers of escalation chains: the next step's deliveries are made in the transaction
// that consumes the timer, so a step is taken once however many replicas there are.
#ifndef MAMORI_SERVICES_NOTIFICATION_SQL_ESCALATION_STORE_H_
#define MAMORI_SERVICES_NOTIFICATION_SQL_ESCALATION_STORE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/policy/policy_catalog.h"
#include "common/time/clock.h"
#include "common/worker/timer.h"

namespace mamori::notification {

class SqlEscalationStore {
 public:
  SqlEscalationStore(db::Transactor& transactor, policy::PolicyCatalog& policies,
                     const time::Clock& clock, id::IdSource& ids)
      : transactor_(transactor), policies_(policies), clock_(clock), ids_(ids) {}

  // Fires what is due, a small batch at most in one transaction. How many deliveries were made and
  // timers consumed. A timer that cannot be fired is put off, so that it does not hold up those
  // behind it.
  struct Fired {
    int timers = 0;
    int deliveries = 0;
  };
  absl::StatusOr<Fired> FireDue();

 private:
  absl::StatusOr<Fired> FireFirst(int limit, absl::Time now);
  absl::StatusOr<Fired> FireOneByOne(absl::Time now);
  // How many deliveries the step got. `due` is now by the database's clock, which timers go by.
  absl::StatusOr<int> Fire(db::Tx& tx, const worker::Timer& timer, absl::Time now, absl::Time due);

  db::Transactor& transactor_;
  policy::PolicyCatalog& policies_;
  const time::Clock& clock_;
  id::IdSource& ids_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_SQL_ESCALATION_STORE_H_
