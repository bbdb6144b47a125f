#include "services/intake/request_forgetting.h"

#include "common/status/macros.h"
#include "services/intake/evidence_store.h"
#include "services/intake/message_store.h"

namespace mamori::intake {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(5);

}  // namespace

absl::StatusOr<bool> RequestForgetting::RunOnce() {
  const absl::Time now = clock_.Now();
  ASSIGN_OR_RETURN(const int64_t messages,
                   messages_.ForgetRequests(now, options_.batch, now + kTimeout));
  ASSIGN_OR_RETURN(const int64_t uploads,
                   evidence_.ForgetRequests(now, options_.batch, clock_.Now() + kTimeout));
  return messages == options_.batch || uploads == options_.batch;
}

}  // namespace mamori::intake
