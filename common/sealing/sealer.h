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

// What content belongs to whose erasure somebody decides.
enum class Owner { kReport, kCase };

// What tells whether content was erased rightly: a key is as easily destroyed by whoever owns the
// key store, and a row made to name one that was.
class ErasureProof {
 public:
  virtual ~ErasureProof() = default;
  // Whether somebody decided to dispose of it. It alarms when not. Asked only of what does not
  // open, on a connection of its own; false also when it cannot be found out.
  virtual bool IsDecided(Owner owner, std::string_view id, absl::Time deadline) const = 0;
};

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
  // `proof` is null where nothing is to be told of erasures: in tools and tests.
  Sealer(const KeyWrapper& wrapper, KeyStore& store, KeyStock& stock,
         const ErasureProof* proof = nullptr)
      : wrapper_(wrapper), store_(store), stock_(stock), proof_(proof) {}

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

  // For whoever met content that is Erased(), before it is taken as gone: as ErasureProof.
  bool IsErasureDecided(Owner owner, std::string_view id, absl::Time deadline) const {
    return proof_ == nullptr || proof_->IsDecided(owner, id, deadline);
  }

 private:
  const KeyWrapper& wrapper_;
  KeyStore& store_;
  KeyStock& stock_;
  const ErasureProof* const proof_;
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_SEALER_H_
