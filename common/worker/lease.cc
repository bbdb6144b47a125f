#include "common/worker/lease.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "common/db/database_time.h"
#include "common/status/macros.h"

namespace mamori::worker {
namespace {

constexpr char kLock[] = "SELECT holder, fence, expire_time <= " MAMORI_DATABASE_NOW
                         " FROM lease WHERE name = ? FOR UPDATE";
constexpr char kInsert[] =
    "INSERT INTO lease (name, holder, fence, expire_time)"
    " VALUES (?, ?, 1, " MAMORI_DATABASE_NOW " + ?)";
constexpr char kRenew[] = "UPDATE lease SET expire_time = " MAMORI_DATABASE_NOW
                          " + ? WHERE name = ? AND holder = ? AND fence = ?";
constexpr char kLockAll[] = "SELECT name, holder, fence FROM lease WHERE name IN (";
constexpr char kRenewAll[] =
    "UPDATE lease SET expire_time = " MAMORI_DATABASE_NOW " + ? WHERE holder = ? AND (";
constexpr char kOne[] = "(name = ? AND fence = ?)";
constexpr char kTake[] =
    "UPDATE lease SET holder = ?, fence = ?, expire_time = " MAMORI_DATABASE_NOW
    " + ? WHERE name = ? AND fence = ?";
constexpr char kRelease[] =
    "UPDATE lease SET expire_time = 0 WHERE name = ? AND holder = ? AND fence = ?";

}  // namespace

absl::StatusOr<std::optional<Lease>> TryAcquire(db::Tx& tx, std::string_view name,
                                                std::string_view holder, absl::Duration ttl) {
  Lease lease{std::string(name), std::string(holder), 1};
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kLock, db::Params().Add(name)));
  if (rows.empty()) {
    const absl::Status inserted =
        tx.Execute(kInsert, db::Params().Add(name).Add(holder).Add(absl::ToInt64Microseconds(ttl)))
            .status();
    // Another made the row first and has the lease.
    if (absl::IsAlreadyExists(inserted)) return std::optional<Lease>();
    RETURN_IF_ERROR(inserted);
    return std::optional<Lease>(std::move(lease));
  }
  const std::string& current = rows[0].GetBytes(0);
  const int64_t fence = rows[0].GetInt64(1);
  if (current == holder) {
    lease.fence = fence;
    RETURN_IF_ERROR(tx.ExecuteExpecting(
        1, kRenew,
        db::Params().Add(absl::ToInt64Microseconds(ttl)).Add(name).Add(holder).Add(fence)));
    return std::optional<Lease>(std::move(lease));
  }
  const bool over = rows[0].GetInt64(2) != 0;
  if (!over) return std::optional<Lease>();
  lease.fence = fence + 1;
  db::Params params;
  params.Add(holder).Add(lease.fence).Add(absl::ToInt64Microseconds(ttl)).Add(name).Add(fence);
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kTake, params));
  return std::optional<Lease>(std::move(lease));
}

absl::Status CheckFences(db::Tx& tx, const std::vector<Lease>& leases) {
  if (leases.empty()) return absl::OkStatus();
  db::Params names;
  for (const Lease& lease : leases) names.Add(lease.name);
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kLockAll, db::Placeholders(leases.size()),
                                         ") ORDER BY name FOR UPDATE"),
                            names));
  std::map<std::string, std::pair<std::string, int64_t>> stored;
  for (const db::Row& row : rows) stored[row.GetBytes(0)] = {row.GetBytes(1), row.GetInt64(2)};
  for (const Lease& lease : leases) {
    const auto found = stored.find(lease.name);
    if (found == stored.end() || found->second != std::pair(lease.holder, lease.fence)) {
      return absl::FailedPreconditionError("the lease is another's by now");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> RenewAll(db::Tx& tx, const std::vector<Lease>& leases, absl::Duration ttl) {
  if (leases.empty()) return true;
  std::string sql = kRenewAll;
  db::Params params;
  params.Add(absl::ToInt64Microseconds(ttl)).Add(leases.front().holder);
  for (const Lease& lease : leases) {
    absl::StrAppend(&sql, &lease == &leases.front() ? "" : " OR ", kOne);
    params.Add(lease.name).Add(lease.fence);
  }
  ASSIGN_OR_RETURN(const int64_t found, tx.Execute(sql + ")", params));
  return found == static_cast<int64_t>(leases.size());
}

absl::Status Release(db::Tx& tx, const Lease& lease) {
  return tx.Execute(kRelease, db::Params().Add(lease.name).Add(lease.holder).Add(lease.fence))
      .status();
}

}  // namespace mamori::worker
