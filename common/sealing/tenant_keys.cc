#include "common/sealing/tenant_keys.h"

#include <sodium.h>

#include <cstring>
#include <utility>

#include "common/status/macros.h"

namespace mamori::sealing {

absl::StatusOr<std::unique_ptr<TenantKeys>> TenantKeys::Create(
    std::unique_ptr<KeyEncryption> encryption, crypto::KeyArena& arena) {
  unsigned char* begin = nullptr;
  ASSIGN_OR_RETURN(crypto::Key memory, arena.Make(kKept * crypto::kKeyBytes,
                                                  [&](unsigned char* bytes) { begin = bytes; }));
  return std::unique_ptr<TenantKeys>(
      new TenantKeys(std::move(encryption), std::move(memory), begin));
}

TenantKeys::TenantKeys(std::unique_ptr<KeyEncryption> encryption, crypto::Key memory,
                       unsigned char* begin)
    : encryption_(std::move(encryption)), memory_(std::move(memory)) {
  free_.reserve(kKept);
  for (size_t i = kKept; i > 0; --i) free_.push_back(begin + (i - 1) * crypto::kKeyBytes);
}

absl::Status TenantKeys::Load(std::string_view id, std::string_view tenant,
                              unsigned char* key) const {
  for (;;) {
    const std::shared_ptr<Kept> kept = Find(id, tenant);
    if (kept == nullptr) return encryption_->Load(id, tenant, key);
    const std::lock_guard lock(kept->mu);
    // It made room for another one meanwhile.
    if (kept->room == nullptr) continue;
    if (!kept->there) {
      RETURN_IF_ERROR(encryption_->Load(id, tenant, kept->room));
      kept->there = true;
    }
    std::memcpy(key, kept->room, crypto::kKeyBytes);
    return absl::OkStatus();
  }
}

std::shared_ptr<TenantKeys::Kept> TenantKeys::Find(std::string_view id,
                                                   std::string_view tenant) const {
  const std::lock_guard lock(mu_);
  auto found = kept_.find(NameView(id, tenant));
  if (found == kept_.end()) {
    unsigned char* const room = MakeRoom();
    if (room == nullptr) return nullptr;
    found =
        kept_.emplace(Name{std::string(id), std::string(tenant)}, std::make_shared<Kept>()).first;
    found->second->room = room;
  }
  found->second->used = ++uses_;
  return found->second;
}

unsigned char* TenantKeys::MakeRoom() const {
  if (!free_.empty()) {
    unsigned char* const room = free_.back();
    free_.pop_back();
    return room;
  }
  auto oldest = kept_.end();
  std::shared_ptr<Kept> kept;
  std::unique_lock<std::mutex> lock;
  for (auto one = kept_.begin(); one != kept_.end(); ++one) {
    if (kept != nullptr && kept->used < one->second->used) continue;
    std::unique_lock its(one->second->mu, std::try_to_lock);
    if (!its.owns_lock()) continue;
    lock = std::move(its);
    kept = one->second;
    oldest = one;
  }
  if (kept == nullptr) return nullptr;
  unsigned char* const room = std::exchange(kept->room, nullptr);
  sodium_memzero(room, crypto::kKeyBytes);
  kept_.erase(oldest);
  return room;
}

}  // namespace mamori::sealing
