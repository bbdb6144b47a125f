// The key store in a MySQL-compatible database (deploy/db/migrations/keys).
#ifndef MAMORI_COMMON_SEALING_SQL_KEY_STORE_H_
#define MAMORI_COMMON_SEALING_SQL_KEY_STORE_H_

#include <string>
#include <vector>

#include "common/db/transaction.h"
#include "common/sealing/erasure_key_store.h"
#include "common/time/clock.h"

namespace mamori::sealing {

// The schema this code needs at least.
inline constexpr int kMinimumKeysSchema = 3;

class SqlKeyStore final : public ErasureKeyStore {
 public:
  SqlKeyStore(db::Transactor& transactor, const time::Clock& clock)
      : transactor_(transactor), clock_(clock) {}

  absl::Status Add(const std::vector<const KeyBatch*>& batches, absl::Time deadline) override;
  absl::StatusOr<StoredKeys> Find(const std::vector<std::string>& key_ids,
                                  absl::Time deadline) override;
  absl::Status Erase(const std::vector<std::string>& key_ids, absl::Time now,
                     absl::Time deadline) override;
  absl::StatusOr<std::vector<std::string>> ListErased(std::string_view after, int limit,
                                                      absl::Time deadline) override;
  absl::StatusOr<int64_t> Rewrap(std::string_view key_encryption_id, int limit, RewrapOne rewrap,
                                 absl::Time deadline) override;

 private:
  db::Transactor& transactor_;
  const time::Clock& clock_;
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_SQL_KEY_STORE_H_
