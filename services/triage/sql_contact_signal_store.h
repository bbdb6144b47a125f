// ContactSignalStore on the service's own tables.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_CONTACT_SIGNAL_STORE_H_
#define MAMORI_SERVICES_TRIAGE_SQL_CONTACT_SIGNAL_STORE_H_

#include <vector>

#include "common/db/transaction.h"
#include "common/time/clock.h"
#include "services/triage/access_seal.h"
#include "services/triage/contact_signal_store.h"

namespace mamori::triage {

class SqlContactSignalStore final : public ContactSignalStore {
 public:
  SqlContactSignalStore(db::Transactor& transactor, const time::Clock& clock,
                        const AccessSeal& seal)
      : transactor_(transactor), clock_(clock), seal_(seal) {}

  absl::StatusOr<std::vector<CrossingRow>> List(std::string_view tenant, const Filter& filter,
                                                const std::optional<CasePosition>& after, int limit,
                                                absl::Time deadline) override;
  absl::StatusOr<mamori::v1::Case> Open(const CallKey& call, std::string_view tenant,
                                        const id::Id& crossing_id, Decide decide) override;
  absl::StatusOr<v1::ContactSignal> Change(const CallKey& call, std::string_view tenant,
                                           const id::Id& crossing_id, Decide decide,
                                           Answer answer) override;

 private:
  absl::StatusOr<Decision> DecideOne(db::Tx& tx, std::string_view tenant, const id::Id& crossing_id,
                                     Decide decide);

  db::Transactor& transactor_;
  const time::Clock& clock_;
  const AccessSeal& seal_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_CONTACT_SIGNAL_STORE_H_
