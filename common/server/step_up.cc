#include "common/server/step_up.h"

#include "common/status/errors.h"

namespace mamori::server {

absl::Status RequireStepUp(const CallContext& call, absl::Time now) {
  // An issuer's clock may be a little ahead (the token's own check bounds it): that is not older.
  if (!call.person.empty() && call.strong && now - call.auth_time <= kStepUpAge) {
    return absl::OkStatus();
  }
  return status::Error(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_STEP_UP_REQUIRED,
                       "the person must authenticate again, strongly enough, for this act");
}

}  // namespace mamori::server
