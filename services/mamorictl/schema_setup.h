// What surrounds migrations: the schema itself, the service's user, and what that user may do.
#ifndef MAMORI_SERVICES_MAMORICTL_SCHEMA_SETUP_H_
#define MAMORI_SERVICES_MAMORICTL_SCHEMA_SETUP_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/pool.h"

namespace mamori::ctl {

struct SchemaSetup {
  db::PoolOptions admin;  // without a schema
  std::string schema;
  std::string directory;  // of migrations
  bool create = false;
  std::string user;  // the service's
  std::string user_password;
  std::string grants_file;
};

// Creates what is missing; an existing user gets the password. INVALID_ARGUMENT for a name that is
// no plain identifier.
absl::Status CreateSchemaAndUser(const SchemaSetup& setup);

// Grants what the file says, each for `{user}` in `{schema}`. Takes nothing away.
absl::Status ApplyGrants(const SchemaSetup& setup);

// The statements of a grants file with the names put in. INVALID_ARGUMENT when one is not a GRANT.
absl::StatusOr<std::vector<std::string>> GrantStatements(const std::string& text,
                                                         const std::string& schema,
                                                         const std::string& user);

// A string literal: quotes doubled, backslashes doubled.
std::string SqlText(const std::string& text);

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_SCHEMA_SETUP_H_
