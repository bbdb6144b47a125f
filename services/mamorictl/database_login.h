// How commands that read or change a database themselves are told to reach it.
#ifndef MAMORI_SERVICES_MAMORICTL_DATABASE_LOGIN_H_
#define MAMORI_SERVICES_MAMORICTL_DATABASE_LOGIN_H_

#include <CLI/CLI.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "common/db/pool.h"

namespace mamori::ctl {

struct DatabaseLogin {
  db::PoolOptions server;     // without a schema and a password
  std::string password_file;  // empty: none

  // The server with its password. The error of a file that cannot be read.
  absl::StatusOr<db::PoolOptions> Options() const;
};

// --database, required.
void AddDatabaseFlag(CLI::App& command, DatabaseLogin& login);
// --user, required and described by `user`; --password-file and --tls-ca.
void AddLoginFlags(CLI::App& command, const char* user, DatabaseLogin& login);

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_DATABASE_LOGIN_H_
