// Tenants' keys by epochs: made by chance, wrapped by a key service, and stored for all replicas.
#ifndef MAMORI_COMMON_SEALING_EPOCH_KEYS_H_
#define MAMORI_COMMON_SEALING_EPOCH_KEYS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/key_arena.h"
#include "common/sealing/epoch_store.h"
#include "common/sealing/key_encryption.h"
#include "common/sealing/key_service.h"

namespace mamori::sealing {

// An epoch is the time in which one key of the key service wraps: it ends when another one is put
// first, and its keys open what they have wrapped until that is wrapped anew. Asks the service once
// for each call of Load, so TenantKeys belongs over it.
class EpochKeys final : public KeyEncryption {
 public:
  // `wraps`: its newest epoch is the one in which new keys are wrapped.
  EpochKeys(std::unique_ptr<KeyService> service, bool wraps);

  // Before the first Load; it outlives this.
  void Use(EpochStore& store) { store_ = &store; }

  const std::string& primary() const override { return ids_.front(); }
  std::vector<std::string> ids() const override { return ids_; }
  // Of a tenant that has none in the epoch that wraps, makes it. Errors of the service and the
  // store; DATA_LOSS when another epoch has none.
  absl::Status Load(std::string_view id, std::string_view tenant,
                    unsigned char* key) const override;

 private:
  absl::Status Make(std::string_view tenant, unsigned char* key) const;

  const std::unique_ptr<KeyService> service_;
  const std::vector<std::string> ids_;
  const bool wraps_;
  EpochStore* store_ = nullptr;
};

// Keys of both kinds, the first of which wraps.
class AllKeys final : public KeyEncryption {
 public:
  // Not empty.
  explicit AllKeys(std::vector<std::unique_ptr<KeyEncryption>> all) : all_(std::move(all)) {}

  const std::string& primary() const override { return all_.front()->primary(); }
  std::vector<std::string> ids() const override;
  absl::Status Load(std::string_view id, std::string_view tenant,
                    unsigned char* key) const override;

 private:
  const std::vector<std::unique_ptr<KeyEncryption>> all_;
};

// What `sealing.key_files` names. A file after "epochs:" holds a key of a key service of files.
struct ConfiguredKeys {
  std::unique_ptr<KeyEncryption> encryption;
  std::vector<EpochKeys*> epochs;  // within it: each needs a store

  void Use(EpochStore& store) {
    for (EpochKeys* one : epochs) one->Use(store);
  }
};
// The file of an entry.
std::string KeyFileOf(std::string_view entry);
// Errors are FileKeyEncryption::Read's.
absl::StatusOr<ConfiguredKeys> ReadConfiguredKeys(const std::string& service,
                                                  const std::vector<std::string>& entries,
                                                  crypto::KeyArena& arena);

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_EPOCH_KEYS_H_
