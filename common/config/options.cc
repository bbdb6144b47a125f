#include "common/config/options.h"

#include "common/crypto/key_arena.h"
#include "common/status/macros.h"

namespace mamori::config {

absl::Status CheckDatabase(const v1::Database& database) {
  const auto wrong = [](const char* what) { return absl::InvalidArgumentError(what); };
  if (database.address().empty()) return wrong("database.address: empty, want host:port");
  if (database.user().empty()) return wrong("database.user: empty, want a user");
  if (database.schema().empty()) return wrong("database.schema: empty, want a schema");
  if (database.password_file().empty()) return wrong("database.password_file: empty, want a file");
  if (database.tls_ca_file().empty() != database.plain()) {
    return wrong(database.plain() ? "database.plain: set beside tls_ca_file, want one of them"
                                  : "database.tls_ca_file: empty, want a PEM file");
  }
  return CheckCount("database.max_connections", database.max_connections());
}

absl::Status CheckPageTokenKey(const v1::Server& server) {
  if (server.page_token_key_file().empty()) {
    return absl::InvalidArgumentError("server.page_token_key_file: empty, want a file");
  }
  return crypto::CheckKeyFile(server.page_token_key_file());
}

absl::Status CheckCount(const char* field, int64_t count) {
  if (count >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, ": negative"));
}

absl::Status CheckOutbox(const v1::Outbox& outbox) {
  RETURN_IF_ERROR(CheckCount("outbox.lease_seconds", outbox.lease_seconds()));
  RETURN_IF_ERROR(CheckCount("outbox.max_depth", outbox.max_depth()));
  RETURN_IF_ERROR(CheckPositive("outbox.max_age", outbox.has_max_age(), outbox.max_age()));
  return CheckPositive("outbox.poll_interval", outbox.has_poll_interval(), outbox.poll_interval());
}

absl::StatusOr<db::PoolOptions> PoolOptionsOf(const v1::Database& database,
                                              int worker_connections) {
  db::PoolOptions options;
  options.host = database.address();
  options.user = database.user();
  options.schema = database.schema();
  options.tls_ca_file = database.tls_ca_file();
  ASSIGN_OR_RETURN(options.password, ReadSecret(database.password_file()));
  options.max_connections = Or(database.max_connections(), 8) + worker_connections;
  return options;
}

outbox::RelayOptions RelayOptionsOf(const v1::Outbox& outbox) {
  outbox::RelayOptions options;
  options.lease = absl::Seconds(Or(outbox.lease_seconds(), 5));
  // Below the lease, so that nobody else takes the rows while the receiver still works on them.
  options.publish_timeout = options.lease * 0.8;
  options.poll_interval =
      Or(outbox.has_poll_interval(), outbox.poll_interval(), options.poll_interval);
  options.paused = outbox.paused();
  return options;
}

}  // namespace mamori::config
