// What the typed configuration means to the rooms that it configures: defaults are given here,
// once.
#ifndef MAMORI_COMMON_CONFIG_OPTIONS_H_
#define MAMORI_COMMON_CONFIG_OPTIONS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/config/textproto.h"
#include "common/db/pool.h"
#include "common/outbox/relay.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::config {

// `value`, or `if_zero` for a number that is not set.
template <typename T>
T Or(T value, T if_zero) {
  return value == 0 ? if_zero : value;
}

// A duration, or `if_unset`.
template <typename Duration>
absl::Duration Or(bool has, const Duration& duration, absl::Duration if_unset) {
  return ToDuration(has, duration.seconds(), duration.nanos(), if_unset);
}

// INVALID_ARGUMENT for a duration that is set and no time at all: left out means a default, and
// zero would be a loop without a rest, or a limit that nothing keeps.
template <typename Duration>
absl::Status CheckPositive(const char* field, bool has, const Duration& duration) {
  if (Or(has, duration, absl::Nanoseconds(1)) > absl::ZeroDuration()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, ": not above zero; leave it out for the default"));
}
// The same for a count, which may be 0 for its default.
absl::Status CheckCount(const char* field, int64_t count);

// INVALID_ARGUMENT names the field that is missing or wrong.
absl::Status CheckDatabase(const v1::Database& database);
absl::Status CheckOutbox(const v1::Outbox& outbox);
// For services that give out page tokens. Looks at the key's file, as crypto::CheckKeyFile.
absl::Status CheckPageTokenKey(const v1::Server& server);

// For handlers and `worker_connections` of the service's own threads. Reads the password's file:
// NOT_FOUND, FAILED_PRECONDITION or INVALID_ARGUMENT as ReadSecret.
absl::StatusOr<db::PoolOptions> PoolOptionsOf(const v1::Database& database, int worker_connections);

outbox::RelayOptions RelayOptionsOf(const v1::Outbox& outbox);

}  // namespace mamori::config

#endif  // MAMORI_COMMON_CONFIG_OPTIONS_H_
