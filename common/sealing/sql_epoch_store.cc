#include "common/sealing/sql_epoch_store.h"

#include "common/status/macros.h"

namespace mamori::sealing {
namespace {

constexpr char kSelect[] = "SELECT wrapped FROM epoch_key WHERE epoch_id = ? AND tenant = ?";
constexpr char kInsert[] = "INSERT INTO epoch_key (epoch_id, tenant, wrapped) VALUES (?, ?, ?)";
// Once a tenant, epoch and process.
constexpr absl::Duration kTimeout = absl::Seconds(5);

}  // namespace

absl::StatusOr<std::optional<std::string>> SqlEpochStore::Find(std::string_view epoch_id,
                                                               std::string_view tenant) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   transactor_.Run<db::Rows>(
                       {.deadline = clock_.Now() + kTimeout, .read_only = true}, [&](db::Tx& tx) {
                         return tx.Query(kSelect, db::Params().Add(epoch_id).Add(tenant));
                       }));
  if (rows.empty()) return std::nullopt;
  return rows[0].GetBytes(0);
}

absl::StatusOr<std::string> SqlEpochStore::Add(std::string_view epoch_id, std::string_view tenant,
                                               std::string_view wrapped) {
  const absl::Status added = transactor_.Run(
      {.deadline = clock_.Now() + kTimeout, .settles_unknown_commit = true}, [&](db::Tx& tx) {
        return tx.ExecuteExpecting(1, kInsert, db::Params().Add(epoch_id).Add(tenant).Add(wrapped));
      });
  if (!added.ok() && !absl::IsAlreadyExists(added)) return added;
  ASSIGN_OR_RETURN(std::optional<std::string> stored, Find(epoch_id, tenant));
  if (!stored) return absl::InternalError("an epoch key that was stored is not there");
  return *std::move(stored);
}

}  // namespace mamori::sealing
