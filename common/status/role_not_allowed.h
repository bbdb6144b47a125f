// The refusal of a person whose roles do not allow a call: the same words wherever it comes from.
#ifndef MAMORI_COMMON_STATUS_ROLE_NOT_ALLOWED_H_
#define MAMORI_COMMON_STATUS_ROLE_NOT_ALLOWED_H_

#include "absl/status/status.h"
#include "common/status/errors.h"

namespace mamori::status {

// PERMISSION_DENIED with reason ROLE_NOT_ALLOWED.
inline absl::Status RoleNotAllowed() {
  return Error(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_ROLE_NOT_ALLOWED,
               "no role of the person allows this");
}

}  // namespace mamori::status

#endif  // MAMORI_COMMON_STATUS_ROLE_NOT_ALLOWED_H_
