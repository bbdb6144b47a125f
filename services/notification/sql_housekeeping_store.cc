#include "services/notification/sql_housekeeping_store.h"

#include "common/idempotency/request_id.h"
#include "common/status/macros.h"
#include "mamori/v1/notification.pb.h"

namespace mamori::notification {
namespace {

constexpr char kPruneDeliveries[] =
    "DELETE FROM delivery WHERE state = ? AND channel = ? AND urgency = ? AND due_time < ?"
    " ORDER BY due_time LIMIT ?";
constexpr char kPruneNotifications[] =
    "DELETE FROM notification WHERE create_time < ? ORDER BY create_time LIMIT ?";

constexpr absl::Duration kBudget = absl::Seconds(5);

}  // namespace

absl::StatusOr<bool> SqlHousekeepingStore::RunOnce() {
  const absl::Time now = clock_.Now();
  bool more = false;
  for (const auto state :
       {mamori::v1::DELIVERY_STATE_SENT, mamori::v1::DELIVERY_STATE_DEAD,
        mamori::v1::DELIVERY_STATE_UNKNOWN, mamori::v1::DELIVERY_STATE_SUPPRESSED}) {
    for (const auto channel :
         {mamori::v1::DELIVERY_CHANNEL_MAIL, mamori::v1::DELIVERY_CHANNEL_WEBHOOK}) {
      for (const auto urgency :
           {mamori::v1::URGENCY_NORMAL, mamori::v1::URGENCY_HIGH, mamori::v1::URGENCY_PAGE}) {
        db::Params params;
        params.Add(static_cast<int>(state)).Add(static_cast<int>(channel));
        params.Add(static_cast<int>(urgency)).Add(now - kDeliveryRetention).Add(options_.batch);
        RETURN_IF_ERROR(Delete(kPruneDeliveries, params, more));
      }
    }
  }
  db::Params params;
  params.Add(now - kNotificationRetention).Add(options_.batch);
  RETURN_IF_ERROR(Delete(kPruneNotifications, params, more));
  ASSIGN_OR_RETURN(const int64_t answers, transactor_.Run<int64_t>(Transaction(), [&](db::Tx& tx) {
    return idempotency::PruneAnswers(tx, now - idempotency::kRetention, options_.batch);
  }));
  more |= answers >= options_.batch;
  if (more) sleeper_.Sleep(options_.pause);
  return more;
}

absl::Status SqlHousekeepingStore::Delete(const char* sql, const db::Params& params, bool& more) {
  ASSIGN_OR_RETURN(const int64_t rows, transactor_.Run<int64_t>(Transaction(), [&](db::Tx& tx) {
    return tx.Execute(sql, params);
  }));
  more |= rows >= options_.batch;
  return absl::OkStatus();
}

db::TransactionOptions SqlHousekeepingStore::Transaction() const {
  return {.deadline = clock_.Now() + kBudget, .settles_unknown_commit = true};
}

}  // namespace mamori::notification
