#include "services/intake/housekeeping.h"

#include "common/idempotency/request_id.h"
#include "common/status/macros.h"

namespace mamori::intake {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(5);

}  // namespace

absl::StatusOr<bool> Housekeeping::RunOnce() {
  const absl::Time now = clock_.Now();
  ASSIGN_OR_RETURN(const int64_t deleted, store_.PruneAnswers(now - idempotency::kRetention,
                                                              options_.batch, now + kTimeout));
  const bool more = deleted == options_.batch;
  if (more) sleeper_.Sleep(options_.pause);
  return more;
}

}  // namespace mamori::intake
