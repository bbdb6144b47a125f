// For acts that a person must have authenticated for strongly and just now.
#ifndef MAMORI_COMMON_SERVER_STEP_UP_H_
#define MAMORI_COMMON_SERVER_STEP_UP_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/server/caller.h"

namespace mamori::server {

inline constexpr absl::Duration kStepUpAge = absl::Minutes(5);

// PERMISSION_DENIED (STEP_UP_REQUIRED) unless the person authenticated at most 5 minutes before
// `now`, in a way that the configuration accepts for it (People.step_up_acr). Ask it only of
// someone who may see what the act is about: others get NOT_FOUND. Pure.
absl::Status RequireStepUp(const CallContext& call, absl::Time now);

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_STEP_UP_H_
