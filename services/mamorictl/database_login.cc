#include "services/mamorictl/database_login.h"

#include "common/config/textproto.h"
#include "common/status/macros.h"

namespace mamori::ctl {

absl::StatusOr<db::PoolOptions> DatabaseLogin::Options() const {
  db::PoolOptions options = server;
  if (!password_file.empty()) {
    ASSIGN_OR_RETURN(options.password, config::ReadSecret(password_file));
  }
  return options;
}

void AddDatabaseFlag(CLI::App& command, DatabaseLogin& login) {
  command.add_option("--database", login.server.host, "host:port")
      ->envname("MAMORI_DATABASE")
      ->required();
}

void AddLoginFlags(CLI::App& command, const char* user, DatabaseLogin& login) {
  command.add_option("--user", login.server.user, user)
      ->envname("MAMORI_DATABASE_USER")
      ->required();
  command.add_option("--password-file", login.password_file, "File with its password")
      ->envname("MAMORI_DATABASE_PASSWORD_FILE");
  command
      .add_option("--tls-ca", login.server.tls_ca_file,
                  "PEM authority of the server; without it the connection is plain")
      ->envname("MAMORI_DATABASE_TLS_CA");
}

}  // namespace mamori::ctl
