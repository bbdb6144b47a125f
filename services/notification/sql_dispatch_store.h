// DispatchStore on the tables delivery, notification, webhook_endpoint and outbox.
#ifndef MAMORI_SERVICES_NOTIFICATION_SQL_DISPATCH_STORE_H_
#define MAMORI_SERVICES_NOTIFICATION_SQL_DISPATCH_STORE_H_

#include <map>
#include <string>
#include <vector>

#include "common/audit/journal.h"
#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/time/clock.h"
#include "services/notification/dispatch_store.h"

namespace mamori::notification {

class SqlDispatchStore final : public DispatchStore {
 public:
  SqlDispatchStore(db::Transactor& transactor, const time::Clock& clock, id::IdSource& ids,
                   const audit::Journal& journal)
      : transactor_(transactor), clock_(clock), ids_(ids), journal_(journal) {}

  absl::StatusOr<std::vector<Claim>> ClaimDue(mamori::v1::DeliveryChannel channel, int limit,
                                              const std::vector<std::string>& except,
                                              absl::Duration lease) override;
  absl::StatusOr<std::vector<Claim>> ClaimExpired(int limit, absl::Duration lease) override;
  absl::StatusOr<std::map<std::string, EndpointTarget>> Endpoints(
      const std::vector<std::string>& receivers, absl::Time now) override;
  absl::StatusOr<int> Settle(const std::vector<Settlement>& settlements, absl::Time now,
                             absl::Time deadline) override;

 private:
  db::TransactionOptions ClaimOptions() const;
  absl::Status SettleSent(db::Tx& tx, const std::vector<const Settlement*>& sent);
  // That nobody was told is in the audit of the notification.
  absl::Status RecordSuppressed(db::Tx& tx, const std::vector<const Settlement*>& suppressed);
  absl::Status AppendEvents(db::Tx& tx, const std::vector<const Settlement*>& settled,
                            absl::Time now);

  db::Transactor& transactor_;
  const time::Clock& clock_;
  id::IdSource& ids_;
  const audit::Journal& journal_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_SQL_DISPATCH_STORE_H_
