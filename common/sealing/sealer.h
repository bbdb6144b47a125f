// What a service seals with and opens by.
#ifndef MAMORI_COMMON_SEALING_SEALER_H_
#define MAMORI_COMMON_SEALING_SEALER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sealing/data_key.h"
#include "common/sealing/key_stock.h"
#include "common/sealing/key_store.h"

namespace mamori::sealing {

// The data keys of some sealed content, read from the key store at once; wrapped as they are
// there. Outlived by the sealer.
class KeyRing {
 public:
  KeyRing(const KeyWrapper& wrapper, StoredKeys keys)
      : wrapper_(&wrapper), keys_(std::move(keys)) {}

  // Erased(). DATA_LOSS when the key store has no such key: it was set back, or lost.
  absl::StatusOr<DataKey> Get(std::string_view tenant, std::string_view key_id) const;
  // Of sealed content. DATA_LOSS also when it is not sealed.
  absl::StatusOr<DataKey> KeyOf(std::string_view tenant, std::string_view sealed) const;
  // The same, and DATA_LOSS when the content is not what was sealed for the field.
  absl::StatusOr<std::string> Open(const Field& field, std::string_view sealed) const;

 private:
  const KeyWrapper* wrapper_;
  StoredKeys keys_;
};

// Thread safe.
class Sealer {
 public:
  Sealer(const KeyWrapper& wrapper, KeyStore& store, KeyStock& stock)
      : wrapper_(wrapper), store_(store), stock_(stock) {}

  // As KeyStock.
  absl::StatusOr<FreshKey> Take(std::string_view tenant, KeyUse use) const {
    return stock_.Take(tenant, use);
  }
  absl::Status MakeDurable(const std::vector<const FreshKey*>& keys, absl::Time deadline) const {
    return stock_.MakeDurable(keys, deadline);
  }
  absl::StatusOr<DataKey> Open(const FreshKey& key) const;

  // The keys of `sealed`, which may hold empty ones.
  absl::StatusOr<KeyRing> Fetch(const std::vector<std::string_view>& sealed,
                                absl::Time deadline) const;
  // Of one.
  absl::StatusOr<DataKey> FetchKey(std::string_view tenant, std::string_view sealed,
                                   absl::Time deadline) const;
  absl::StatusOr<DataKey> FetchKeyById(std::string_view tenant, const std::string& key_id,
                                       absl::Time deadline) const;

 private:
  const KeyWrapper& wrapper_;
  KeyStore& store_;
  KeyStock& stock_;
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_SEALER_H_
