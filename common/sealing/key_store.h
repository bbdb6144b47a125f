// Where wrapped data keys are kept: a database of its own, outside the backups and the binlog of
// what they open. Whoever erases a key there has erased its content everywhere.
#ifndef MAMORI_COMMON_SEALING_KEY_STORE_H_
#define MAMORI_COMMON_SEALING_KEY_STORE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sealing/key_batch.h"

namespace mamori::sealing {

struct StoredKey {
  std::string key_encryption_id;
  std::string wrapped;
};
using StoredKeys = std::map<std::string, StoredKey, std::less<>>;  // by the key's id

// Errors are those of common/db besides what is named. `deadline` bounds each call. Thread safe.
class KeyStore {
 public:
  virtual ~KeyStore() = default;

  // Durable when it returns. Batches that were added before are left as they are: it may be called
  // again with the same ones.
  virtual absl::Status Add(const std::vector<const KeyBatch*>& batches, absl::Time deadline) = 0;
  // Those that are there, erased ones too.
  virtual absl::StatusOr<StoredKeys> Find(const std::vector<std::string>& key_ids,
                                          absl::Time deadline) = 0;
  // They are zeros afterwards, and stand in the list of what was erased. May be called again.
  virtual absl::Status Erase(const std::vector<std::string>& key_ids, absl::Time now,
                             absl::Time deadline) = 0;
  // Puts the result of `rewrap` in the place of at most `limit` batches that are wrapped with
  // `key_encryption_id`; returns how many there were.
  using RewrapOne = absl::FunctionRef<absl::StatusOr<KeyBatch>(const KeyBatch& batch)>;
  virtual absl::StatusOr<int64_t> Rewrap(std::string_view key_encryption_id, int limit,
                                         RewrapOne rewrap, absl::Time deadline) = 0;
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_KEY_STORE_H_
