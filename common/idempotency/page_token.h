// Opaque page tokens: the position after which the next page begins, bound to the query it belongs
// to.
#ifndef MAMORI_COMMON_IDEMPOTENCY_PAGE_TOKEN_H_
#define MAMORI_COMMON_IDEMPOTENCY_PAGE_TOKEN_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mamori::idempotency {

// `filter_digest` names tenant, method and filter (Hash() of them); page size and token are no part
// of it. A token is not a secret and grants nothing: the query it continues is restricted by tenant
// all the same.
std::string EncodePageToken(std::string_view filter_digest, std::string_view position);

// The position; PageTokenInvalid() when the token is malformed or was made for another filter.
absl::StatusOr<std::string> DecodePageToken(std::string_view token, std::string_view filter_digest);

}  // namespace mamori::idempotency

#endif  // MAMORI_COMMON_IDEMPOTENCY_PAGE_TOKEN_H_
