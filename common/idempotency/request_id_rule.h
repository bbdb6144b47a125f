// The rule for request ids, for the pure validation code: nothing here knows of a database.
#ifndef MAMORI_COMMON_IDEMPOTENCY_REQUEST_ID_RULE_H_
#define MAMORI_COMMON_IDEMPOTENCY_REQUEST_ID_RULE_H_

#include <string_view>

#include "common/status/errors.h"

namespace mamori::idempotency {

// Adds a violation unless `value` is 8 to 64 characters of [A-Za-z0-9_-].
void ValidateRequestId(status::Violations& violations, std::string_view path,
                       std::string_view value);

}  // namespace mamori::idempotency

#endif  // MAMORI_COMMON_IDEMPOTENCY_REQUEST_ID_RULE_H_
