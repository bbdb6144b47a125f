// Tenants' key-encryption keys that were asked for, kept in the locked memory.
#ifndef MAMORI_COMMON_SEALING_TENANT_KEYS_H_
#define MAMORI_COMMON_SEALING_TENANT_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/key_arena.h"
#include "common/sealing/key_encryption.h"

namespace mamori::sealing {

// Keeps what another KeyEncryption gives: a key management service is asked for a tenant's key once
// for each key that wraps, however many reports there are. Where there are more tenants than room,
// those that were not asked for longest make some.
class TenantKeys final : public KeyEncryption {
 public:
  // How many are kept: each tenant has one under each key-encryption key that is open.
  static constexpr size_t kKept = 256;

  // RESOURCE_EXHAUSTED when the arena is full.
  static absl::StatusOr<std::unique_ptr<TenantKeys>> Create(
      std::unique_ptr<KeyEncryption> encryption, crypto::KeyArena& arena);

  const std::string& primary() const override { return encryption_->primary(); }
  std::vector<std::string> ids() const override { return encryption_->ids(); }
  // One thread asks for a key that is not there, others wait. A failure is not kept.
  absl::Status Load(std::string_view id, std::string_view tenant,
                    unsigned char* key) const override;

 private:
  struct Name {
    std::string id;
    std::string tenant;
  };
  using NameView = std::pair<std::string_view, std::string_view>;
  struct ByName {
    using is_transparent = void;
    static NameView Of(const Name& name) { return {name.id, name.tenant}; }
    static NameView Of(const NameView& name) { return name; }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return Of(a) < Of(b);
    }
  };
  struct Kept {
    std::mutex mu;
    unsigned char* room = nullptr;  // once it had to make room, none
    bool there = false;
    uint64_t used = 0;  // guarded by the mutex of all
  };

  TenantKeys(std::unique_ptr<KeyEncryption> encryption, crypto::Key memory, unsigned char* begin);
  // Null when every one of them is being asked for.
  std::shared_ptr<Kept> Find(std::string_view id, std::string_view tenant) const;
  unsigned char* MakeRoom() const;

  const std::unique_ptr<KeyEncryption> encryption_;
  const crypto::Key memory_;
  mutable std::mutex mu_;
  mutable std::vector<unsigned char*> free_;
  mutable std::map<Name, std::shared_ptr<Kept>, ByName> kept_;
  mutable uint64_t uses_ = 0;
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_TENANT_KEYS_H_
