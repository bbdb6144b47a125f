#include "services/mamorictl/schema_setup.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/config/textproto.h"
#include "common/db/connection.h"

namespace mamori::ctl {
namespace {

bool IsIdentifier(const std::string& name) {
  return !name.empty() && name.size() <= 32 &&
         std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

absl::Status CheckNames(const SchemaSetup& setup) {
  if (IsIdentifier(setup.schema) && IsIdentifier(setup.user)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "schema and user are 1 to 32 letters, digits and underscores each");
}

// Runs statements outside of any schema; DDL and GRANT commit by themselves.
absl::Status RunAll(const SchemaSetup& setup, const std::vector<std::string>& statements) {
  const auto pool = db::Pool::Create(setup.admin);
  const auto connection = pool->Acquire(absl::InfiniteFuture());
  if (!connection.ok()) return connection.status();
  for (const std::string& statement : statements) {
    if (const absl::Status ran = (*connection)->Run(statement); !ran.ok()) return ran;
  }
  return absl::OkStatus();
}

}  // namespace

std::string SqlText(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}, {"\\", "\\\\"}}), "'");
}

absl::Status CreateSchemaAndUser(const SchemaSetup& setup) {
  if (const auto names = CheckNames(setup); !names.ok()) return names;
  const std::string secret = SqlText(setup.user_password);
  return RunAll(
      setup,
      {absl::StrCat("CREATE DATABASE IF NOT EXISTS ", setup.schema,
                    " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"),
       absl::StrCat("CREATE USER IF NOT EXISTS ", setup.user, "@'%' IDENTIFIED BY ", secret),
       absl::StrCat("ALTER USER ", setup.user, "@'%' IDENTIFIED BY ", secret, " REQUIRE SSL")});
}

absl::StatusOr<std::vector<std::string>> GrantStatements(const std::string& text,
                                                         const std::string& schema,
                                                         const std::string& user) {
  std::string code;
  for (const auto line : absl::StrSplit(text, '\n')) {
    if (!absl::StartsWith(absl::StripLeadingAsciiWhitespace(line), "--")) {
      absl::StrAppend(&code, line, "\n");
    }
  }
  std::vector<std::string> statements;
  for (const auto part : absl::StrSplit(code, ';')) {
    const auto statement = absl::StripAsciiWhitespace(part);
    if (statement.empty()) continue;
    if (!absl::StartsWithIgnoreCase(statement, "GRANT ") ||
        !absl::StrContains(statement, "{schema}.") || !absl::EndsWith(statement, " TO {user}")) {
      return absl::InvalidArgumentError(
          "a grants file holds statements \"GRANT … ON {schema}.table TO {user};\" alone");
    }
    statements.push_back(absl::StrReplaceAll(
        statement, {{"{schema}", schema}, {"{user}", absl::StrCat(user, "@'%'")}}));
  }
  return statements;
}

absl::Status ApplyGrants(const SchemaSetup& setup) {
  if (const auto names = CheckNames(setup); !names.ok()) return names;
  const auto text = config::ReadFile(setup.grants_file);
  if (!text.ok()) return text.status();
  const auto statements = GrantStatements(*text, setup.schema, setup.user);
  if (!statements.ok()) return statements.status();
  // Only grants are applied, never revoked: revoking would break a service that is running right
  // now. What a user has beyond its file is found by the test of the grants.
  return RunAll(setup, *statements);
}

}  // namespace mamori::ctl
