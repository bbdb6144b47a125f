#include "services/triage/housekeeping.h"

#include "common/idempotency/request_id.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

constexpr absl::Duration kBudget = absl::Seconds(5);

}  // namespace

absl::StatusOr<bool> Housekeeping::RunOnce() {
  const absl::Time now = clock_.Now();
  ASSIGN_OR_RETURN(const int64_t answers, store_.PruneAnswers(now - idempotency::kRetention,
                                                              options_.batch, now + kBudget));
  ASSIGN_OR_RETURN(const int64_t entries,
                   store_.Prune(now - kWatchRetention, options_.batch, now + kBudget));
  const bool more = answers >= options_.batch || entries >= options_.batch;
  if (more) sleeper_.Sleep(options_.pause);
  return more;
}

}  // namespace mamori::triage
