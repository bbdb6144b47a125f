#include "common/policy/sql_policy_store.h"

#include <utility>

#include "common/status/macros.h"

namespace mamori::policy {
namespace {

constexpr char kSelectBytes[] = "SELECT bytes FROM policy_version WHERE digest = ?";
constexpr char kInsert[] =
    "INSERT INTO policy_version (digest, bytes, create_time) VALUES (?, ?, ?)";

// Versions are read and written at start and on first use: a stuck database must not hold those up
// for ever.
constexpr absl::Duration kBudget = absl::Seconds(5);

absl::StatusOr<std::string> Select(db::Tx& tx, std::string_view digest) {
  ASSIGN_OR_RETURN(db::Rows rows, tx.Query(kSelectBytes, db::Params().Add(digest)));
  if (rows.empty()) return absl::NotFoundError("no such policy version");
  return rows[0].GetBytes(0);
}

}  // namespace

db::TransactionOptions SqlPolicyStore::Options() const {
  return {.deadline = clock_.Now() + kBudget};
}

absl::Status SqlPolicyStore::Put(const PolicyVersion& version) {
  db::TransactionOptions options = Options();
  options.settles_unknown_commit = true;
  const absl::Status status = transactor_.Run(options, [&](db::Tx& tx) -> absl::Status {
    const absl::StatusOr<std::string> stored = Select(tx, version.digest);
    if (!absl::IsNotFound(stored.status())) return stored.status();
    return tx.ExecuteExpecting(
        1, kInsert, db::Params().Add(version.digest).Add(version.bytes).Add(clock_.Now()));
  });
  // Another replica was faster; the digest says that it stored the same.
  return absl::IsAlreadyExists(status) ? absl::OkStatus() : status;
}

absl::StatusOr<std::string> SqlPolicyStore::GetBytes(std::string_view digest) {
  db::TransactionOptions options = Options();
  options.read_only = true;
  return transactor_.Run<std::string>(options, [&](db::Tx& tx) { return Select(tx, digest); });
}

}  // namespace mamori::policy
