#include "common/sealing/key_encryption.h"

#include <sodium.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/sealing/key_ids.h"
#include "common/status/macros.h"

namespace mamori::sealing {
namespace {

// BLAKE2b with the key, over texts with their lengths.
void Derive(const crypto::Key& key, std::initializer_list<std::string_view> parts,
            unsigned char* out, size_t size) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, key.data(), key.size(), size);
  for (const std::string_view part : parts) {
    unsigned char length[8];
    for (int i = 0; i < 8; ++i) length[i] = static_cast<unsigned char>(part.size() >> (8 * i));
    crypto_generichash_update(&state, length, sizeof(length));
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                              part.size());
  }
  crypto_generichash_final(&state, out, size);
  sodium_memzero(&state, sizeof(state));
}

}  // namespace

absl::Status KeyNotOpen() {
  return absl::FailedPreconditionError(
      "a data key is wrapped with a key-encryption key that is not among sealing.key_files");
}

// Of 32 bytes, which is more than BLAKE2b's least: the first of them.
std::string KeyIdOf(const crypto::Key& key, std::string_view purpose) {
  unsigned char bytes[crypto::kKeyBytes];
  Derive(key, {purpose}, bytes, sizeof(bytes));
  return std::string(reinterpret_cast<const char*>(bytes), kKeyEncryptionIdBytes);
}

FileKeyEncryption::FileKeyEncryption(std::string service, std::vector<crypto::Key> keys)
    : service_(std::move(service)) {
  for (crypto::Key& key : keys) {
    std::string id = KeyIdOf(key, "id of the key");
    keys_.push_back({std::move(id), std::move(key)});
  }
}

absl::StatusOr<std::unique_ptr<FileKeyEncryption>> FileKeyEncryption::Read(
    const std::string& service, const std::vector<std::string>& files, crypto::KeyArena& arena) {
  if (files.empty()) return absl::InvalidArgumentError("sealing.key_files: none, want at least 1");
  std::vector<crypto::Key> keys;
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(crypto::Key key, arena.Read(file));
    keys.push_back(std::move(key));
  }
  auto all = std::make_unique<FileKeyEncryption>(service, std::move(keys));
  std::vector<std::string> ids = all->ids();
  std::sort(ids.begin(), ids.end());
  if (std::adjacent_find(ids.begin(), ids.end()) != ids.end()) {
    return absl::InvalidArgumentError("sealing.key_files: the same key twice");
  }
  return all;
}

std::vector<std::string> FileKeyEncryption::ids() const {
  std::vector<std::string> ids;
  for (const One& one : keys_) ids.push_back(one.id);
  return ids;
}

absl::Status FileKeyEncryption::Load(std::string_view id, std::string_view tenant,
                                     unsigned char* key) const {
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [&](const One& one) { return one.id == id; });
  if (found == keys_.end()) return KeyNotOpen();
  Derive(found->key, {"key of a tenant", service_, tenant}, key, crypto::kKeyBytes);
  return absl::OkStatus();
}

}  // namespace mamori::sealing
