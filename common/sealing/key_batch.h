// Data keys, made and wrapped many at a time.
#ifndef MAMORI_COMMON_SEALING_KEY_BATCH_H_
#define MAMORI_COMMON_SEALING_KEY_BATCH_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sealing/data_key.h"
#include "common/sealing/key_encryption.h"
#include "common/sealing/key_slots.h"

namespace mamori::sealing {

inline constexpr size_t kBatchIdBytes = 14;
inline constexpr size_t kKeysPerBatch = 64;
// Nonce, key and tag.
inline constexpr size_t kWrappedKeyBytes = 24 + 32 + 16;

// One row of the key store. A key's id is the batch's with its number, so that keys that are used
// one after the other are found in one row.
struct KeyBatch {
  std::string batch_id;
  std::string tenant;
  std::string key_encryption_id;
  std::string wrapped;  // kKeysPerBatch times kWrappedKeyBytes; zeros where one was erased

  std::string KeyId(size_t number) const;
  std::string_view Wrapped(size_t number) const;
};

std::string_view BatchIdOf(std::string_view key_id);
// DATA_LOSS for an id that no batch gives.
absl::StatusOr<size_t> NumberOf(std::string_view key_id);

// Thread safe.
class KeyWrapper {
 public:
  KeyWrapper(const KeyEncryption& encryption, KeySlots& slots)
      : encryption_(encryption), slots_(slots) {}

  const KeyEncryption& encryption() const { return encryption_; }

  // New random keys, wrapped with the primary key.
  absl::StatusOr<KeyBatch> Make(std::string_view tenant) const;
  // Erased(). FAILED_PRECONDITION when its key-encryption key is not open, DATA_LOSS when it is not
  // the tenant's key of this id.
  absl::StatusOr<DataKey> Unwrap(std::string_view tenant, std::string_view key_encryption_id,
                                 std::string_view key_id, std::string_view wrapped) const;
  // The same keys under the primary key; what is erased stays so.
  absl::StatusOr<KeyBatch> Rewrap(const KeyBatch& batch) const;

 private:
  const KeyEncryption& encryption_;
  KeySlots& slots_;
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_KEY_BATCH_H_
