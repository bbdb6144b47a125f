#include "common/sealing/sql_key_store.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/db/in_list.h"
#include "common/status/macros.h"
#include "common/time/day.h"

namespace mamori::sealing {
namespace {

constexpr char kInsertBatches[] =
    "INSERT INTO key_batch (batch_id, tenant, key_encryption_id, create_time, wrapped) VALUES ";
constexpr char kSelectBatches[] =
    "SELECT batch_id, key_encryption_id, wrapped FROM key_batch WHERE batch_id IN (";
constexpr char kEraseKey[] =
    "UPDATE key_batch SET wrapped = INSERT(wrapped, ?, ?, ?) WHERE batch_id = ?";
// The list is added to; what stands there already was erased already.
constexpr char kInsertErased[] =
    "INSERT INTO erased_key (key_id, erase_time) SELECT ?, ? FROM DUAL"
    " WHERE NOT EXISTS (SELECT 1 FROM erased_key WHERE key_id = ?)";
constexpr char kSelectErased[] =
    "SELECT key_id FROM erased_key WHERE key_id > ? ORDER BY key_id LIMIT ?";
constexpr char kSelectToRewrap[] =
    "SELECT batch_id, tenant, wrapped FROM key_batch FORCE INDEX (by_key_encryption)"
    " WHERE key_encryption_id = ? ORDER BY batch_id LIMIT ? FOR UPDATE";
constexpr char kUpdateWrapped[] =
    "UPDATE key_batch SET key_encryption_id = ?, wrapped = ?"
    " WHERE batch_id = ? AND key_encryption_id = ?";

}  // namespace

absl::Status SqlKeyStore::Add(const std::vector<const KeyBatch*>& batches, absl::Time deadline) {
  // By day: a batch for anonymous reports would tell when one came.
  const absl::Time now = time::BeginOfDay(clock_.Now());
  const absl::Status added =
      transactor_.Run({.deadline = deadline, .settles_unknown_commit = true}, [&](db::Tx& tx) {
        return tx.InsertRows(kInsertBatches, batches.size(), [&](size_t i, db::Params& params) {
          params.AddView(batches[i]->batch_id)
              .AddView(batches[i]->tenant)
              .AddView(batches[i]->key_encryption_id)
              .Add(now)
              .AddView(batches[i]->wrapped);
        });
      });
  // Nobody else has these ids: an earlier try was committed, and all of it.
  return absl::IsAlreadyExists(added) ? absl::OkStatus() : added;
}

absl::StatusOr<StoredKeys> SqlKeyStore::Find(const std::vector<std::string>& key_ids,
                                             absl::Time deadline) {
  StoredKeys keys;
  std::map<std::string, std::set<std::pair<size_t, std::string>>, std::less<>> wanted;
  for (const std::string& id : key_ids) {
    ASSIGN_OR_RETURN(const size_t number, NumberOf(id));
    wanted[std::string(BatchIdOf(id))].emplace(number, id);
  }
  if (wanted.empty()) return keys;
  std::vector<std::string> batches;
  for (const auto& [batch, ids] : wanted) batches.push_back(batch);
  const std::vector<std::string> list = db::InList(std::move(batches));
  db::Params params;
  params.AddAll(list);
  const std::string sql = absl::StrCat(kSelectBatches, db::Placeholders(list.size()), ")");
  ASSIGN_OR_RETURN(const db::Rows rows,
                   transactor_.Run<db::Rows>({.deadline = deadline, .read_only = true},
                                             [&](db::Tx& tx) { return tx.Query(sql, params); }));
  for (const db::Row& row : rows) {
    const KeyBatch batch{.wrapped = row.GetBytes(2)};
    if (batch.wrapped.size() != kKeysPerBatch * kWrappedKeyBytes) continue;
    for (const auto& [number, id] : wanted[row.GetBytes(0)]) {
      keys[id] = {row.GetBytes(1), std::string(batch.Wrapped(number))};
    }
  }
  return keys;
}

absl::Status SqlKeyStore::Erase(const std::vector<std::string>& key_ids, absl::Time now,
                                absl::Time deadline) {
  return transactor_.Run(
      {.deadline = deadline, .settles_unknown_commit = true}, [&](db::Tx& tx) -> absl::Status {
        const std::string zeros(kWrappedKeyBytes, '\0');
        for (const std::string& id : key_ids) {
          ASSIGN_OR_RETURN(const size_t number, NumberOf(id));
          RETURN_IF_ERROR(
              tx.Execute(kInsertErased, db::Params().Add(id).Add(now).Add(id)).status());
          const auto begin = static_cast<int64_t>(number * kWrappedKeyBytes + 1);
          RETURN_IF_ERROR(tx.Execute(kEraseKey, db::Params()
                                                    .Add(begin)
                                                    .Add(static_cast<int64_t>(kWrappedKeyBytes))
                                                    .Add(zeros)
                                                    .Add(BatchIdOf(id)))
                              .status());
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<std::vector<std::string>> SqlKeyStore::ListErased(std::string_view after, int limit,
                                                                 absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      transactor_.Run<db::Rows>({.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
        return tx.Query(kSelectErased, db::Params().Add(after).Add(limit));
      }));
  std::vector<std::string> key_ids;
  for (const db::Row& row : rows) key_ids.push_back(row.GetBytes(0));
  return key_ids;
}

absl::StatusOr<int64_t> SqlKeyStore::Rewrap(std::string_view key_encryption_id, int limit,
                                            RewrapOne rewrap, absl::Time deadline) {
  return transactor_.Run<int64_t>(
      {.deadline = deadline, .settles_unknown_commit = true},
      [&](db::Tx& tx) -> absl::StatusOr<int64_t> {
        ASSIGN_OR_RETURN(const db::Rows rows,
                         tx.Query(kSelectToRewrap, db::Params().Add(key_encryption_id).Add(limit)));
        for (const db::Row& row : rows) {
          const KeyBatch batch{.batch_id = row.GetBytes(0),
                               .tenant = row.GetBytes(1),
                               .key_encryption_id = std::string(key_encryption_id),
                               .wrapped = row.GetBytes(2)};
          ASSIGN_OR_RETURN(const KeyBatch next, rewrap(batch));
          RETURN_IF_ERROR(tx.ExecuteExpecting(1, kUpdateWrapped,
                                              db::Params()
                                                  .Add(next.key_encryption_id)
                                                  .Add(next.wrapped)
                                                  .Add(batch.batch_id)
                                                  .Add(key_encryption_id)));
        }
        return static_cast<int64_t>(rows.size());
      });
}

}  // namespace mamori::sealing
