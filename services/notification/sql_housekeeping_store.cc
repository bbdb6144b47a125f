#include "services/notification/sql_housekeeping_store.h"

#include "common/idempotency/request_id.h"
#include "common/status/macros.h"
#include "mamori/v1/notification.pb.h"

namespace mamori::notification {
namespace {

constexpr char kPruneDeliveries[] =
    "DELETE FROM delivery WHERE state = ? AND channel = ? AND due_time < ? ORDER BY due_time LIMIT "
    "?";
constexpr char kPruneNotifications[] =
    "DELETE FROM notification WHERE create_time < ? ORDER BY create_time LIMIT ?";

constexpr int kBatch = 200;
constexpr absl::Duration kBudget = absl::Seconds(5);

}  // namespace

absl::StatusOr<int64_t> SqlHousekeepingStore::PruneOnce() {
  const absl::Time now = clock_.Now();
  db::TransactionOptions options;
  options.deadline = now + kBudget;
  options.settles_unknown_commit = true;
  int64_t pruned = 0;
  for (const auto state : {mamori::v1::DELIVERY_STATE_SENT, mamori::v1::DELIVERY_STATE_DEAD,
                           mamori::v1::DELIVERY_STATE_UNKNOWN}) {
    for (const auto channel :
         {mamori::v1::DELIVERY_CHANNEL_MAIL, mamori::v1::DELIVERY_CHANNEL_WEBHOOK}) {
      db::Params params;
      params.Add(static_cast<int>(state)).Add(static_cast<int>(channel));
      params.Add(now - kDeliveryRetention).Add(kBatch);
      ASSIGN_OR_RETURN(const int64_t some, transactor_.Run<int64_t>(options, [&](db::Tx& tx) {
        return tx.Execute(kPruneDeliveries, params);
      }));
      pruned += some;
    }
  }
  db::Params params;
  params.Add(now - kNotificationRetention).Add(kBatch);
  ASSIGN_OR_RETURN(const int64_t notifications, transactor_.Run<int64_t>(options, [&](db::Tx& tx) {
    return tx.Execute(kPruneNotifications, params);
  }));
  ASSIGN_OR_RETURN(const int64_t answers, transactor_.Run<int64_t>(options, [&](db::Tx& tx) {
    return idempotency::PruneAnswers(tx, now - idempotency::kRetention, kBatch);
  }));
  return pruned + notifications + answers;
}

}  // namespace mamori::notification
